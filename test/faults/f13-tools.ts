// F13: each command that the agent starts, made to fail in each way that commands fail. What needs it fails, the rest is applied, within
// the command's deadline, and with the command mended a forced run comes to the usual end.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitCodes } from '../../src/core/error.ts';
import { userDataTree } from '../support/instances.ts';
import { assertReleased, describeSandbox, readNetwork } from '../support/main-job.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';
import { compareDigests, type TreeDigest } from '../support/tree-digest.ts';
import { incidental } from './engine/end-state.ts';
import type { FaultCase } from './engine/matrix.ts';
import { assertCleanEnd } from './engine/verdict.ts';

const secret = 'C4nary-of-the-password';

const tree = userDataTree(`#cloud-config
ssh_genkeytypes: [ed25519]
ssh_pwauth: true
groups: [admins]
users:
  - name: ops
    groups: [admins]
    sudo: ["ALL=(ALL) NOPASSWD:ALL", "ALL=!/bin/su"]
  - name: games
    groups: [admins]
chpasswd:
  expire: false
  users: [{name: ops, password: ${secret}, type: text}]
write_files:
  - {path: /etc/app/one.conf, content: one}
runcmd: [echo ran > /root/ran]
`);

// Without a link below /dev/disk, blkid is asked; what a killed run left, flock decides.
const guest = describeSandbox({ tree, drive: { link: null } });

/** Random, or with a time in it. */
const random = [...incidental, /^\/etc\/ssh\/ssh_host_/, /^\/etc\/(shadow|group|gshadow)$/];

const isMade = '/run/fault-is-made';

type ToolFault = {
  readonly name: string;
  /** Lines for sh(1) in place of the tool, which is `$REAL`. Absent: there is no such tool. */
  readonly script?: string;
  /** The tool does its work all the same. */
  readonly isHarmless?: true;
};

export const toolFaults: readonly ToolFault[] = [
  { name: 'missing' },
  { name: 'exit-1', script: 'echo "made to fail" >&2; exit 1' },
  { name: 'exit-127', script: 'exit 127' },
  { name: 'killed', script: 'kill -9 $$' },
  { name: 'works-then-fails', script: '"$REAL" "$@"; echo "made to fail" >&2; exit 5' },
  { name: 'flood', script: 'head -c 100000000 /dev/zero; head -c 100000000 /dev/zero >&2; exit 1' },
  {
    name: 'not-utf-8',
    script: 'printf "\\\\377\\\\376\\\\200 \\\\033[2J\\\\n" >&2; exec "$REAL" "$@"',
    isHarmless: true,
  },
  { name: 'canary', script: 'echo "$*"; cat; echo "$*" >&2; cat >&2; exit 3' },
];

/** They take until the command's deadline. */
export const slowFaults: readonly ToolFault[] = [
  { name: 'hang', script: 'exec sleep 3600' },
  { name: 'daemon-holds-output', script: 'sleep 200 & exec "$REAL" "$@"', isHarmless: true },
];

/** `codes`: what the run may end with when the tool does not do its work. */
type Tool = { readonly name: string; readonly codes: readonly number[] };

const { degraded, driveUnreadable, networkRolledBack, driveBusy, ok, internal } = exitCodes;

const tools: readonly Tool[] = [
  { name: 'mount', codes: [driveUnreadable] },
  { name: 'umount', codes: [driveBusy, ok] },
  // Another way is found, or the network is put back.
  { name: 'ip', codes: [ok, networkRolledBack] },
  { name: 'ifconfig', codes: [ok, networkRolledBack] },
  { name: 'route', codes: [ok, networkRolledBack] },
  // A drive in an optical device is known by its content as well.
  { name: 'blkid', codes: [ok] },
  { name: 'flock', codes: [internal, exitCodes.locked] },
  ...['useradd', 'usermod', 'groupadd', 'chpasswd', 'visudo', 'sshd', 'ssh-keygen', 'mkfifo'].map((name) => ({
    name,
    codes: [degraded, ok],
  })),
];

type End = {
  readonly digest: TreeDigest;
  readonly network: unknown;
  readonly hostname: string;
  readonly groups: readonly string[];
};

function readEnd(box: Sandbox): End {
  // Who joined first depends on whose command failed.
  const groups = box
    .readFile('/etc/group')
    .split('\n')
    .map((line) => line.split(/[:,]/).sort().join(' '));
  return { digest: box.digest(random), network: readNetwork(box), hostname: box.hostname(), groups: groups.sort() };
}

let reference: Promise<End> | undefined;

/** The end of a run in which every tool is as it should be. */
function findReference(): Promise<End> {
  reference ??= withSandbox(guest, async (box) => {
    const result = await box.run(['guest-init', 'run']);
    assert.equal(result.status, 0, result.stdout + result.stderr);
    return readEnd(box);
  });
  return reference;
}

/** Puts the fault in the tool's place; gives what takes it away again. */
async function breakTool(box: Sandbox, tool: string, { script }: ToolFault): Promise<() => Promise<void>> {
  if (script === undefined) {
    const places = ['/usr/sbin', '/usr/bin'].map((folder) => `${folder}/${tool}`).filter((path) => box.stat(path));
    for (const path of places) await box.exec(['mv', path, `${path}.gone`]);
    return async () => {
      for (const path of places) await box.exec(['mv', `${path}.gone`, path]);
    };
  }
  const places = ['/usr/sbin', '/usr/bin'].map((folder) => `${folder}/${tool}`).filter((path) => box.stat(path));
  for (const path of places) await box.exec(['cp', '-a', path, `${path}.kept`]);
  box.shim(tool, `[ -e ${isMade} ] || exec "$REAL" "$@"\n${script}`);
  await box.exec(['touch', isMade]);
  return async () => {
    await box.exec(['rm', isMade]);
    for (const path of places) await box.exec(['mv', '-f', `${path}.kept`, path]);
  };
}

/** A killed run's lock, so that flock is asked. */
async function leaveDeadLock(box: Sandbox): Promise<void> {
  await box.exec([
    'sh',
    '-c',
    'mkdir -p /run/guest-init && mkdir -m 700 /run/guest-init/private && echo -n "999 1" > /run/guest-init/private/lock',
  ]);
}

/** What the tool left behind is nobody's any more: it is ended, and waited for. */
async function endDaemons(box: Sandbox): Promise<void> {
  await box.run(['sh', '-c', 'for p in $(pidof sleep); do grep -q 86399 /proc/$p/cmdline || kill -9 $p; done']);
  for (let tries = 0; tries < 100 && box.processes().length > 0; tries += 1) await sleep(50);
}

const longestMs = 130_000;

async function runToolCase({ name, codes }: Tool, fault: ToolFault): Promise<void> {
  const usual = await findReference();
  await withSandbox(guest, async (box) => {
    if (name === 'flock') await leaveDeadLock(box);
    const mend = await breakTool(box, name, fault);
    const result = await box.run(['guest-init', 'run'], { timeoutMs: 2 * longestMs });
    await endDaemons(box);
    if (name === 'umount' && result.status === driveBusy) {
      // What the unit's stop step cannot do either: it is told, and the next run takes it down.
      await mend();
      assert.match(result.stdout, /umount -l \/run\/guest-init\/private\/drive/);
      await box.exec(['umount', '/run/guest-init/private/drive']);
      assertCleanEnd(box, { ...result, fault: `${name} ${fault.name}` });
      return;
    }
    const said = assertCleanEnd(box, { ...result, fault: `${name} ${fault.name}` });
    assert.ok(result.ms < longestMs, `${result.ms} ms\n${said}`);
    const allowed = fault.isHarmless ? [ok] : codes;
    assert.ok(allowed.includes(result.status as never), `${result.status}, not ${allowed.join(' or ')}\n${said}`);
    assertNoSecret(box, said);
    if (result.status === degraded || result.status === ok) {
      assert.equal(box.readFile('/etc/app/one.conf'), 'one', said);
      assert.deepEqual(readNetwork(box), usual.network, said);
      assert.equal(box.hostname(), usual.hostname);
    }
    await mend();
    const again = await box.run(['guest-init', 'run', '--force']);
    const saidThen = `${said}\nthen ${again.status}\n${again.stdout}${again.stderr}`;
    assert.equal(again.status, 0, saidThen);
    assertReleased(box, saidThen);
    const { digest, ...rest } = readEnd(box);
    const { digest: wanted, ...usualRest } = usual;
    assert.deepEqual(compareDigests(wanted, digest), [], saidThen);
    assert.deepEqual(rest, usualRest, saidThen);
  });
}

/** The password is nowhere but in the hash of it. */
function assertNoSecret(box: Sandbox, said: string): void {
  const places = ['/var/log/guest-init.log', '/var/lib/guest-init/state.json', '/run/guest-init/status.json'];
  for (const text of [said, ...places.map((path) => box.readFileIfAny(path) ?? '')]) {
    assert.ok(!text.includes(secret), `the password is told\n${said}`);
  }
}

/** Each of `tools` with each of `faults`. */
export function listToolCases(faults: readonly ToolFault[]): FaultCase[] {
  return tools.flatMap((tool) =>
    faults.map((fault) => ({ id: `${tool.name}/${fault.name}`, run: () => runToolCase(tool, fault) })),
  );
}
