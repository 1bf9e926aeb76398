// F03: a system call of the agent fails. The old file is intact or the new one complete, the exit code is the right one, the rest is applied,
// nothing crashes, and the next forced run comes to the end that an undisturbed one comes to.
import assert from 'node:assert/strict';
import { assertReleased } from '../support/main-job.ts';
import type { Sandbox } from '../support/sandbox.ts';
import { assertOldOrNew, assertSameEnd, readReference } from './engine/end-state.ts';
import { defineGroup, type FaultCase } from './engine/matrix.ts';
import {
  changingCalls,
  describeMoment,
  isChanging,
  listMoments,
  type Moment,
  readTrace,
  runTraced,
} from './engine/moments.ts';
import type { Reference } from './engine/recovery.ts';
import { firstBoot, withStory } from './engine/story.ts';
import { assertHonest, type Ended } from './engine/verdict.ts';

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

const readPaths = /^openat\(.*"\/(etc|run|var|sys|dev|proc\/(sys|net|self\/mountinfo))/;

/** Of what is there: a look at what is absent fails in any case. */
function isReading(line: string): boolean {
  return readPaths.test(line) && !isChanging(line) && (!line.includes(' = -1 ') || line.includes('(INJECTED)'));
}

/** What threads tell each other is counted with the rest, a few more or less from run to run: the call is looked for around its place. */
const drift = [0, -1, 1, -2, 2, -3, 3];

/** Runs the job with one call failing; undefined when another call than one of the moment's kind was met, or none. */
async function runFailing(box: Sandbox, moment: Moment, when: number, answer: string): Promise<Ended | undefined> {
  const injection = { call: moment.call, when, effect: `error=${answer}` };
  const result = await runTraced(box, ['guest-init', 'run'], { injection, timeoutMs: 60_000 });
  const [hit] = readTrace(box).filter((line) => line.includes('(INJECTED)'));
  const isMeant = hit !== undefined && isReading(hit) === isReading(moment.line) && (isReading(hit) || isChanging(hit));
  return isMeant ? { ...result, fault: hit } : undefined;
}

async function runCase(moment: Moment, answer: string, reference: Reference): Promise<void> {
  for (const offset of drift.filter((step) => moment.when + step > 0)) {
    const isDone = await withStory(story, async (box) => {
      const ended = await runFailing(box, moment, moment.when + offset, answer);
      if (ended === undefined) return false;
      assertHonest(box, ended, reference);
      assertOldOrNew(box, reference.before, reference.end, ended.fault);
      const again = await box.run(['guest-init', 'run', '--force']);
      const said = `${ended.fault}\n${ended.status}\n${ended.stdout}${ended.stderr}\nthen ${again.status}\n${again.stdout}${again.stderr}`;
      assert.equal(again.status, 0, said);
      assertReleased(box, said);
      assertSameEnd(box, reference.end, said);
      return true;
    });
    if (isDone) return;
  }
  assert.fail(`no call was hit at ${describeMoment(moment)}`);
}

await defineGroup({
  group: 'F03',
  title: 'an error at every call',
  sample: 110,
  async listCases() {
    const reference = await readReference(story);
    const moments = await listMoments(story, (line) => isChanging(line) || isReading(line), changingCalls);
    return moments.flatMap((moment): FaultCase[] => {
      const errors = isReading(moment.line) ? answersOfReading : (answers[moment.call] ?? answersOfFolders);
      return errors.map((answer) => ({
        id: `${moment.call}/${moment.when}/${answer}`,
        run: () => runCase(moment, answer, reference),
      }));
    });
  },
});
