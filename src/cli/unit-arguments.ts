// The command lines of our own units, known by heart: parsing them with yargs would cost a boot some twenty milliseconds.

import type { RunArguments } from './run-command.ts';

/** What yargs would make of these exact words (a test holds the two equal), or undefined for any others. */
export function parseUnitArguments(words: readonly string[]): RunArguments | undefined {
  const [command, option, stage] = words;
  if (command !== 'run') return undefined;
  if (words.length === 1) return { stages: ['early', 'late'], force: false };
  if (words.length === 3 && option === '--stage' && (stage === 'early' || stage === 'late'))
    return { stages: [stage], force: false };
  return undefined;
}
