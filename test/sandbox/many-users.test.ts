// Many new users for real: they are made together, as asked for, and a run that is killed among them leaves no one half made.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';
import { compareDigests, type TreeDigest } from '../support/tree-digest.ts';

/** More than are made at once. */
const names = Array.from({ length: 70 }, (_, index) => `member${index}`);
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl x';
const entries = names.map((name, index) => {
  const more = index % 7 === 0 ? `, groups: [staff, crew], gecos: "It's ${name}", ssh_authorized_keys: ["${key}"]` : '';
  return `  - {name: ${name}, shell: /bin/bash${more}}\n`;
});
const tree = userDataTree(`#cloud-config\nssh_deletekeys: false\nusers:\n${entries.join('')}`);

/** Differs from run to run, is the record of how the end was reached, or is the test's own. */
const incidental = [
  /^\/var\/lib\/guest-init\//,
  /^\/var\/log\/(guest-init\.log|lastlog|faillog)$/,
  /^\/etc\/(passwd|shadow|group|gshadow|subuid|subgid)-$/,
  /^\/etc\/\.pwd\.lock$/,
  /^\/root\/trace$/,
  /^\/usr\/s?bin\/useradd$/,
  /^\/usr\/local\/libexec(\/|$)/,
];

function listMade(box: Sandbox): string[] {
  return [...box.readFile('/etc/passwd').matchAll(/^(member\d+):x:\d+:\d+:[^:]*:\/home\/\1:\/bin\/bash$/gm)].map(
    ([, name = '']) => name,
  );
}

async function waitUntilQuiet(box: Sandbox): Promise<void> {
  for (let tries = 0; tries < 200 && box.processes().length > 0; tries += 1) await sleep(50);
  assert.deepEqual(box.processes(), []);
}

describe('many users', { skip: explainMissingRoots() ?? false }, () => {
  let reference: TreeDigest;

  before(async () => {
    await withSandbox(describeSandbox({ tree }), async (box) => {
      const watch = ['strace', '-o', '/root/trace', '-e', 'trace=clone,clone3,vfork'];
      const result = await box.run([...watch, 'guest-init', 'run']);
      assert.equal(result.status, 0, result.stdout + result.stderr);
      assert.deepEqual(listMade(box), names);
      const uids = names.map((name) =>
        Number(new RegExp(`^${name}:x:(\\d+):`, 'm').exec(box.readFile('/etc/passwd'))?.[1]),
      );
      assert.deepEqual(
        uids,
        names.map((_, index) => (uids[0] ?? 0) + index),
      );
      for (const name of names) assert.ok(box.stat(`/home/${name}/.profile`), name);
      assert.match(box.readFile('/etc/passwd'), /^member7:x:\d+:\d+:It's member7:/m);
      assert.match(box.readFile('/etc/group'), /^crew:x:\d+:member0,member7,member14,/m);
      assert.ok(box.readFile('/home/member63/.ssh/authorized_keys').includes(key));
      const starts = box
        .readFile('/root/trace')
        .split('\n')
        .filter((line) => /SIGCHLD/.test(line));
      assert.ok(starts.length < 25, `${starts.length} processes were started for ${names.length} users`);
      reference = box.digest(incidental);
    });
  });
  after(assertNothingLeft);

  for (const last of ['member0', 'member30', 'member63', 'member64'])
    it(`killed while ${last} is made: the shell ends too, the next run makes the rest, undo takes all away`, async () => {
      await withSandbox(describeSandbox({ tree }), async (box) => {
        const kill = 'test -e /run/killed || { touch /run/killed; kill -9 $(pidof guest-init); }';
        box.shim('useradd', `for name do :; done\ncase $name in ${last}) ${kill};; esac\nexec $REAL "$@"`);
        assert.equal((await box.run(['guest-init', 'run'])).signal, 'SIGKILL');
        await waitUntilQuiet(box);
        // Dying takes a process of its size the time of another useradd or two.
        const made = listMade(box);
        assert.deepEqual(made, names.slice(0, made.length));
        const further = made.length - names.indexOf(last) - 1;
        assert.ok(further >= 0 && further <= 3, `${further} were made afterwards`);

        const next = await box.run(['guest-init', 'run']);
        assert.equal(next.status, 0, next.stdout + next.stderr);
        assert.deepEqual(compareDigests(reference, box.digest(incidental)), []);

        const undone = await box.run(['guest-init', 'undo', '--users', '--yes']);
        assert.equal(undone.status, 0, undone.stdout + undone.stderr);
        assert.deepEqual(listMade(box), []);
        assert.equal(box.stat('/home/member0'), undefined);
      });
    });

  it('all of it killed in the middle of one: the next run ends where an uninterrupted one ends', async () => {
    await withSandbox(describeSandbox({ tree }), async (box) => {
      // As a power cut: account written, group and home not.
      const cut = `$REAL "$@"; sed -i '/^member30:/d' /etc/group /etc/gshadow; rm -r /home/member30; touch /run/killed`;
      const kill = `test -e /run/killed || { ${cut}; kill -9 $(pidof guest-init) $PPID $$; }`;
      box.shim('useradd', `for name do :; done\ncase $name in member30) ${kill};; esac\nexec $REAL "$@"`);
      assert.equal((await box.run(['guest-init', 'run'])).signal, 'SIGKILL');
      await waitUntilQuiet(box);
      assert.deepEqual(listMade(box), names.slice(0, 31));
      const next = await box.run(['guest-init', 'run']);
      assert.equal(next.status, 0, next.stdout + next.stderr);
      assert.deepEqual(listMade(box), names);
      for (const name of names) {
        assert.ok(box.stat(`/home/${name}/.profile`), name);
        assert.match(box.readFile('/etc/group'), new RegExp(`^${name}:`, 'm'));
      }
    });
  });

  it('one of them cannot be made: it alone fails, with its reason', async () => {
    await withSandbox(describeSandbox({ tree }), async (box) => {
      box.shim(
        'useradd',
        'for name do :; done\ntest $name != member30 || { echo "useradd: out of luck" >&2; exit 4; }\nexec $REAL "$@"',
      );
      const result = await box.run(['guest-init', 'run']);
      assert.notEqual(result.status, 0);
      assert.deepEqual(
        listMade(box),
        names.filter((name) => name !== 'member30'),
      );
      const failures = result.stdout.split('\n').filter((line) => /^ +x /.test(line));
      assert.equal(failures.length, 1, result.stdout);
      assert.match(failures[0] ?? '', /member30 +useradd exited 4: useradd: out of luck/);
    });
  });
});
