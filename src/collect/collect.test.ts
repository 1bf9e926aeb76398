// A collection is made whatever the guest lacks, within bounds, and says what is missing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentError, exitCodes } from '../core/error.ts';
import { createMemoryHost } from '../host/memory.ts';
import { canary, makeSample } from '../report/testing/sample.ts';
import { type CollectOptions, collectLogs, shareDocuments } from './collect.ts';
import { commandSources, shareKernelLine } from './sources.ts';

const report = makeSample();

async function collect(given: Parameters<typeof createMemoryHost>[0], documents: CollectOptions['documents'] = {}) {
  const { host } = createMemoryHost(given);
  const paths = { logPath: '/var/log/guest-init.log', publicStatusPath: '/run/guest-init/status.json' };
  const { files, missing } = await collectLogs({ host, report, documents, ...paths });
  const text = new Map(files.map(({ name, content }) => [name, Buffer.from(content).toString()]));
  return { files, missing, text, manifest: text.get('MANIFEST') ?? '' };
}

test('a guest without anything: a manifest that says so for each', async () => {
  const { files, missing, manifest } = await collect({ which: () => undefined });
  assert.deepEqual(
    files.map(({ name }) => name),
    ['MANIFEST'],
  );
  assert.ok(missing.length >= commandSources.length + 5);
  for (const name of missing) assert.match(manifest, new RegExp(`^${name} +missing  \\S`, 'm'));
  assert.match(manifest, /^network\/addresses\.txt +missing {2}ip is not installed$/m);
});

test('commands that fail, hang, flood or cannot be started cost themselves alone', async () => {
  const { manifest, text } = await collect({
    files: { '/run/guest-init/status.json': '{}' },
    run: ([program = '', word = '']) => {
      if (program.endsWith('df')) return { status: 1, stderr: canary };
      if (program.endsWith('lsblk')) return { status: null, timedOut: true };
      if (word === 'neigh') throw new AgentError(exitCodes.internal, 'ip: cannot be run (ENOBUFS)');
      return { stdout: word === 'rule' ? `${'x'.repeat(2 * 1024 * 1024)}end` : 'fine\n' };
    },
  });
  assert.match(manifest, /space\.txt +missing {2}df ended with 1$/m);
  assert.match(manifest, /disks\.txt +missing {2}lsblk did not end in time$/m);
  assert.match(manifest, /neighbours\.txt +missing {2}ip: cannot be run \(ENOBUFS\)$/m);
  assert.match(manifest, /rules\.txt +1048576 {2}the last 1048576 of 2097155 bytes$/m);
  assert.ok(text.get('network/rules.txt')?.endsWith('end'));
  assert.equal(text.get('network/addresses.txt'), 'fine\n');
  assert.ok(!manifest.includes(canary));
});

test('documents are made of what may be given away; one that cannot be made is missing', async () => {
  const documents = shareDocuments(report, {
    'report.json': (shared) => JSON.stringify(shared),
    'report.html': () => {
      throw new AgentError(exitCodes.internal, 'no page');
    },
  });
  const { text, manifest } = await collect({ which: () => undefined }, documents);
  assert.ok(text.has('report.json') && !text.get('report.json')?.includes(canary));
  assert.match(manifest, /^report\.html +missing {2}no page$/m);
});

test('of the kernel command line only words that are known', () => {
  assert.equal(
    shareKernelLine(`root=/dev/vda1 ds=nocloud;s=https://u:${canary}@x quiet ${canary} guest-init=off\n`),
    'root=/dev/vda1 ds=[left out] quiet [left out] guest-init=off\n',
  );
});
