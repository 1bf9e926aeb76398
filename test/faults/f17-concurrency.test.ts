// F17: two to sixteen runs start at once. One of them applies, the rest are refused or find everything applied.
import assert from 'node:assert/strict';
import { assertReleased } from '../support/main-job.ts';
import { type Sandbox, startSandbox } from '../support/sandbox.ts';
import { defineGroup, type FaultCase } from './engine/matrix.ts';
import { firstBoot } from './engine/story.ts';

const rounds = 14;
const most = 16;

const story = firstBoot(
  'together',
  '#cloud-config\nssh_deletekeys: false\nruncmd: ["echo ran >> /root/ran; sleep 0.4"]\n',
);

let shared: Promise<Sandbox> | undefined;

/** As if nothing had ever run; every other round a killed run has left its lock. */
function renderReset(isLockLeft: boolean): string {
  const lock =
    'mkdir -p /run/guest-init && mkdir -m 700 /run/guest-init/private && echo -n "999 1" > /run/guest-init/private/lock';
  return `rm -rf /var/lib/guest-init /run/guest-init /root/ran /run/out; mkdir /run/out; ${isLockLeft ? lock : ':'}`;
}

async function runRound(starts: number, round: number): Promise<void> {
  shared ??= startSandbox(story.guest);
  const box = await shared;
  await box.exec(['sh', '-c', renderReset(round % 2 === 1)]);
  const start = `i=0; while [ $i -lt ${starts} ]; do (guest-init run > /run/out/$i 2>&1; echo "exit $?" >> /run/out/$i) & i=$((i + 1)); done; wait`;
  await box.exec(['sh', '-c', start], { timeoutMs: 120_000 });
  const said = Array.from({ length: starts }, (_, index) => box.readFile(`/run/out/${index}`));
  const all = said.join('---\n');
  const applied = said.filter((text) => /\(first boot\)/.test(text) && /^exit 0$/m.test(text));
  const refused = said.filter(
    (text) => /^guest-init: FAILED \(40\) another run/m.test(text) && /^exit 40$/m.test(text),
  );
  const late = said.filter((text) => /already applied/.test(text) && /^exit 0$/m.test(text));
  assert.equal(applied.length, 1, all);
  assert.equal(applied.length + refused.length + late.length, starts, all);
  assert.equal(box.readFile('/root/ran'), 'ran\n', all);
  assertReleased(box, all);
}

await defineGroup({
  group: 'F17',
  title: 'several runs at once',
  sample: 30,
  listCases: () =>
    Array.from({ length: most - 1 }, (_, index) => index + 2).flatMap((starts): FaultCase[] =>
      Array.from({ length: rounds }, (_, round) => ({
        id: `starts-${starts}/round-${round}`,
        run: () => runRound(starts, round),
      })),
    ),
  async finish() {
    await (await shared)?.close();
  },
});
