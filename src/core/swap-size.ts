// How large a swap file should be where nobody says: cloud-init's rule.

const mib = 1024 ** 2;
const gib = 1024 ** 3;

/**
 * By memory (all in bytes): as much as there is up to 4 GiB, 4 GiB up to 16, then the root of it in GiB. At most `maxBytes` and nine
 * tenths of what is free; without `maxBytes` twice the memory and a quarter of what is free. Whole MiB.
 */
export function suggestSwapBytes(given: {
  readonly memory: number;
  readonly free: number;
  readonly maxBytes?: number;
}): number {
  const { memory, free, maxBytes } = given;
  const most = maxBytes === undefined ? Math.min(free / 4, memory * 2) : Math.min(maxBytes, free * 0.9);
  const wanted = memory < 4 * gib ? memory : memory < 16 * gib ? 4 * gib : Math.round(Math.sqrt(memory / gib)) * gib;
  return Math.floor(Math.min(wanted, most) / mib) * mib;
}

/** `512 MiB`. */
export function formatMib(bytes: number): string {
  return `${Math.round(bytes / mib)} MiB`;
}
