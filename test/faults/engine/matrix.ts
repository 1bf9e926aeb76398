// The fault matrix as data: a case has an id of its own, a group is a row of the table, and a failure says how to run the case alone.
import { after, describe, it } from 'node:test';
import { assertNothingLeft } from '../../support/leftovers.ts';
import { explainMissingRoots } from '../../support/roots.ts';

/** `F01` … `F22`: the rows of the matrix. */
export type GroupName = `F${number}`;

export type FaultCase = {
  /** Behind the group: `minimal/rename/17`. No blanks: it is typed at a prompt. */
  readonly id: string;
  /** Throws when something does not hold. */
  run(): Promise<void> | void;
};

export type FaultGroup = {
  readonly group: GroupName;
  readonly title: string;
  /** Asked for on machines that can run them only: finding out what there is to disturb takes a guest. */
  listCases(): Promise<readonly FaultCase[]> | readonly FaultCase[];
  /** How many of them `npm test` runs, spread evenly; all when left out. */
  readonly sample?: number;
  /** Cases at the same time in this file; for cases that wait more than they work. */
  readonly concurrency?: number;
  /** Takes down what the cases share. */
  finish?(): Promise<void>;
  /** Why the group cannot run on this machine. */
  readonly skip?: string;
};

/** `npm run test:faults` and `--only` run every case, `npm test` a sample. */
const isWhole = process.env['GUEST_INIT_FAULTS'] === 'whole';

/** Defines the cases as tests named `F01/minimal/rename/17`. To be awaited at the top of a file. */
export async function defineGroup(definition: FaultGroup): Promise<void> {
  const { group, title, sample, concurrency = 1 } = definition;
  const skip = explainMissingRoots() ?? definition.skip;
  if (skip !== undefined) return declareElsewhere(group, title, skip);
  const all = await definition.listCases();
  const cases = isWhole || sample === undefined ? all : spread(all, sample);
  describe(`${group} ${title}`, { concurrency }, () => {
    after(async () => {
      await definition.finish?.();
      await assertNothingLeft();
    });
    for (const { id, run } of cases) {
      const name = `${group}/${id}`;
      it(name, async () => {
        try {
          await run();
        } catch (error) {
          throw withReproduction(error, name);
        }
      });
    }
  });
}

/** A row that has no case here, with the reason, so that the table is whole. */
export function declareElsewhere(group: GroupName, title: string, reason: string): void {
  describe(`${group} ${title}`, () => {
    it(`${group}/elsewhere`, { skip: reason }, () => {});
  });
}

/** `count` of them at even distances, the first included; all when there are fewer. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)]).filter(
    (item) => item !== undefined,
  );
}

function withReproduction(error: unknown, name: string): Error {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const failure = new Error(`alone: node scripts/test.ts --tier faults --only ${name}\n${text}`);
  failure.stack = failure.message;
  return failure;
}
