// F04: the run is killed at each line of the journal, and the line that was written last is what a power cut makes of one: cut short,
// without its end, followed by zeros, or gone.
import type { Sandbox } from '../support/sandbox.ts';
import { defineGroup, type FaultCase } from './engine/matrix.ts';
import { assertRecovers, settleAfterKill } from './engine/recovery.ts';
import { countRuns, stories } from './engine/story.ts';
import { strike } from './engine/strike.ts';
import { listTargets, type Target } from './engine/targets.ts';

type Tail = { readonly name: string; cut(line: string): string };

const tails: readonly Tail[] = [
  { name: 'whole', cut: (line) => `${line}\n` },
  { name: 'half', cut: (line) => line.slice(0, line.length / 2) },
  { name: 'no-end', cut: (line) => line },
  { name: 'zeros', cut: (line) => `${line.slice(0, 20)}${'\0'.repeat(400)}` },
  { name: 'gone', cut: () => '' },
];

const isJournalWrite = (line: string): boolean => /^write\(\d+<[^>]*journal\.ndjson>/.test(line);

async function damageTail(box: Sandbox, { cut }: Tail): Promise<void> {
  const { stdout } = await box.run(['sh', '-c', 'ls /var/lib/guest-init/instances/*/journal.ndjson']);
  const path = stdout.trim();
  const lines = box.readFile(path).trimEnd().split('\n');
  const last = lines.pop() ?? '';
  box.writeFile(path, `${lines.map((line) => `${line}\n`).join('')}${cut(last)}`, 0o600);
}

function runCase({ story, moment, reference }: Target, tail: Tail): Promise<void> {
  return strike(story, moment, 'signal=KILL', async (box) => {
    // Of a line that is lost nobody knows that its command was done.
    const done = countRuns(box, story);
    await damageTail(box, tail);
    await settleAfterKill(box, reference, 'reboot');
    await assertRecovers(box, story, reference, done);
  });
}

await defineGroup({
  group: 'F04',
  title: 'kill at every line of the journal',
  sample: 36,
  async listCases() {
    const cases: FaultCase[] = [];
    for (const story of stories) {
      const writes = await listTargets(story, isJournalWrite, ['write']);
      // The first line is the only one before which there is none to damage.
      for (const [index, target] of writes.entries()) {
        for (const tail of index === 0 ? [] : tails) {
          const id = `${story.name}/line-${index}/${tail.name}`;
          cases.push({ id, run: () => runCase(target, tail) });
        }
      }
    }
    return cases;
  },
});
