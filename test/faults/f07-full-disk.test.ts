// F07: the disk or its inodes run out at some point of the job. The address is set all the same, whatever is in the guest is whole, the exit
// code says what was lost, and with room again a forced run comes to the usual end.
import assert from 'node:assert/strict';
import { exitCodes } from '../../src/core/error.ts';
import { assertReleased, readNetwork } from '../support/main-job.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { compareDigests } from '../support/tree-digest.ts';
import { incidental, readEndState, readReference } from './engine/end-state.ts';
import { defineGroup, type FaultCase } from './engine/matrix.ts';
import type { Reference } from './engine/recovery.ts';
import { firstBoot, type Story, withStory } from './engine/story.ts';
import { assertCleanEnd } from './engine/verdict.ts';

const large = `x${'0123456789abcdef'.repeat(2048)}`;

const roomy = firstBoot(
  'full-disk',
  `#cloud-config
ssh_deletekeys: false
users: [{name: ops, sudo: "ALL=(ALL) NOPASSWD:ALL"}]
write_files:
  - {path: /srv/small, content: one}
  - {path: /srv/large, content: ${large}}
timezone: Asia/Tokyo
`,
);

const full: Story = { ...roomy, guest: { ...roomy.guest, space: '8m,nr_inodes=600' } };

/** Kilobytes, or inodes, that are left when the job begins. */
const kilobytes = [
  0, 1, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60, 64, 72, 80, 88, 96, 104, 112, 128, 160,
];
const inodes = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 34, 38, 44, 50, 60];

async function fillBytes(box: Sandbox, left: number): Promise<void> {
  // Written to the last page, then made shorter.
  await box.run(['sh', '-c', 'mkdir -p /root/ballast; cat /dev/zero > /root/ballast/zeros 2>/dev/null || :']);
  const size = box.stat('/root/ballast/zeros')?.size ?? 0;
  await box.exec(['truncate', '-s', String(Math.max(0, size - left * 1024)), '/root/ballast/zeros']);
}

async function fillInodes(box: Sandbox, left: number): Promise<void> {
  const script = `mkdir -p /root/ballast; cd /root/ballast; n=0; while : > f$n; do n=$((n + 1)); done 2>/dev/null
i=0; while [ $i -lt ${left} ]; do n=$((n - 1)); rm f$n; i=$((i + 1)); done`;
  await box.run(['sh', '-c', script]);
}

/** What a useradd that was cut short leaves out and nobody can add as it would: files of the home, a group password, ranges of numbers. */
const leftOut = / \/(home\/ops\/\.[a-z]|etc\/(gshadow|subuid|subgid) )/;

const { ok, degraded, stateUnwritable } = exitCodes;

async function runCase(fill: (box: Sandbox) => Promise<void>, reference: Reference, fault: string): Promise<void> {
  await withStory(full, async (box) => {
    await fill(box);
    const result = await box.run(['guest-init', 'run']);
    const said = assertCleanEnd(box, { ...result, fault });
    assert.ok([ok, degraded, stateUnwritable].includes(result.status as never), said);
    assert.deepEqual(readNetwork(box), reference.end.network, said);
    // The tools of the system may leave their own work half done; ours is whole or absent.
    for (const path of [
      '/srv/small',
      '/srv/large',
      '/etc/hostname',
      '/etc/timezone',
      '/etc/sudoers.d/90-guest-init-users',
    ]) {
      const line = box.digest(incidental).get(path);
      assert.ok(line === undefined || line === reference.end.digest.get(path), `${path}: ${line}\n${said}`);
    }
    if (result.status === ok) {
      assert.deepEqual(compareDigests(reference.end.digest, box.digest(incidental)), [], said);
    }
    const isUseraddCut = /useradd exited/.test(said);
    await box.exec(['rm', '-rf', '/root/ballast']);
    const again = await box.run(['guest-init', 'run', '--force']);
    const saidThen = `${said}\nthen ${again.status}\n${again.stdout}${again.stderr}`;
    assert.equal(again.status, 0, saidThen);
    assertReleased(box, saidThen);
    const end = readEndState(box);
    const differences = compareDigests(reference.end.digest, end.digest).filter(
      (line) => !(isUseraddCut && leftOut.test(line)),
    );
    assert.deepEqual(differences, [], saidThen);
    assert.deepEqual(
      { network: end.network, hostname: end.hostname },
      { network: reference.end.network, hostname: reference.end.hostname },
    );
  });
}

await defineGroup({
  group: 'F07',
  title: 'disk or inodes full',
  sample: 16,
  async listCases() {
    const reference = await readReference(roomy);
    return [
      ...kilobytes.map((left): FaultCase => {
        const id = `kilobytes/${left}`;
        return { id, run: () => runCase((box) => fillBytes(box, left), reference, id) };
      }),
      ...inodes.map((left): FaultCase => {
        const id = `inodes/${left}`;
        return { id, run: () => runCase((box) => fillInodes(box, left), reference, id) };
      }),
    ];
  },
});
