// SIGKILL at any moment: the unit's stop step leaves no mount, and the next run ends where an uninterrupted one ends
// (reliability.md I1, I4, I6). The moments are system calls that change something, counted by strace, so that they are exact.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { userDataTree } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { assertReleased, describeSandbox, readNetwork } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';
import { compareDigests, type TreeDigest } from '../support/tree-digest.ts';

const missing = explainMissingRoots();

// Host keys differ from run to run, and making them at every moment would be most of the test; a failure in the middle of that has a
// test of its own.
const tree = userDataTree(`#cloud-config
ssh_deletekeys: false
users:
  - name: ops
    sudo: ALL=(ALL) NOPASSWD:ALL
    ssh_authorized_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl x"]
write_files:
  - {path: /etc/app/one.conf, content: one, permissions: "0640"}
  - {path: /etc/motd, content: added, append: true}
runcmd:
  - echo first >> /root/first
  - echo second >> /root/second
  - echo third >> /root/third
timezone: Asia/Tokyo
`);

const commands = ['first', 'second', 'third'] as const;

/** Calls that change something or start something; of the agent's own main thread, as strace without -f sees it. */
const changingCalls = [
  ...[
    'rename',
    'renameat',
    'renameat2',
    'mkdir',
    'mkdirat',
    'unlink',
    'unlinkat',
    'symlink',
    'symlinkat',
    'link',
    'linkat',
  ],
  ...[
    'write',
    'pwrite64',
    'fsync',
    'fdatasync',
    'fchmod',
    'fchown',
    'chmod',
    'fchmodat',
    'chown',
    'fchownat',
    'ftruncate',
  ],
  ...['clone', 'clone3', 'vfork', 'kill'],
].join(',');

/** Differs from run to run, or is the record of how the end was reached. */
const incidental = [
  /^\/var\/lib\/guest-init\//,
  /^\/var\/log\/(guest-init\.log|lastlog|faillog|btmp|wtmp)$/,
  /^\/etc\/(passwd|shadow|group|gshadow|subuid|subgid)-$/,
  /^\/etc\/\.pwd\.lock$/,
  /^\/root\/trace$/,
  /^\/root\/(first|second|third)$/,
];

type EndState = { digest: TreeDigest; network: ReturnType<typeof readNetwork>; hostname: string };

function readEndState(box: Sandbox): EndState {
  return { digest: box.digest(incidental), network: readNetwork(box), hostname: box.hostname() };
}

/** The line of the unit that runs however the service ended. */
function readStopCommand(): string[] {
  const unit = readFileSync(join(import.meta.dirname, '../../packaging/systemd/guest-init.service'), 'utf8');
  const line = /^ExecStopPost=-?(.+)$/m.exec(unit)?.[1];
  assert.ok(line, 'the unit has a stop step');
  return ['sh', '-c', line];
}

/** What systemd does after the main process was killed: the rest of the control group dies, then the stop step runs. */
async function stopUnit(box: Sandbox): Promise<void> {
  // The calling shell is not in the service's control group: it spares itself and the guest's first process.
  await box.exec([
    'sh',
    '-c',
    'for p in /proc/[0-9]*; do p=${p#/proc/}; c=$(tr "\\0" " " < /proc/$p/cmdline 2>/dev/null); case $p:$c in 1:*|$$:*|*"sleep 86399"*) ;; *) kill -9 $p 2>/dev/null;; esac; done; :',
  ]);
  await box.run(readStopCommand());
}

/** Runs to the end after a kill: as often as boots would, three at most. */
async function recover(box: Sandbox): Promise<string> {
  const result = await box.run(['guest-init', 'run']);
  return `${result.status}\n${result.stdout}${result.stderr}`;
}

function assertSameEnd(box: Sandbox, reference: EndState, said: string): void {
  const end = readEndState(box);
  assert.deepEqual(compareDigests(reference.digest, end.digest), [], said);
  assert.deepEqual(
    { network: end.network, hostname: end.hostname },
    { network: reference.network, hostname: reference.hostname },
    said,
  );
}

/** How often each command has run; one that was cut may run twice, a finished one may not. */
function countRuns(box: Sandbox): number[] {
  return commands.map(
    (name) => (box.readFileIfAny(`/root/${name}`) ?? '').split('\n').filter((line) => line !== '').length,
  );
}

describe('SIGKILL', { skip: missing ?? false, concurrency: 2 }, () => {
  let reference: EndState;
  let calls: string[] = [];

  before(async () => {
    await withSandbox(describeSandbox({ tree }), async (box) => {
      const result = await box.run([
        'strace',
        '-o',
        '/root/trace',
        '-e',
        `trace=${changingCalls}`,
        'guest-init',
        'run',
      ]);
      assert.equal(result.status, 0, result.stdout + result.stderr);
      calls = box
        .readFile('/root/trace')
        .split('\n')
        .filter((line) => /^\w+\(/.test(line));
      reference = readEndState(box);
      assert.deepEqual(countRuns(box), [1, 1, 1]);
      assertReleased(box);
    });
    await withSandbox(describeSandbox({ tree }), async (box) => {
      assert.equal((await box.run(['guest-init', 'run'])).status, 0);
      assertSameEnd(box, reference, 'two uninterrupted runs differ');
    });
  });
  after(assertNothingLeft);

  it('has enough moments to choose from', () => {
    assert.ok(calls.length > 60, `${calls.length} calls`);
  });

  for (let point = 0; point < 20; point += 1) {
    it(`at moment ${point + 1} of 20`, async (t) => {
      // The last calls come after the last effect, and their number varies by one or two.
      const index = Math.floor(((point + 0.5) * (calls.length - 4)) / 20);
      const name = /^\w+/.exec(calls[index] ?? '')?.[0] ?? '';
      const occurrence = calls.slice(0, index + 1).filter((line) => line.startsWith(`${name}(`)).length;
      t.diagnostic(
        `call ${index + 1} of ${calls.length}, ${name} number ${occurrence}: ${calls[index]?.slice(0, 100)}`,
      );
      const killAt = (when: number): Promise<boolean> =>
        withSandbox(describeSandbox({ tree }), async (box) => {
          // strace counts each system call by itself.
          const inject = `inject=${name}:signal=KILL:when=${when}`;
          const killed = await box.run([
            'strace',
            '-o',
            '/dev/null',
            '-e',
            `trace=${changingCalls}`,
            '-e',
            inject,
            'guest-init',
            'run',
          ]);
          if (killed.signal !== 'SIGKILL') return false;
          await stopUnit(box);
          assertReleased(box, 'after the stop step');
          const done = countRuns(box);
          const said = await recover(box);
          assert.match(said, /^0\n/, said);
          assertReleased(box, said);
          assertSameEnd(box, reference, said);
          countRuns(box).forEach((count, command) => {
            // One whose end was not recorded any more is run again, once.
            assert.ok(
              count === 1 || (count === 2 && done[command] === 1),
              `${commands[command]} ran ${count} times\n${said}`,
            );
          });
          assert.ok(countRuns(box).filter((count) => count === 2).length <= 1, said);
          const again = await recover(box);
          assert.match(again, /already applied/);
          return true;
        });
      // Reading the output of commands takes a call more or less from run to run; the moment is then one call earlier.
      let hit = false;
      for (let when = occurrence; !hit && when > occurrence - 4 && when > 0; when -= 1) hit = await killAt(when);
      assert.ok(hit, 'no kill happened');
    });
  }

  it('just before each file becomes visible: nothing half written stays', async (t) => {
    const renames = calls.filter((line) => line.startsWith('rename('));
    assert.ok(renames.length > 8, `${renames.length} renames`);
    const left: string[] = [];
    for (const [index, line] of renames.entries()) {
      await withSandbox(describeSandbox({ tree }), async (box) => {
        const inject = `inject=rename:signal=KILL:when=${index + 1}`;
        const killed = await box.run([
          'strace',
          '-o',
          '/dev/null',
          '-e',
          'trace=rename',
          '-e',
          inject,
          'guest-init',
          'run',
        ]);
        assert.equal(killed.signal, 'SIGKILL', line);
        await stopUnit(box);
        const said = await recover(box);
        assert.match(said, /^0\n/, said);
        const strange = compareDigests(reference.digest, readEndState(box).digest);
        if (strange.length > 0) left.push(`${line}\n  ${strange.join('\n  ')}`);
      });
    }
    t.diagnostic(`${renames.length} files`);
    assert.deepEqual(left, []);
  });

  it('while a command runs: done ones are not repeated, the cut one is', async () => {
    const slow = userDataTree(
      '#cloud-config\nruncmd:\n  - echo first >> /root/first\n  - echo second >> /root/second; test -e /root/go || sleep 20\n  - echo third >> /root/third\n',
    );
    await withSandbox(describeSandbox({ tree: slow }), async (box) => {
      const running = box.run(['guest-init', 'run']);
      for (let tries = 0; tries < 100 && box.stat('/root/second') === undefined; tries += 1) await sleep(50);
      await sleep(200);
      await box.exec(['sh', '-c', 'kill -9 $(pidof guest-init)']);
      assert.equal((await running).signal, 'SIGKILL');
      assert.deepEqual(box.driveMounts(), ['/run/guest-init/private/drive']);
      await stopUnit(box);
      assertReleased(box, 'after the stop step');
      box.writeFile('/root/go', '');
      const said = await recover(box);
      assert.match(said, /^0\n/, said);
      assert.deepEqual(countRuns(box), [1, 2, 1]);
      assertReleased(box, said);
    });
  });

  it('without the stop step: the next run takes the mount down itself', async () => {
    const slow = userDataTree('#cloud-config\nruncmd: [touch /root/first; test -e /root/go || sleep 20]\n');
    await withSandbox(describeSandbox({ tree: slow }), async (box) => {
      const running = box.run(['guest-init', 'run']);
      for (let tries = 0; tries < 100 && box.stat('/root/first') === undefined; tries += 1) await sleep(50);
      await box.exec(['sh', '-c', 'kill -9 $(pidof guest-init)']);
      await running;
      assert.equal(box.driveMounts().length, 1);
      box.writeFile('/root/go', '');
      const said = await recover(box);
      assert.match(said, /^0\n/, said);
      assert.deepEqual(box.driveMounts(), []);
    });
  });
});
