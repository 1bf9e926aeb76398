// How much work something is, for tests that want it small: in CPU time, which a busy machine does not stretch, and held against other work.
import assert from 'node:assert/strict';

const rounds = 3;
const times = 8;
/** Eight times as much takes eight times as long where it is linear, 64 times where it is quadratic. */
const most = 24;
/** Milliseconds that are too few to be told from the collector's and the compiler's. */
const nothing = 20;

/** CPU time of `work` in milliseconds: the least of three rounds. */
export async function measureCpuTime(work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** Throws where the time of the work that `make` prepares for a size grows faster than that size, up to `largest`. */
export async function assertLinear(largest: number, make: (size: number) => () => unknown): Promise<void> {
  const small = await measureCpuTime(make(Math.ceil(largest / times)));
  const large = await measureCpuTime(make(largest));
  assert.ok(
    large <= Math.max(small, nothing / most) * most,
    `${small} ms, then ${large} ms for ${times} times as much`,
  );
}
