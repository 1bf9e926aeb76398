// Makes an image a template: looks, mends, and looks again, because only what has been looked at is known to be clean.

import type { Host } from '../host/host.ts';
import { type FindOptions, type Found, findLeftovers } from './find-leftovers.ts';
import { type Mended, mendLeftovers } from './mend-leftovers.ts';

export type Sealed = {
  readonly leftovers: readonly Mended[];
  /** What keeps the image from being a template afterwards. */
  readonly remaining: readonly Found[];
};

/** Looks alone. */
export function checkTemplate(host: Host, options: FindOptions): Sealed {
  const found = findLeftovers(host, options);
  return { leftovers: found.map((leftover) => ({ ...leftover, outcome: 'kept' })), remaining: found.filter(counts) };
}

/** Mends what needs no judgement. */
export async function sealTemplate(host: Host, options: FindOptions): Promise<Sealed> {
  const leftovers = await mendLeftovers(host, findLeftovers(host, options));
  // What was made for an instance that nothing remembers any more is the image's own.
  const remaining = findLeftovers(host, { ...options, record: undefined }).filter(counts);
  return { leftovers, remaining };
}

/** A note is no fault of the template. */
function counts({ mend }: Found): boolean {
  return mend.kind !== 'note';
}
