import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DaemonAction } from '../core/action.ts';
import { createMemoryHost, type MemoryFile } from '../host/memory.ts';
import { daemon } from './daemon.ts';

const context = { commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: 'x' };
const action: DaemonAction = { kind: 'daemon', name: 'wg-quick@wg0', packages: ['wireguard-tools'], wait: 90_000 };
const systemd = { '/lib/systemd/system/wg-quick@.service': '' };

function makeGuest(files: Record<string, MemoryFile>, options: { done?: RegExp; fails?: RegExp; live?: boolean } = {}) {
  const { done, fails, live = true } = options;
  return createMemoryHost({
    files,
    live,
    which: (name) => (files[`/sbin/${name}`] === undefined ? undefined : `/sbin/${name}`),
    run: (argv) => {
      const line = argv.join(' ');
      if (/is-enabled|is-active|status/.test(line)) return { status: done?.test(line) ? 0 : 1 };
      return fails?.test(line) ? { status: 1, stderr: 'Job failed.\n' } : {};
    },
  });
}

function listChanges(guest: ReturnType<typeof makeGuest>): string[] {
  return guest.commands.map(({ argv }) => argv.join(' ')).filter((line) => !/is-enabled|is-active|status/.test(line));
}

test('a unit is enabled and started; one that is both is left alone', async () => {
  const guest = makeGuest(systemd);
  assert.equal(daemon.inspect(action, guest.host).state, 'differs');
  await daemon.apply(action, guest.host, context);
  assert.deepEqual(listChanges(guest), [
    'systemctl enable wg-quick@wg0.service',
    'systemctl start wg-quick@wg0.service',
  ]);
  assert.equal(daemon.inspect(action, makeGuest(systemd, { done: /enabled/ }).host).state, 'differs');
  assert.equal(daemon.inspect(action, makeGuest(systemd, { done: /./ }).host).state, 'same');
});

test('what nothing waits for is queued', async () => {
  const guest = makeGuest({ '/etc/systemd/system/salt-minion.service': '' });
  await daemon.apply({ kind: 'daemon', name: 'salt-minion', packages: [] }, guest.host, context);
  assert.equal(listChanges(guest)[1], 'systemctl start --no-block salt-minion.service');
});

test('below a folder nothing is started', async () => {
  const guest = makeGuest(systemd, { live: false, done: /enabled/ });
  assert.equal(daemon.inspect(action, guest.host).state, 'same');
  await daemon.apply(action, guest.host, context);
  assert.deepEqual(listChanges(guest), ['systemctl enable wg-quick@wg0.service']);
});

test('OpenRC', async () => {
  const files = { '/etc/init.d/salt-minion': '', '/sbin/rc-update': '' };
  const guest = makeGuest(files);
  const salt = { kind: 'daemon', name: 'salt-minion', packages: ['salt-minion'] } as const;
  await daemon.apply(salt, guest.host, context);
  assert.deepEqual(listChanges(guest), [
    'rc-update add salt-minion default',
    'rc-service --ifstopped salt-minion start',
  ]);
  const set = makeGuest({ ...files, '/etc/runlevels/default/salt-minion': '' }, { done: /./ });
  assert.equal(daemon.inspect(salt, set.host).state, 'same');
});

test('a service that is not installed, or does not start, is a failure that says so', () => {
  assert.equal(daemon.inspect(action, makeGuest({}).host).state, 'differs');
  assert.throws(() => daemon.apply(action, makeGuest({}).host, context), /not installed \(package wireguard-tools\)/);
  const guest = makeGuest(systemd, { fails: /start/ });
  assert.throws(
    () => daemon.apply(action, guest.host, context),
    /wg-quick@wg0: systemctl start exited 1: Job failed\./,
  );
});
