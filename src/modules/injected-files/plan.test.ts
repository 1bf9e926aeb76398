import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planDocument } from '../write-files/testing/plan-case.ts';
import { injectedFiles } from './index.ts';

test('each bad path is an error that names the file by number, and the rest goes on', () => {
  const paths = ['', 'a', '/', '/proc/sys/kernel/core_pattern', '/a\0b', '/ok'];
  const files = paths.map((path) => ({
    path,
    content: new Uint8Array(),
    source: 'openstack/content/0000',
  }));
  const { steps, diagnostics } = planDocument(injectedFiles, '{}\n', { instance: { files } });
  assert.deepEqual(
    steps.map(({ id }) => id),
    ['injected_files/5'],
  );
  assert.deepEqual(
    diagnostics
      .filter(({ severity }) => severity === 'error')
      .map(({ source, line, message }) => {
        assert.deepEqual([source, line], ['openstack/content/0000', undefined]);
        return message;
      }),
    [
      'injected file 0 of the metadata: expected an absolute path',
      'injected file 1 of the metadata: expected an absolute path',
      'injected file 2 of the metadata: expected the path of a file, not of a folder',
      'injected file 3 of the metadata: expected a path outside /proc, /sys and /dev',
      'injected file 4 of the metadata: expected a path without control characters',
    ],
  );
});

test('bytes pass as they are', () => {
  const content = Uint8Array.from([0, 255, 10]);
  const { steps } = planDocument(injectedFiles, '{}\n', {
    instance: { files: [{ path: '/x', content, source: 's' }] },
  });
  assert.equal(steps[0]?.action.kind === 'file' && steps[0].action.content, content);
});
