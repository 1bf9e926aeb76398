// Keeps what matters of output of any length: the beginning and the end, in a fixed amount of memory.

/** The first and the last `half` bytes of a stream; `onHead` gets the first ones as they come, for a log that can be followed. */
export type CappedOutput = {
  add(chunk: Uint8Array): void;
  /** Bytes between head and end that were let go. */
  omitted(): number;
  /** What came after the head, at most `half` bytes. */
  end(): Buffer;
  /** The last `limit` bytes of what was kept, in the order of arrival; never reaches over a gap. */
  last(limit: number): Buffer;
};

/** `half` is bytes. Chunks are copied, so the caller may reuse its buffer. */
export function createCappedOutput(half: number, onHead: (chunk: Uint8Array) => void): CappedOutput {
  // Both grow when they are needed: most commands say little or nothing.
  let head = Buffer.alloc(0);
  let headLength = 0;
  let ring = Buffer.alloc(0);
  let ringTotal = 0;

  function addToHead(chunk: Uint8Array): void {
    const needed = headLength + chunk.length;
    if (needed > head.length) {
      const grown = Buffer.allocUnsafe(Math.min(half, Math.max(needed, 2 * head.length)));
      grown.set(head.subarray(0, headLength));
      head = grown;
    }
    head.set(chunk, headLength);
    headLength = needed;
    onHead(chunk);
  }

  function addToRing(chunk: Uint8Array): void {
    if (ring.length === 0) ring = Buffer.alloc(half);
    const kept = chunk.length > half ? chunk.subarray(chunk.length - half) : chunk;
    const start = (ringTotal + chunk.length - kept.length) % half;
    const beforeWrap = Math.min(kept.length, half - start);
    ring.set(kept.subarray(0, beforeWrap), start);
    ring.set(kept.subarray(beforeWrap), 0);
    ringTotal += chunk.length;
  }

  function end(): Buffer {
    if (ringTotal <= half) return ring.subarray(0, ringTotal);
    const start = ringTotal % half;
    return Buffer.concat([ring.subarray(start), ring.subarray(0, start)]);
  }

  return {
    add(chunk) {
      const room = Math.min(chunk.length, half - headLength);
      if (room > 0) addToHead(chunk.subarray(0, room));
      if (chunk.length > room) addToRing(chunk.subarray(room));
    },
    omitted: () => Math.max(0, ringTotal - half),
    end,
    last(limit) {
      const whole = ringTotal > half ? end() : Buffer.concat([head.subarray(0, headLength), end()]);
      return whole.subarray(Math.max(0, whole.length - limit));
    },
  };
}
