import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import yargs, { type CommandModule } from 'yargs';
import { runCommandModule, toRunArguments } from './run.ts';
import type { RunArguments } from './run-command.ts';
import { parseUnitArguments } from './unit-arguments.ts';

/** What the parser of people makes of the same words: the real builder, with a handler that only takes note. */
async function parseByYargs(words: readonly string[]): Promise<RunArguments | undefined> {
  let found: RunArguments | undefined;
  const noting = {
    ...runCommandModule,
    handler: (given: Parameters<typeof toRunArguments>[0]) => {
      found = toRunArguments(given);
    },
  };
  const parser = yargs([...words], '/')
    .command(noting as unknown as CommandModule)
    .strict()
    .parserConfiguration({ 'parse-numbers': false })
    .exitProcess(false)
    .fail((message) => {
      throw new Error(message);
    });
  try {
    await parser.parseAsync();
    return found;
  } catch {
    return undefined;
  }
}

const known = [['run'], ['run', '--stage', 'early'], ['run', '--stage', 'late']];

for (const words of known) {
  test(`"${words.join(' ')}" means what yargs makes of it`, async () => {
    const short = parseUnitArguments(words);
    assert.ok(short);
    assert.deepEqual(short, await parseByYargs(words));
  });
}

test('all other words are left to yargs', () => {
  const others = [
    [],
    ['plan'],
    ['run', 'x'],
    ['run', '--force'],
    ['run', '--stage'],
    ['run', '--stage=early'],
    ['run', '--stage', 'middle'],
    ['run', '--stage', 'early', '--force'],
    ['--stage', 'early', 'run'],
    ['run', '--help'],
  ];
  for (const words of others) assert.equal(parseUnitArguments(words), undefined, words.join(' '));
});

test('the comparison itself can see a difference', async () => {
  assert.deepEqual(await parseByYargs(['run', '--force', '--stage', 'early']), { stages: ['early'], force: true });
  assert.equal(await parseByYargs(['run', '--stage', 'middle']), undefined);
});

test('the words of our systemd units are among the known ones', () => {
  const folder = join(import.meta.dirname, '../../packaging/systemd');
  for (const unit of ['guest-init.service', 'guest-init-late.service']) {
    const line = /^ExecStart=(\S+) (.*)$/m.exec(readFileSync(join(folder, unit), 'utf8'));
    assert.ok(line?.[2], unit);
    assert.ok(parseUnitArguments(line[2].split(' ')), line[0]);
  }
});
