// F19: what the agent remembers is damaged, of another version, or no file at all. It is set aside or left out, never half believed, and
// the guest comes to the end that it would have come to.
import assert from 'node:assert/strict';
import { exitCodes } from '../../src/core/error.ts';
import { fallbackDirectory } from '../../src/state/record.ts';
import { type Sandbox, startSandbox } from '../support/sandbox.ts';
import { type EndState, readEndState } from './engine/end-state.ts';
import { defineGroup, type FaultCase } from './engine/matrix.ts';
import { listMoments, runTraced } from './engine/moments.ts';
import { listMutations, type Mutation } from './engine/mutate.ts';
import { countRuns, firstBoot } from './engine/story.ts';
import { stopUnit } from './engine/unit-stop.ts';
import { assertCleanEnd } from './engine/verdict.ts';

// Nothing of it is added to what is there: where all memory is gone, all is done again.
const story = firstBoot(
  'state',
  `#cloud-config
ssh_deletekeys: false
users: [{name: ops, sudo: "ALL=(ALL) NOPASSWD:ALL"}]
write_files:
  - {path: /etc/app/one.conf, content: one, permissions: "0640"}
runcmd:
  - echo ran >> /root/first
  - echo ran >> /root/second
  - echo ran >> /root/third
timezone: Asia/Tokyo
`,
  ['/root/first', '/root/second', '/root/third'],
);

const folder = '/var/lib/guest-init';
const record = `${folder}/state.json`;

/** A guest that has been through the job, and two states of its memory: of the whole job, and of one that was cut off on the way. */
type Shared = {
  readonly box: Sandbox;
  readonly end: EndState;
  readonly whole: string;
  readonly cutOff: string;
  readonly journal: string;
};

let shared: Promise<Shared> | undefined;

async function prepare(): Promise<Shared> {
  const moments = await listMoments(story, (line) => /^fsync\(\d+<[^>]*journal\.ndjson>/.test(line));
  const moment = moments[Math.floor(moments.length / 2)];
  assert.ok(moment !== undefined, 'the journal is flushed');
  const box = await startSandbox(story.guest);
  const injection = { call: moment.call, when: moment.when, effect: 'signal=KILL' };
  const killed = await runTraced(box, ['guest-init', 'run'], { injection });
  assert.equal(killed.signal, 'SIGKILL');
  await stopUnit(box);
  await box.exec(['cp', '-a', folder, '/root/cut-off']);
  const result = await box.run(['guest-init', 'run']);
  assert.equal(result.status, 0, result.stdout + result.stderr);
  await box.exec(['cp', '-a', folder, '/root/whole']);
  const journal = (await box.exec(['sh', '-c', `ls ${folder}/instances/*/journal.ndjson`])).trim();
  return { box, end: readEndState(box), whole: '/root/whole', cutOff: '/root/cut-off', journal };
}

/** Also without what a run has kept in /run because it could not write there. */
async function restore(box: Sandbox, from: string): Promise<void> {
  await box.exec(['sh', '-c', `rm -rf ${folder} ${fallbackDirectory} && cp -a ${from} ${folder}`]);
}

async function runDamaged(
  how: string,
  damage: (box: Sandbox, guest: Shared) => Promise<void>,
  codes: readonly number[],
) {
  shared ??= prepare();
  const guest = await shared;
  const { box, end } = guest;
  await damage(box, guest);
  const before = countRuns(box, story);
  const result = await box.run(['guest-init', 'run'], { timeoutMs: 20_000 });
  const said = assertCleanEnd(box, { ...result, fault: how });
  assert.ok(codes.includes(result.status ?? -1), said);
  const { status: _, ...reached } = readEndState(box);
  const { status: __, ...wanted } = end;
  assert.deepEqual({ ...reached, digest: [...reached.digest] }, { ...wanted, digest: [...wanted.digest] }, said);
  const again = await box.run(['guest-init', 'run'], { timeoutMs: 20_000 });
  const saidThen = assertCleanEnd(box, { ...again, fault: `${how}, then` });
  assert.ok([exitCodes.ok, ...codes].includes(again.status ?? -1), `${said}\n${saidThen}`);
  assert.match(again.stdout, /already applied|OK /, `${said}\n${saidThen}`);
  return { before, after: countRuns(box, story), said, status: result.status };
}

/** The record is its first two lines: the sum and what it is of. */
function hasSameLines(one: Buffer, other: Buffer): boolean {
  const [head, body] = one.toString('latin1').split('\n');
  const lines = other.toString('latin1').split('\n');
  return head === lines[0] && body === lines[1];
}

function mutateRecord({ name, mutate }: Mutation): FaultCase {
  return {
    id: `record/${name}`,
    async run() {
      const { ok, stateCorrupt } = exitCodes;
      const codes: number[] = [];
      const damage = async (box: Sandbox, { whole }: Shared): Promise<void> => {
        await restore(box, whole);
        const written = Buffer.from(box.readFile(record));
        const damaged = Buffer.from(mutate(written));
        box.writeFile(record, damaged, 0o600);
        codes.push(hasSameLines(written, damaged) ? ok : stateCorrupt);
      };
      const { before, after, said, status } = await runDamaged(`record ${name}`, damage, codes);
      // The journal tells what was done, whatever became of the record.
      assert.deepEqual(after, before, said);
      if (status === stateCorrupt) assert.match(said, /set aside as \/var\/lib\/guest-init\/state\.json\.quarantined-/);
    },
  };
}

function mutateJournal({ name, mutate }: Mutation): FaultCase {
  return {
    id: `journal/${name}`,
    async run() {
      const damage = async (box: Sandbox, { cutOff, journal }: Shared): Promise<void> => {
        await restore(box, cutOff);
        box.writeFile(journal, mutate(Buffer.from(box.readFile(journal))), 0o600);
      };
      const { before, after, said } = await runDamaged(`journal ${name}`, damage, [exitCodes.ok]);
      // A line that is lost costs one more run of its command, not two.
      for (const [index, count] of after.entries()) assert.ok(count - (before[index] ?? 0) <= 1, said);
    },
  };
}

/** State files of a shape that no version of the agent has written. */
const shapes: readonly (readonly [string, string, readonly number[]])[] = [
  ['record-is-a-folder', `rm ${record}; mkdir ${record}`, [exitCodes.stateCorrupt]],
  ['record-is-a-link', `mv ${record} /root/elsewhere; ln -s /root/elsewhere ${record}`, [exitCodes.stateCorrupt]],
  ['record-is-a-dead-link', `rm ${record}; ln -s /nowhere ${record}`, [exitCodes.stateCorrupt]],
  ['record-is-a-fifo', `rm ${record}; mkfifo ${record}`, [exitCodes.stateCorrupt]],
  ['record-is-empty', `: > ${record}`, [exitCodes.stateCorrupt]],
  // What follows the record does not count.
  ['record-is-followed-by-200-MB', `truncate -s 200M ${record}`, [exitCodes.ok]],
  ['record-of-version-0', `sed -i '1s/"version":1/"version":0/' ${record}`, [exitCodes.stateCorrupt]],
  ['record-of-version-2', `sed -i '1s/"version":1/"version":2/' ${record}`, [exitCodes.stateCorrupt]],
  ['record-without-version', `sed -i '1s/"version":1,//' ${record}`, [exitCodes.stateCorrupt]],
  ['record-is-null', `printf 'null\\nnull\\n' > ${record}`, [exitCodes.stateCorrupt]],
  ['record-is-a-list', `printf '[]\\n[]\\n' > ${record}`, [exitCodes.stateCorrupt]],
  ['folder-is-open-to-all', `chmod 0777 ${folder}`, [exitCodes.ok]],
  ['record-is-open-to-all', `chmod 0666 ${record}`, [exitCodes.ok]],
  ['journal-is-a-folder', 'rm $J; mkdir $J; rm $R', [exitCodes.stateUnwritable, exitCodes.ok]],
  [
    'journal-is-a-link',
    'mv $J /root/journal; ln -s /root/journal $J; rm $R',
    [exitCodes.stateUnwritable, exitCodes.ok],
  ],
  ['journal-is-a-fifo', 'rm $J; mkfifo $J; rm $R', [exitCodes.stateUnwritable, exitCodes.ok]],
  ['instances-is-a-file', `rm -rf ${folder}/instances; : > ${folder}/instances; rm $R`, [exitCodes.stateUnwritable]],
  ['all-is-gone', `rm -rf ${folder}`, [exitCodes.ok]],
];

function misshape([name, script, codes]: (typeof shapes)[number]): FaultCase {
  return {
    id: `shape/${name}`,
    async run() {
      const damage = async (box: Sandbox, { whole, journal }: Shared): Promise<void> => {
        await restore(box, whole);
        await box.exec(['sh', '-c', `J=${journal}; R=${record}; ${script}`]);
      };
      await runDamaged(name, damage, codes);
    },
  };
}

await defineGroup({
  group: 'F19',
  title: 'damaged state',
  sample: 104,
  listCases: () => [
    ...shapes.map(misshape),
    ...listMutations(43).map(mutateRecord),
    ...listMutations(43).map(mutateJournal),
  ],
  async finish() {
    const guest = await shared;
    await guest?.box.close();
  },
});
