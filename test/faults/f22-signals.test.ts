// F22: signals in each phase of the job, and standard streams that are closed, broken or full.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes } from '../../src/core/error.ts';
import { userDataTree } from '../support/instances.ts';
import { describeSandbox, readNetwork } from '../support/main-job.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';
import { defineGroup, type FaultCase } from './engine/matrix.ts';
import { assertCleanEnd } from './engine/verdict.ts';

/** TERM-to-all: as systemd stops a unit, its commands as well. */
const signals = ['TERM', 'HUP', 'INT', 'PIPE', 'TERM-to-all'] as const;

type Phase = {
  readonly name: string;
  /** The guest has come to it. */
  hasCome(box: Sandbox): boolean;
  readonly isLate?: true;
};

const text = `#cloud-config
ssh_deletekeys: false
bootcmd: ["touch /root/early; test -e /root/go || sleep 1"]
runcmd: ["touch /root/late; test -e /root/go || sleep 1", "touch /root/last"]
`;

const phases: readonly Phase[] = [
  {
    name: 'waiting-for-the-drive',
    hasCome: (box) => box.stat('/run/guest-init/private/lock') !== undefined,
    isLate: true,
  },
  { name: 'early', hasCome: (box) => box.stat('/root/early') !== undefined },
  { name: 'late', hasCome: (box) => box.stat('/root/late') !== undefined },
  { name: 'last-command', hasCome: (box) => box.stat('/root/last') !== undefined },
];

const { ok, terminated, driveMissing } = exitCodes;

async function runSignalCase(phase: Phase, signal: (typeof signals)[number]): Promise<void> {
  const guest = describeSandbox({
    tree: userDataTree(text),
    drive: phase.isLate ? { late: true } : {},
    config: 'drive: {required: true, wait_required: 4}\n',
  });
  await withSandbox(guest, async (box) => {
    const running = box.run(['guest-init', 'run'], { timeoutMs: 30_000 });
    for (let tries = 0; tries < 400 && !phase.hasCome(box); tries += 1) await sleep(20);
    await sleep(50);
    const kill =
      signal === 'TERM-to-all' ? 'kill -TERM $(pidof guest-init sleep)' : `kill -${signal} $(pidof guest-init)`;
    await box.run(['sh', '-c', kill]);
    const result = await running;
    const said = assertCleanEnd(box, { ...result, fault: `${signal}, ${phase.name}` });
    // Who writes into a pipe that nobody reads is told by the write itself.
    const wanted = signal === 'PIPE' ? (phase.isLate ? [driveMissing] : [ok]) : [terminated];
    // Nothing is left to stop after the last command.
    const allowed = phase.name === 'last-command' ? [ok, ...wanted] : wanted;
    assert.ok(allowed.includes(result.status as never), said);
    if (phase.isLate) box.plug(0);
    await box.exec(['touch', '/root/go']);
    const again = await box.run(['guest-init', 'run']);
    assert.equal(again.status, ok, `${said}\nthen\n${again.stdout}${again.stderr}`);
    assert.ok(box.stat('/root/last'), `${said}\nthen\n${again.stdout}${again.stderr}`);
    assert.deepEqual(readNetwork(box).addresses, ['192.168.10.20/26']);
  });
}

/** `$@` is the job; its exit status goes to /run/code. */
const streams: readonly (readonly [name: string, script: string])[] = [
  ['stdout-closed', '"$@" >&-'],
  ['stderr-closed', '"$@" 2>&-'],
  ['stdin-closed', '"$@" <&-'],
  ['all-closed', '"$@" <&- >&- 2>&-'],
  ['stdout-broken', '{ "$@"; echo $? > /run/code; } | :'],
  ['stdout-full', '"$@" > /dev/full'],
  ['both-full', '"$@" > /dev/full 2>&1'],
  ['stdout-is-a-folder-descriptor', '"$@" 1< /root'],
  ['stdin-is-a-folder', '"$@" < /root'],
  ['stdout-read-only', '"$@" 1< /dev/null'],
  ['console-gone', 'rm /dev/console; "$@"'],
  ['log-folder-gone', 'rm -rf /var/log; "$@"'],
  ['log-is-a-folder', 'mkdir /var/log/guest-init.log; "$@"'],
  ['log-is-a-link', 'ln -s /root/elsewhere /var/log/guest-init.log; "$@"'],
  ['log-is-a-fifo', 'mkfifo /var/log/guest-init.log; "$@"'],
  ['log-is-a-fifo-that-is-read', 'mkfifo /var/log/guest-init.log; sleep 60 < /var/log/guest-init.log & "$@"; kill $!'],
  ['log-is-a-device', 'mknod /var/log/guest-init.log c 1 3; "$@"'],
  ['few-descriptors', 'ulimit -n 40; "$@"'],
  ['no-file-size', 'ulimit -f 2048; "$@"'],
  ['strict-umask', 'umask 0777; "$@"'],
  ['open-umask', 'umask 0; "$@"'],
  ['gone-working-folder', 'mkdir /run/here; cd /run/here; rmdir /run/here; "$@"'],
];

async function runStreamCase(name: string, script: string): Promise<void> {
  const guest = describeSandbox({ tree: userDataTree(text.replaceAll('sleep 1', ':')) });
  await withSandbox(guest, async (box) => {
    const whole = `${script}\ncode=$?; [ -e /run/code ] || echo $code > /run/code`;
    const result = await box.run(['sh', '-c', whole, 'sh', 'guest-init', 'run'], { timeoutMs: 30_000 });
    const said = `${name}\n${result.stdout}${result.stderr}`;
    assert.equal(result.timedOut, false, said);
    assert.equal(box.readFileIfAny('/run/code'), '0\n', said);
    assert.doesNotMatch(said, /internal error/);
    assert.deepEqual(readNetwork(box).addresses, ['192.168.10.20/26'], said);
    assert.ok(box.stat('/root/last'), said);
    assert.deepEqual(box.driveMounts(), [], said);
    const writable = await box.exec([
      'sh',
      '-c',
      'find /var/lib/guest-init /run/guest-init /home /etc -xdev ! -type l -perm /022 2>/dev/null || :',
    ]);
    assert.equal(writable, '', said);
    assert.equal((await box.run(['guest-init', 'status'])).status, 0, said);
    if (!name.startsWith('log-is-')) return;
    assert.match(said, /no log is kept: \/var\/log\/guest-init\.log: not a regular file/);
    // Nor does the collection wait for what is in its place.
    const collected = await box.run(['guest-init', 'collect-logs', '/root/logs.tar.gz'], { timeoutMs: 30_000 });
    assert.equal(collected.timedOut, false, `${said}\n${collected.stdout}${collected.stderr}`);
  });
}

await defineGroup({
  group: 'F22',
  title: 'signals and streams',
  sample: 20,
  // They wait more than they work.
  concurrency: 3,
  listCases: () => [
    ...phases.flatMap((phase): FaultCase[] =>
      signals.map((signal) => ({ id: `${phase.name}/${signal}`, run: () => runSignalCase(phase, signal) })),
    ),
    ...streams.map(([name, script]): FaultCase => ({ id: `streams/${name}`, run: () => runStreamCase(name, script) })),
  ],
});
