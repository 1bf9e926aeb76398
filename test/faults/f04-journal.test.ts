// F04: the run is killed at each line of the journal, and the line that was written last is what a power cut makes of one: cut short,
// without its end, followed by zeros, or gone.
import type { Sandbox } from '../support/sandbox.ts';
import { defineGroup, type FaultCase } from './engine/matrix.ts';
import { assertRecovers, settleAfterKill } from './engine/recovery.ts';
import { stories } from './engine/story.ts';
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

const isOfJournal = (line: string): boolean => /^(write|fsync)\(\d+<[^>]*journal\.ndjson>/.test(line);

async function damageTail(box: Sandbox, { cut }: Tail): Promise<void> {
  const { stdout } = await box.run(['sh', '-c', 'ls /var/lib/guest-init/instances/*/journal.ndjson']);
  const path = stdout.trim();
  const lines = box.readFile(path).trimEnd().split('\n');
  const last = lines.pop() ?? '';
  box.writeFile(path, `${lines.map((line) => `${line}\n`).join('')}${cut(last)}`, 0o600);
}

function runCase({ story, moment, reference }: Target, tail: Tail): Promise<void> {
  return strike(story, moment, 'signal=KILL', async (box) => {
    await damageTail(box, tail);
    await settleAfterKill(box, reference, 'reboot');
    await assertRecovers(box, story, reference);
  });
}

await defineGroup({
  group: 'F04',
  title: 'kill at every line of the journal',
  sample: 36,
  async listCases() {
    const cases: FaultCase[] = [];
    for (const story of stories) {
      let index = 0;
      let isFlushed = false;
      for (const target of await listTargets(story, isOfJournal, ['write', 'fsync'])) {
        if (target.moment.call === 'fsync') {
          isFlushed = true;
          continue;
        }
        // The first line is the only one before which there is none to damage, and a line that was flushed no power cut takes away.
        const possible = isFlushed ? tails.filter(({ name }) => name === 'whole') : tails;
        for (const tail of index === 0 ? [] : possible) {
          const id = `${story.name}/line-${index}/${tail.name}`;
          cases.push({ id, run: () => runCase(target, tail) });
        }
        index += 1;
        isFlushed = false;
      }
    }
    return cases;
  },
});
