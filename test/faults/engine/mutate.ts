// Ways in which the bytes of a state file go wrong, spread over the whole file, the same at each call.

export type Mutation = { readonly name: string; mutate(bytes: Buffer): Buffer };

const zeroPage = 64;

function at(bytes: Buffer, share: number): number {
  return Math.min(bytes.length - 1, Math.floor(bytes.length * share));
}

/** `each` share of the file, damaged in each way. */
export function listMutations(shares: number): Mutation[] {
  const places = Array.from({ length: shares }, (_, index) => (index + 0.5) / shares);
  return places.flatMap((share, index): Mutation[] => [
    { name: `truncated/${index}`, mutate: (bytes) => bytes.subarray(0, at(bytes, share)) },
    {
      name: `bit/${index}`,
      mutate(bytes) {
        const copy = Buffer.from(bytes);
        const offset = at(bytes, share);
        copy[offset] = (copy[offset] ?? 0) ^ (1 << (index % 8));
        return copy;
      },
    },
    {
      name: `zeroed/${index}`,
      mutate(bytes) {
        const copy = Buffer.from(bytes);
        return copy.fill(0, at(bytes, share), at(bytes, share) + zeroPage);
      },
    },
    {
      name: `lost/${index}`,
      mutate(bytes) {
        const offset = at(bytes, share);
        return Buffer.concat([bytes.subarray(0, offset), bytes.subarray(offset + 1 + index)]);
      },
    },
    {
      name: `garbage/${index}`,
      mutate(bytes) {
        const offset = at(bytes, share);
        const noise = Buffer.from(Array.from({ length: 16 }, (_, n) => (n * 167 + index * 31 + 13) % 256));
        return Buffer.concat([bytes.subarray(0, offset), noise, bytes.subarray(offset)]);
      },
    },
    {
      name: `twice/${index}`,
      mutate: (bytes) => Buffer.concat([bytes.subarray(0, at(bytes, share)), bytes]),
    },
  ]);
}
