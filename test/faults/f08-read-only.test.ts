// F08: a part of the guest cannot be written, from the start or from the middle of the job on. The address is set, the status is in /run,
// what cannot be kept is told, and once it can be written a forced run comes to the usual end.
import assert from 'node:assert/strict';
import { exitCodes } from '../../src/core/error.ts';
import { readNetwork } from '../support/main-job.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { assertSameEnd, readReference } from './engine/end-state.ts';
import { defineGroup, type FaultCase } from './engine/matrix.ts';
import type { Reference } from './engine/recovery.ts';
import { firstBoot, withStory } from './engine/story.ts';
import { assertCleanEnd } from './engine/verdict.ts';

const middle = '/root/middle.sh';

const story = firstBoot(
  'read-only',
  `#cloud-config
ssh_deletekeys: false
bootcmd: ["test ! -e ${middle} || sh ${middle}"]
users: [{name: ops, sudo: "ALL=(ALL) NOPASSWD:ALL"}]
write_files: [{path: /srv/app/one.conf, content: one}]
timezone: Asia/Tokyo
`,
);

const { ok, degraded, stateUnwritable } = exitCodes;

type Part = {
  readonly path: string;
  /** What the run ends with when it is so from the start. */
  readonly start: number;
  /** And when it comes to be so after the users, before the files; absent: it cannot, while the log is open below it. */
  readonly middle?: number;
};

const parts: readonly Part[] = [
  { path: '/', start: stateUnwritable },
  { path: '/etc', start: degraded, middle: degraded },
  { path: '/home', start: degraded, middle: ok },
  { path: '/srv', start: degraded, middle: degraded },
  { path: '/var', start: stateUnwritable, middle: stateUnwritable },
  { path: '/var/lib', start: stateUnwritable, middle: stateUnwritable },
  { path: '/var/lib/guest-init', start: stateUnwritable, middle: stateUnwritable },
];

function seal(path: string): string {
  if (path === '/') return 'mount -o remount,ro /';
  return `mkdir -p ${path} && mount --bind ${path} ${path} && mount -o remount,bind,ro ${path}`;
}

function unseal(path: string): string {
  return path === '/' ? 'mount -o remount,rw /' : `umount ${path}`;
}

type When = 'from-the-start' | 'from-the-middle';

async function begin(box: Sandbox, path: string, when: When): Promise<void> {
  // /root is on the root: what the harness needs there is written first.
  if (when === 'from-the-middle') box.writeFile(middle, `${seal(path)}\n`);
  else await box.exec(['sh', '-c', seal(path)]);
}

async function runCase(
  { path, code }: { path: string; code: number },
  when: When,
  reference: Reference,
): Promise<void> {
  await withStory(story, async (box) => {
    await begin(box, path, when);
    const result = await box.run(['guest-init', 'run']);
    const said = assertCleanEnd(box, { ...result, fault: `${path} ${when}` });
    assert.equal(result.status, code, said);
    assert.deepEqual(readNetwork(box), reference.end.network, said);
    const status = JSON.parse(box.readFile('/run/guest-init/status.json')) as { exitCode: number };
    assert.equal(status.exitCode, code, said);
    await box.exec(['sh', '-c', `${unseal(path)}; rm -f ${middle}`]);
    const again = await box.run(['guest-init', 'run', '--force']);
    const saidThen = `${said}\nthen ${again.status}\n${again.stdout}${again.stderr}`;
    assert.equal(again.status, 0, saidThen);
    assertSameEnd(box, reference.end, saidThen);
  });
}

await defineGroup({
  group: 'F08',
  title: 'read-only file systems',
  async listCases() {
    const reference = await readReference(story);
    return parts.flatMap(({ path, start, middle }): FaultCase[] => [
      { id: `from-the-start${path}`, run: () => runCase({ path, code: start }, 'from-the-start', reference) },
      ...(middle === undefined
        ? []
        : [{ id: `from-the-middle${path}`, run: () => runCase({ path, code: middle }, 'from-the-middle', reference) }]),
    ]);
  },
});
