/** Blocks the thread for `ms`, which may be a fraction: nothing else is done, and no signal heard, in that time. */
export function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
