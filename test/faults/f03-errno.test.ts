// F03: a system call of the agent fails. The old file is intact or the new one complete, the exit code is the right one, the rest is applied,
// nothing crashes, and the next forced run comes to the end that an undisturbed one comes to.
import assert from 'node:assert/strict';
import { exitCodes } from '../../src/core/error.ts';
import { assertReleased } from '../support/main-job.ts';
import { assertOldOrNew, assertSameEnd, incidental, isWrittenByTools, readReference } from './engine/end-state.ts';
import { defineGroup, type FaultCase } from './engine/matrix.ts';
import { isChanging, nameMoment } from './engine/moments.ts';
import { firstBoot } from './engine/story.ts';
import { type Struck, strike } from './engine/strike.ts';
import { listTargets, type Target } from './engine/targets.ts';
import { assertHonest } from './engine/verdict.ts';

// Every step of it may be done again in any order, because a forced run does all again.
const story = firstBoot(
  'errors',
  `#cloud-config
ssh_deletekeys: false
users:
  - name: ops
    sudo: ALL=(ALL) NOPASSWD:ALL
write_files:
  - {path: /etc/app/one.conf, content: one, permissions: "0640"}
runcmd: [echo ran > /root/ran]
timezone: Asia/Tokyo
`,
);

const space = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'] as const;

/** What the kernel may answer, by the name of the call. */
const answers: Readonly<Record<string, readonly string[]>> = {
  openat: [...space, 'EMFILE', 'ENOMEM', 'EACCES', 'EINTR'],
  write: ['ENOSPC', 'EDQUOT', 'EIO', 'EINTR'],
  fsync: ['EIO', 'ENOSPC', 'EDQUOT'],
  fchmod: ['EIO', 'EROFS', 'EACCES'],
  chmod: ['EIO', 'EROFS', 'EACCES'],
  fchown: ['EIO', 'EROFS', 'EDQUOT', 'EACCES'],
  chown: ['EIO', 'EROFS', 'EDQUOT', 'EACCES'],
  clone: ['ENOMEM', 'EAGAIN'],
};
const answersOfFolders = [...space, 'ENOMEM', 'EACCES'];
const answersOfReading = ['EIO', 'EMFILE', 'EACCES', 'ENOMEM'];

const readPaths = /^openat\(.*"\/(etc|run|var|sys\/(?!devices\/system\/cpu)|dev|proc\/(sys|net|self\/mountinfo))/;

/** Of what is there: a look at what is absent fails in any case. */
function isReading(line: string): boolean {
  return readPaths.test(line) && !isChanging(line) && !line.includes(' = -1 ');
}

/** user_data that cannot be read counts as none: the guest gets the distribution's user and the launch key. */
let unread: ReturnType<typeof readReference> | undefined;
const readUnread = (): ReturnType<typeof readReference> => (unread ??= readReference(firstBoot('unread', '')));

function isUnread({ hit, status, stdout }: Struck): boolean {
  const isDrive = hit.includes('"/run/guest-init/private/drive"');
  return isDrive && status === exitCodes.degraded && /openstack\/latest\/user_data .*cannot be read/.test(stdout);
}

async function runCase({ story, moment, reference }: Target, answer: string): Promise<void> {
  await strike(story, moment, `error=${answer}`, async (box, struck) => {
    assertHonest(box, { ...struck, fault: struck.hit }, reference);
    const wantsUnread = isUnread(struck);
    const { end } = wantsUnread ? await readUnread() : reference;
    const isOther = (path: string): boolean => wantsUnread && path.startsWith('/etc/ssh/ssh_host_');
    assertOldOrNew(box, { before: reference.before, end, isOther }, `${struck.hit}\n${struck.stdout}`);
    const again = await box.run(['guest-init', 'run', '--force']);
    const said = `${struck.hit}\n${struck.status}\n${struck.stdout}${struck.stderr}\nthen ${again.status}\n${again.stdout}${again.stderr}`;
    assert.equal(again.status, 0, said);
    assertReleased(box, said);
    if (!wantsUnread) return assertSameEnd(box, end, said);
    // What was made for a guest without user_data stays, its user too; all that the drive asks for is there.
    const digest = box.digest(incidental);
    const missing = [...reference.end.digest].filter(([path, line]) => digest.get(path) !== line);
    assert.deepEqual(
      missing.filter(([path]) => !isWrittenByTools(path)),
      [],
      said,
    );
    await box.exec(['id', 'ops']);
  });
}

await defineGroup({
  group: 'F03',
  title: 'an error at every call',
  sample: 110,
  async listCases() {
    const targets = await listTargets(story, (line) => isChanging(line) || isReading(line));
    return targets.flatMap((target): FaultCase[] => {
      const { moment } = target;
      const errors = isReading(moment.line) ? answersOfReading : (answers[moment.call] ?? answersOfFolders);
      return errors.map((answer) => ({
        id: `${nameMoment(moment)}/${answer}`,
        run: () => runCase(target, answer),
      }));
    });
  },
});
