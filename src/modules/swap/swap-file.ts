// The swap file of a document, as its neighbours ask for it.

import type { Swap } from './schema.ts';

/** Path of the file that `swap` asks for; `validated` are all keys of the document. */
export function findSwapFile(validated: Readonly<Record<string, unknown>>): string | undefined {
  const swap = validated['swap'] as Swap['swap'];
  return swap === undefined || swap.size === 0 || swap.size === '0' ? undefined : swap.filename;
}
