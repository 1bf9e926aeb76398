// The large inputs of the corpus through the program as it is built: `validate` on a drive that holds one of them ends within 10 s of its
// own time and 256 MiB, with the expected problems, and so does `plan` with those that say the network. CORPUS=all does it with every input
// of the corpus, large or not.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Diagnostic } from '../../src/core/diagnostic.ts';
import { withDriveFolder } from '../corpus/drive-folder.ts';
import { type CorpusClass, type CorpusInput, corpusClasses, type DriveNode, type Entry } from '../corpus/entry.ts';
import { describeProblem, facts, metaData, ownFile } from '../corpus/judge.ts';
import { repositoryRoot, requireBuiltProgram } from '../support/built-program.ts';

const longestMs = 10_000;
const mostMib = 256;
const { bundle } = requireBuiltProgram();
const hook = join(repositoryRoot, 'test/support/measured-run.cjs');

for (const className of corpusClasses) {
  const { entries } = (await import(`../corpus/${className}/entries.ts`)) as { entries: readonly Entry[] };
  const isAll = process.env.CORPUS === 'all';
  const chosen = entries.filter(([, input]) => isAll || typeof input === 'function');
  if (chosen.length === 0) continue;
  describe(className, () => {
    const most = { ms: 0, mib: 0, name: '' };
    for (const [name, given, expected] of chosen) {
      test(name, async () => {
        const input = typeof given === 'function' ? given() : given;
        const { problems, status, ms, mib } = await validate(className, input);
        assert.ok(ms < longestMs, `${ms} ms`);
        assert.ok(mib < mostMib, `${mib} MiB`);
        most.ms = Math.max(most.ms, ms);
        if (mib > most.mib) Object.assign(most, { mib, name });
        // What a file says that is read by the machine under the test (its distribution, its NICs) is not compared.
        // Whether a drive is refused as a whole is the run's to say.
        if (typeof given === 'function') assert.equal(problems, expected.replace(/^refused; /, ''));
        else assert.ok([0, 13, 14].includes(status ?? -1), `${status}`);
      });
      if (className !== 'network' || typeof given !== 'function') continue;
      test(`plan: ${name}`, async () => {
        const { ms, mib } = await plan(given());
        assert.ok(ms < longestMs, `${ms} ms`);
        assert.ok(mib < mostMib, `${mib} MiB`);
        most.ms = Math.max(most.ms, ms);
        if (mib > most.mib) Object.assign(most, { mib, name: `plan: ${name}` });
      });
    }
    after(() =>
      console.log(
        `${className}: ${chosen.length} inputs, ${Math.round(most.ms)} ms and ${Math.round(most.mib)} MiB at most (${most.name})`,
      ),
    );
  });
}

/** What `validate` leaves out: the network of the guest that the corpus is judged for. */
function plan(input: CorpusInput): Promise<Omit<Run, 'problems'>> {
  return withDriveFolder(makeTree('network', input), JSON.stringify(metaData), async (folder) => {
    const path = join(folder, 'facts.json');
    writeFileSync(path, JSON.stringify({ ...facts, networkServices: { ...facts.networkServices, netplan: true } }));
    const { status, stderr, measured } = measure(['plan', '--json', '--source', folder, '--facts', path]);
    assert.equal(stderr, '');
    assert.ok([0, 2, 14, 22].includes(status ?? -1), `${status}`);
    return { status, ...measured };
  });
}

type Run = { readonly problems: string; readonly status: number | null; readonly ms: number; readonly mib: number };

function validate(className: CorpusClass, input: CorpusInput): Promise<Run> {
  const own = ownFile(className, input);
  return withDriveFolder(makeTree(className, input), JSON.stringify(metaData), async (folder) => {
    const { status, stdout, stderr, measured } = measure(['validate', '--json', folder]);
    assert.equal(stderr, '');
    const found = JSON.parse(stdout) as Diagnostic[];
    const problems = found
      .map((one) => describeProblem({ ...one, source: one.source.replace(`${folder}/`, '') }, own))
      .join('; ');
    return { status, problems: problems || 'plan', ...measured };
  });
}

type Measured = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly measured: { readonly ms: number; readonly mib: number };
};

/** Runs the program and weighs it. */
function measure(words: readonly string[]): Measured {
  const { status, output } = spawnSync(process.execPath, ['--require', hook, bundle, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    timeout: 120_000,
    maxBuffer: 2 ** 28,
  });
  const [, stdout = '', stderr = '', weighed = ''] = output as (string | undefined)[];
  return { status, stdout, stderr, measured: JSON.parse(weighed) as Measured['measured'] };
}

function makeTree(className: CorpusClass, input: CorpusInput): Record<string, DriveNode> {
  if (typeof input === 'object' && 'drive' in input) return { ...input.drive };
  if (typeof input !== 'object' || !('interfaces' in input)) return { [ownFile(className, input)]: input };
  const network = { ...metaData, network_config: { content_path: '/content/0000' } };
  return {
    'openstack/latest/meta_data.json': JSON.stringify(network),
    [ownFile(className, input)]: input.interfaces,
  };
}
