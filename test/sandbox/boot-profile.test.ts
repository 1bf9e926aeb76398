// The functions that a boot calls are those that the build compiles beforehand (scripts/build/boot-profile.json). The list may lag behind the
// code a little, since only milliseconds depend on it. UPDATE_GOLDEN=1 writes it anew; then build again.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bootProfilePath, identifyFunction } from '../../scripts/build/boot-profile.ts';
import { minimalRow, type Row, secondRow, typicalRow } from '../bench/rows.ts';
import { repositoryRoot } from '../support/built-program.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { withSandbox } from '../support/sandbox.ts';

const skip = explainMissingRoots() ?? false;
const program = readFileSync(join(repositoryRoot, 'dist/guest-init.cjs'), 'latin1');
const [runtime, script, reports] = ['/opt/node', '/opt/guest-init.cjs', '/run/coverage'];

/** As V8 counts them (NODE_V8_COVERAGE). */
type Coverage = {
  result: {
    url: string;
    functions: { ranges: [{ startOffset: number; endOffset: number; count: number }] }[];
  }[];
};

async function listCalled({ sandbox, first, verify }: Row): Promise<Set<string>> {
  const files = { ...sandbox.files, [script]: { content: program, mode: 0o644 } };
  return withSandbox({ ...sandbox, files }, async (box) => {
    const argv = [runtime, script, 'run'];
    if (first !== undefined) await box.exec(argv);
    await box.exec(argv, { env: { NODE_V8_COVERAGE: reports } });
    verify?.(box);
    const [name = ''] = (await box.exec(['ls', reports])).split('\n');
    const { result } = JSON.parse(box.readFile(`${reports}/${name}`)) as Coverage;
    const functions = result.flatMap(({ url, functions }) => (url.endsWith(script) ? functions : []));
    const called = functions.map(({ ranges: [range] }) => range).filter(({ count }) => count > 0);
    return new Set(called.map(({ startOffset, endOffset }) => identifyFunction(program.slice(startOffset, endOffset))));
  });
}

test('what a boot calls is compiled beforehand, and little else', { skip }, async () => {
  const called = new Set<string>();
  for (const row of [minimalRow, typicalRow, secondRow]) for (const id of await listCalled(row)) called.add(id);
  assert.ok(called.size > 1000, `only ${called.size} functions were seen`);
  if (process.env.UPDATE_GOLDEN === '1')
    writeFileSync(bootProfilePath, `${JSON.stringify([...called].sort(), null, 1)}\n`);
  const listed = new Set(JSON.parse(readFileSync(bootProfilePath, 'utf8')) as string[]);
  const missing = [...called].filter((id) => !listed.has(id)).length;
  const idle = [...listed].filter((id) => !called.has(id)).length;
  const advice = `${missing} of ${called.size} are not listed, ${idle} are listed in vain: UPDATE_GOLDEN=1 node --test ${import.meta.filename}`;
  assert.ok(missing <= called.size / 8 && idle <= called.size / 8, advice);
});
