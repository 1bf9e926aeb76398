// guest-init undo with the built program: a guest on which much was applied becomes the guest that it was, and nothing that is not ours is
// touched; killed anywhere, the same command goes on.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { RunResult } from '../support/command-inside.ts';
import { userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';
import { compareDigests } from '../support/tree-digest.ts';

const missing = explainMissingRoots();
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl x';
const canary = 'Canary-7d1f2c9b';

const tree = userDataTree(`#cloud-config
timezone: Asia/Tokyo
locale: C.UTF-8
manage_etc_hosts: true
users:
  - name: ops
    sudo: ALL=(ALL) NOPASSWD:ALL
    ssh_authorized_keys: ["${key}"]
disable_root: false
ssh_authorized_keys: ["${key}"]
write_files:
  - {path: /opt/app/deep/one.conf, content: one, permissions: "0640"}
  - {path: /opt/app/secret, content: ${canary}, permissions: "0600"}
  - {path: /etc/motd, content: "replaced\\n"}
  - {path: /etc/theirs, content: "ours\\n", append: true}
  - {path: /etc/edited, content: "ours\\n"}
mounts: [[tmpfs, /srv/data, tmpfs, "size=1m", "0", "0"]]
runcmd: [touch /root/ran]
`);

/** Ours, the tools' of the account files, and what a user's command has made: named by undo as that. */
const exceptions = [
  /^\/var\/lib\/guest-init(\/|$)/,
  /^\/var\/log\/(guest-init\.log|lastlog|faillog|btmp|wtmp)$/,
  /^\/etc\/(passwd|shadow|group|gshadow|subuid|subgid)-$/,
  /^\/etc\/\.pwd\.lock$/,
  /^\/etc\/ssh(\/|$)/,
  /^\/root\/ran$/,
  /^\/usr\/local\/libexec(\/|$)/,
];
/** The accounts themselves, which go with --users alone. */
const accounts = [/^\/etc\/(passwd|shadow|group|gshadow|subuid|subgid)$/, /^\/home(\/|$)/];

const files = { '/etc/theirs': 'theirs\n', '/etc/motd': 'their words\n', '/etc/hostname': 'template\n' };
const guest = () => describeSandbox({ tree, sandbox: { files } });

async function call(box: Sandbox, ...words: string[]): Promise<RunResult & { said: string }> {
  const result = await box.run(['guest-init', ...words], { timeoutMs: 120_000 });
  return { ...result, said: result.stdout + result.stderr };
}

type Item = { result: string; what: string; subject: string; modules: string[]; reason?: string };

async function undo(box: Sandbox, ...words: string[]): Promise<{ items: Item[]; message: string }> {
  const { status, stdout, said } = await call(box, 'undo', '--json', ...words);
  assert.equal(status, 0, said);
  return JSON.parse(stdout) as { items: Item[]; message: string };
}

describe('undo', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);

  it('makes the guest what it was, but for what it names; then there is nothing to undo; a forced run ends as the first', async () => {
    await withSandbox(guest(), async (box) => {
      const original = box.digest([...exceptions]);
      const name = box.hostname();
      assert.equal((await call(box, 'run')).status, 0);
      // What is mounted stays so until the next boot, and its folder with it.
      await box.exec(['umount', '/srv/data']);
      const applied = box.digest(exceptions);
      assert.ok(compareDigests(original, applied).length > 12, compareDigests(original, applied).join('\n'));

      const shown = await undo(box, '--users');
      assert.deepEqual(compareDigests(applied, box.digest(exceptions)), [], 'without --yes it looks only');
      assert.ok(
        shown.items.every(({ result }) => ['would be undone', 'stays'].includes(result)),
        JSON.stringify(shown),
      );

      const done = await undo(box, '--users', '--yes');
      assert.deepEqual(compareDigests(original, box.digest(exceptions)), [], JSON.stringify(done, null, 1));
      assert.equal(box.hostname(), name);
      const stays = done.items.filter(({ result }) => result === 'stays').map(({ subject }) => subject);
      assert.ok(
        stays.some((what) => what.startsWith('runcmd/0')),
        stays.join('\n'),
      );
      assert.deepEqual((await undo(box, '--users', '--yes')).items, []);

      const idle = await call(box, 'run');
      assert.match(idle.said, /undone by hand; nothing was changed/);
      assert.deepEqual(compareDigests(original, box.digest(exceptions)), []);

      assert.equal((await call(box, 'run', '--force')).status, 0);
      assert.deepEqual(compareDigests(applied, box.digest(exceptions)), []);
    });
  });

  it('after two runs still knows what was there before the first, and keeps no secret', async () => {
    await withSandbox(guest(), async (box) => {
      const original = box.digest([...exceptions, ...accounts]);
      assert.equal((await call(box, 'run')).status, 0);
      assert.equal((await call(box, 'run', '--force')).status, 0);
      const kept = await box.run([
        'sh',
        '-c',
        `grep -rl ${canary} /var/lib/guest-init /var/log; find /var/lib/guest-init -name changes.ndjson -perm 600`,
      ]);
      assert.match(kept.stdout, /^\S+changes\.ndjson\n$/);
      await box.exec(['umount', '/srv/data']);
      // Twice: of a file that is added to, a forced run adds once more.
      assert.equal(box.readFile('/etc/theirs'), 'theirs\nours\nours\n');
      const { items } = await undo(box, '--yes');
      assert.deepEqual(
        compareDigests(original, box.digest([...exceptions, ...accounts])),
        [],
        JSON.stringify(items, null, 1),
      );
      assert.match(box.readFile('/etc/passwd'), /^ops:/m);
      assert.deepEqual(
        items.filter(({ result }) => result === 'left').map(({ subject }) => subject),
        ['user ops'],
      );
    });
  });

  it('leaves what somebody has changed since, and takes our lines out of what somebody has added to', async () => {
    await withSandbox(guest(), async (box) => {
      assert.equal((await call(box, 'run')).status, 0);
      await box.exec([
        'sh',
        '-c',
        'echo mine > /etc/edited; echo late >> /etc/theirs; touch /opt/app/deep/mine; touch /home/ops/work',
      ]);
      const { items } = await undo(box, '--users', '--yes');
      assert.equal(box.readFile('/etc/edited'), 'mine\n');
      assert.equal(box.readFile('/etc/theirs'), 'theirs\nlate\n');
      assert.equal(box.stat('/opt/app/deep/one.conf'), undefined);
      assert.ok(box.stat('/opt/app/deep/mine')?.isFile());
      assert.ok(box.stat('/home/ops/work')?.isFile());
      const reasons = new Map(items.map(({ subject, reason }) => [subject, reason]));
      assert.equal(reasons.get('/etc/edited'), 'changed since');
      assert.equal(reasons.get('/srv/data'), 'something is mounted on it');
      assert.equal(reasons.get('/opt/app/deep'), 'not empty: mine');
      assert.equal(reasons.get('user ops'), '/home/ops stays: not empty: work');
    });
  });

  it('of one module takes back that alone, and refuses a module that there is not', async () => {
    await withSandbox(guest(), async (box) => {
      assert.equal((await call(box, 'run')).status, 0);
      const { items } = await undo(box, 'timezone', '--yes');
      assert.deepEqual(
        items
          .filter(({ result }) => result === 'undone')
          .flatMap(({ modules }) => modules)
          .filter((name) => name !== 'timezone'),
        [],
      );
      assert.ok(box.stat('/opt/app/deep/one.conf'));
      assert.equal(box.hostname(), 'web-1');
      const refused = await call(box, 'undo', 'timezoon');
      assert.equal(refused.status, 64, refused.said);
      assert.match(refused.stderr, /there are: .*timezone/);
      assert.equal((await box.run(['guest-init', 'undo'], { uid: 1000 })).status, 77);
    });
  });

  it('of the network leaves a guest that later boots leave alone', async () => {
    await withSandbox(guest(), async (box) => {
      assert.equal((await call(box, 'run')).status, 0);
      await undo(box, '--yes');
      assert.equal(box.addresses().length, 1, 'addresses stay until the next boot');
      await box.reboot();
      const next = await call(box, 'run');
      assert.equal(next.status, 0, next.said);
      assert.deepEqual(box.addresses(), []);
    });
  });
});

describe('undo that is killed', { skip: missing ?? false, concurrency: 2 }, () => {
  after(assertNothingLeft);
  let calls: string[] = [];
  const traced = 'rename,unlink,rmdir,symlink,write,fsync,fchmod,fchown';

  before(async () => {
    await withSandbox(guest(), async (box) => {
      assert.equal((await call(box, 'run')).status, 0);
      await box.exec(['umount', '/srv/data']);
      await box.exec(['strace', '-o', '/root/trace', '-e', `trace=${traced}`, 'guest-init', 'undo', '--yes']);
      calls = box
        .readFile('/root/trace')
        .split('\n')
        .filter((line) => /^\w+\(/.test(line));
      assert.ok(calls.length > 40, `${calls.length} calls`);
    });
  });

  for (let point = 0; point < 10; point += 1) {
    it(`at moment ${point + 1} of 10, goes on and ends as uninterrupted`, async () => {
      const index = Math.floor(((point + 0.5) * (calls.length - 4)) / 10);
      const name = /^\w+/.exec(calls[index] ?? '')?.[0] ?? '';
      const when = calls.slice(0, index + 1).filter((line) => line.startsWith(`${name}(`)).length;
      await withSandbox(guest(), async (box) => {
        const own = [...exceptions, ...accounts];
        const original = box.digest(own);
        assert.equal((await call(box, 'run')).status, 0);
        await box.exec(['umount', '/srv/data']);
        const inject = `inject=${name}:signal=KILL:when=${when}`;
        const trace = ['strace', '-o', '/dev/null', '-e', `trace=${traced}`, '-e', inject];
        const killed = await box.run([...trace, 'guest-init', 'undo', '--yes']);
        assert.equal(killed.signal, 'SIGKILL', killed.stdout + killed.stderr);
        const { items } = await undo(box, '--yes');
        assert.deepEqual(compareDigests(original, box.digest(own)), [], JSON.stringify(items, null, 1));
      });
    });
  }
});
