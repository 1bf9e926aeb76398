// Properties of parsers and pure planners, told to fast-check: a few runs with a fixed seed among the unit tests, very many with a random
// one by `npm run properties`. A failure prints seed and path, which fast-check takes to repeat it; its counter-example becomes an entry of
// test/corpus, or a case of the unit's own test.

import { test } from 'node:test';
import fc from 'fast-check';

const runs = Number(process.env['GUEST_INIT_PROPERTY_RUNS'] ?? 50);
const seed = Number(process.env['GUEST_INIT_PROPERTY_SEED'] ?? 20_261_122);

/** Registers a test that the property holds. */
export function checkProperty<Values>(name: string, property: fc.IRawProperty<Values>): void {
  test(name, { timeout: 900_000 }, async (context) => {
    await fc.assert(property, { numRuns: runs, seed });
    context.diagnostic(`${runs} runs of a property`);
  });
}

/** Whether a 1-based line and column name a character of the text, or the place behind the last one of a line. */
export function isPlaceIn(text: string, { line, column }: { line?: number; column?: number }): boolean {
  if (line === undefined) return true;
  const content = text.split(/\r\n|[\r\n\u0085]/)[line - 1];
  return content !== undefined && (column ?? 1) >= 1 && (column ?? 1) <= [...content].length + 1;
}

/** Texts made of `pieces`, which get further into a parser than characters do. */
export function textOf(pieces: readonly string[], maxLength = 12): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...pieces) },
    fc.string({ maxLength: 3, unit: 'binary' }),
  );
  return fc.array(piece, { maxLength }).map((list) => list.join(''));
}

/** Any bytes, and texts made of `pieces` as bytes. */
export function bytesOf(pieces: readonly string[], maxLength = 12): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    textOf(pieces, maxLength).map((text) => new Uint8Array(Buffer.from(text))),
    fc.uint8Array({ maxLength: 64 }),
  );
}
