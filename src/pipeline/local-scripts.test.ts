import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryHost } from '../host/memory.ts';
import { readLocalScripts } from './local-scripts.ts';

const folder = '/etc/guest-init/scripts';
const program = { content: '#!/bin/sh\n', mode: 0o755 };

test('programs of the image are found by folder and name', () => {
  const { host } = createMemoryHost({
    files: {
      [`${folder}/per-instance/10-b`]: program,
      [`${folder}/per-instance/05-a`]: program,
      [`${folder}/per-boot/metrics`]: program,
      [`${folder}/per-once/first`]: program,
      [`${folder}/per-hour/never`]: program,
      [`${folder}/per-boot/.hidden`]: program,
      [`${folder}/per-boot/metrics~`]: program,
      [`${folder}/per-boot/metrics.dpkg-old`]: program,
      [`${folder}/per-boot/README`]: { content: 'x', mode: 0o644 },
    },
  });
  const { scripts, diagnostics } = readLocalScripts(host);
  assert.deepEqual(
    scripts.map(({ name, frequency }) => `${frequency} ${name}`),
    ['once per-once/first', 'boot per-boot/metrics', 'instance per-instance/05-a', 'instance per-instance/10-b'],
  );
  assert.deepEqual(
    diagnostics.map(({ source, message }) => `${source}: ${message}`),
    [`${folder}/per-boot/README: not run: it is no executable file (chmod 755)`],
  );
});

test('a guest without the folder has none', () => {
  assert.deepEqual(readLocalScripts(createMemoryHost({ files: {} }).host), { scripts: [], diagnostics: [] });
});
