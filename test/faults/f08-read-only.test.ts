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

const { degraded, stateUnwritable } = exitCodes;

/** `code`: what the run ends with. */
const parts: readonly { readonly path: string; readonly code: number }[] = [
  { path: '/', code: stateUnwritable },
  { path: '/etc', code: degraded },
  { path: '/home', code: degraded },
  { path: '/srv', code: degraded },
  { path: '/var', code: stateUnwritable },
  { path: '/var/lib', code: stateUnwritable },
  { path: '/var/lib/guest-init', code: stateUnwritable },
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

async function runCase(part: (typeof parts)[number], when: When, reference: Reference): Promise<void> {
  await withStory(story, async (box) => {
    await begin(box, part.path, when);
    const result = await box.run(['guest-init', 'run']);
    const said = assertCleanEnd(box, { ...result, fault: `${part.path} ${when}` });
    assert.equal(result.status, part.code, said);
    assert.deepEqual(readNetwork(box), reference.end.network, said);
    const status = JSON.parse(box.readFile('/run/guest-init/status.json')) as { exitCode: number };
    assert.equal(status.exitCode, part.code, said);
    await box.exec(['sh', '-c', `${unseal(part.path)}; rm -f ${middle}`]);
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
    return parts.flatMap((part): FaultCase[] =>
      (['from-the-start', 'from-the-middle'] as const).map((when) => ({
        id: `${when}${part.path}`,
        run: () => runCase(part, when, reference),
      })),
    );
  },
});
