// Which functions a boot calls, as test/sandbox/boot-profile.test.ts has seen it: V8 compiles these beforehand, and a start does not read the
// other half into memory. Only speed depends on it: what is missing is compiled when it is called.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A sorted array of what `identifyFunction` gives. */
export const bootProfilePath = join(import.meta.dirname, 'boot-profile.json');

const keywords = new Set(['', 'function', 'return', 'async', 'var']);

/** What V8 counts to a method of an object literal before its parameters, and a function expression in its place does not have. */
const methodName = /^(?!(?:async )?function\b)[^=(]*(?=\()/;

/** Names that esbuild makes of what is in a chunk: each changes with whatever the chunk imports. */
const chunkName = /^(?:import_chunk_)?[A-Z0-9]{8}$/;

/** The same for a function whether it is written with an arrow, as a method or in parentheses, with whatever hoisted: a digest of its words. */
export function identifyFunction(code: string): string {
  const words = new Set(code.replace(methodName, '').split(/[^A-Za-z0-9_$]+/));
  return createHash('sha256')
    .update(
      [...words]
        .filter((word) => !keywords.has(word) && !chunkName.test(word))
        .sort()
        .join(' '),
    )
    .digest('hex')
    .slice(0, 10);
}

/** Tells whether a function, given as it stands in the code, is one that a boot calls. */
export function readBootProfile(): (code: string) => boolean {
  const called = new Set(JSON.parse(readFileSync(bootProfilePath, 'utf8')) as string[]);
  return (code) => called.has(identifyFunction(code));
}
