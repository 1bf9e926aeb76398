import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { ExecAction } from '../core/action.ts';
import { createMemoryHost, type MemoryFile } from '../host/memory.ts';
import { provideCloudInitPer } from './cloud-init-per.ts';

const instance = '/var/lib/guest-init/instances/i-1';

function provide(command: ExecAction['command'], files: Record<string, MemoryFile> = {}) {
  const guest = createMemoryHost({
    files: { [`${instance}/record.json`]: '', ...files },
    which: (name) => (`/usr/bin/${name}` in files ? `/usr/bin/${name}` : undefined),
  });
  const folder = provideCloudInitPer({ kind: 'exec', label: 'x', command }, guest.host, instance);
  return { folder, script: guest.files.get(`${instance}/bin/cloud-init-per`) };
}

const argv = ['cloud-init-per', 'once', 'x', 'true'];

describe('cloud-init-per', () => {
  test('is there for what calls it, where the guest has none', () => {
    for (const command of [
      { argv },
      { shell: 'cloud-init-per once x true' },
      { script: Buffer.from('#!/bin/sh\ncloud-init-per once x true\n'), name: 's' },
    ]) {
      const { folder, script } = provide(command);
      assert.deepEqual([folder, script?.mode], [`${instance}/bin`, 0o700]);
    }
    assert.deepEqual(provide({ argv: ['echo', 'x'] }), { folder: undefined, script: undefined });
    assert.equal(provide({ argv }, { '/usr/bin/cloud-init-per': '' }).folder, undefined);
  });
});

describe('what it does', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guest-init-per-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, 'cloud-init-per');
  const text = Buffer.from(provide({ argv }).script?.content ?? [])
    .toString()
    .replaceAll('/var/lib/guest-init', join(folder, 'state'));
  writeFileSync(program, text, { mode: 0o755 });
  const per = (...words: readonly string[]) => spawnSync(program, words, { encoding: 'utf8' });
  const count = join(folder, 'count');
  const ran = (): number => readFileSync(count, 'utf8').length;

  test('once for the guest, once for the instance, or each time', () => {
    mkdirSync(join(folder, 'state'));
    const work = ['sh', '-c', `printf x >> ${count}; exit 3`];
    assert.deepEqual([per('once', 'a', ...work).status, per('once', 'a', ...work).status, ran()], [3, 0, 1]);
    assert.deepEqual([per('instance', 'a', ...work).status, per('instance', 'a', ...work).status, ran()], [3, 0, 2]);
    rmSync(join(folder, 'state', 'instances'), { recursive: true });
    assert.deepEqual([per('instance', 'a', ...work).status, per('once', 'a', ...work).status, ran()], [3, 0, 3]);
    assert.deepEqual([per('always', 'a', ...work).status, per('always', 'a', ...work).status, ran()], [3, 3, 5]);
    assert.equal(per('once', 'b', 'echo', 'a  b', '$HOME').stdout, 'a  b $HOME\n');
  });

  test('words that say nothing are refused and run nothing', () => {
    for (const words of [[], ['once', 'n'], ['never', 'n', 'true'], ['once', '../n', 'true'], ['once', '', 'true']]) {
      const { status, stderr } = per(...words);
      assert.deepEqual([status, /^cloud-init-per: expected[: ]/.test(stderr)], [1, true], stderr);
    }
  });

  test('is a script that every shell of a distribution reads', () => {
    for (const shell of ['dash', 'bash']) execFileSync(shell, ['-n', program]);
  });
});
