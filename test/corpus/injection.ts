// Looks for a line that an input slipped into a file, a command or a password list by way of a field that holds one line.

import { inspect } from 'node:util';
import type { Step } from '../../src/core/plan.ts';
import { Secret, SecretData } from '../../src/core/secret.ts';

/** What an input writes after its line break where a field must hold one line. */
const injected = /[\n\r]\s*PWNED/;

/** Modules whose very content is the user's own text or program. */
const freeText: ReadonlySet<string> = new Set([
  'final-message',
  'power-state',
  'write-files',
  'bootcmd',
  'runcmd',
  'scripts',
  'injected-files',
]);

/** The id of a step and the text that holds an injected line or a NUL; undefined where there is none. */
export function findInjection(steps: readonly Step[]): string | undefined {
  for (const { id, module, action, summary } of steps) {
    if (freeText.has(module)) continue;
    for (const text of [...listTexts(action), summary]) {
      if (injected.test(text) || text.includes('\0')) return `${id}: ${inspect(text)}`;
    }
  }
  return undefined;
}

function* listTexts(value: unknown): Iterable<string> {
  if (typeof value === 'string') yield value;
  else if (value instanceof SecretData || value instanceof Secret) yield* listTexts(value.reveal());
  else if (value instanceof Uint8Array) yield Buffer.from(value).toString('latin1');
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) {
      yield key;
      yield* listTexts(inner);
    }
}
