import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PowerStateAction } from '../core/action.ts';
import { createMemoryHost } from '../host/memory.ts';
import { powerState } from './power-state.ts';

const context = { commandTimeoutMs: 1000, instanceDirectory: '/i', environment: {}, stepId: 'power_state' };
const reboot: PowerStateAction = {
  ...{ kind: 'powerState', mode: 'reboot', timeoutMs: 30_000 },
  argv: ['shutdown', '-r', 'now'],
};

function makeHost(given: { mounts?: string; exitCode?: number | undefined; which?: string | undefined } = {}) {
  const { mounts = '/dev/vda1 / ext4 rw 0 0\n', exitCode } = given;
  const which = 'which' in given ? given.which : '/usr/sbin/shutdown';
  return createMemoryHost({
    files: { '/proc/self/mounts': mounts, '/i': { kind: 'directory' } },
    which: () => which,
    exec: async () => ({ exitCode, signal: exitCode === undefined ? 'SIGKILL' : undefined, timedOut: false, tail: [] }),
  });
}

describe('power_state', () => {
  const after = { argv: ['/usr/sbin/shutdown', '-r', 'now'], timeoutMs: 30_000 };
  const condition = { argv: ['/bin/true'] };

  it('is left for after the run', async () => {
    const { host, commands } = makeHost();
    const applied = await powerState.apply(reboot, host, context);
    assert.deepEqual(applied, { message: 'when this run has ended', afterRun: after });
    assert.deepEqual(commands, []);
  });

  it('asks its condition first', async () => {
    const met = await powerState.apply({ ...reboot, condition }, makeHost({ exitCode: 0 }).host, context);
    assert.deepEqual(met?.afterRun, after);
    const unmet = await powerState.apply({ ...reboot, condition }, makeHost({ exitCode: 3 }).host, context);
    assert.deepEqual(unmet, { exitCode: 3, message: 'condition not met (exited 3)', idle: true });
    const killed = makeHost({ exitCode: undefined });
    await assert.rejects(
      async () => powerState.apply({ ...reboot, condition }, killed.host, context),
      /killed by SIGKILL/,
    );
  });

  it('does not reboot a guest that forgets what it did', async () => {
    const mounts = '/dev/vda1 / ext4 rw 0 0\ntmpfs /var tmpfs rw 0 0\n/dev/vdb /var/log ext4 rw 0 0\n';
    const { host } = makeHost({ mounts });
    await assert.rejects(async () => powerState.apply(reboot, host, context), /kept in memory/);
    assert.ok((await powerState.apply({ ...reboot, mode: 'poweroff' }, host, context))?.afterRun);
    const onDisk = makeHost({ mounts: `${mounts}/dev/vdc /var/lib ext4 rw 0 0\n` });
    assert.ok((await powerState.apply(reboot, onDisk.host, context))?.afterRun);
  });

  it('needs the tool', async () => {
    const { host } = makeHost({ which: undefined });
    await assert.rejects(async () => powerState.apply(reboot, host, context), {
      message: 'shutdown: command not found',
    });
  });
});
