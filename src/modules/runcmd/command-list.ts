// Lists of commands, as runcmd and bootcmd have them: their schema and what each entry runs.

import * as v from 'valibot';
import type { ExecAction } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import { spellFloat } from '../../core/python-float.ts';

const withoutNul = v.check((text: string) => !text.includes('\0'), 'text without NUL characters');
const CommandText = v.pipe(v.string('a command'), withoutNul);
const Argument = v.union(
  [v.pipe(v.string(), withoutNul), v.pipe(v.number(), v.finite()), v.boolean()],
  'a string or a number',
);

const Command = v.union(
  [CommandText, v.pipe(v.array(Argument), v.minLength(1, 'a command with at least one word')), v.null()],
  'a command: a string, or a list of its words',
);

export const CommandList = v.array(Command, 'a list of commands');
export type CommandList = v.InferOutput<typeof CommandList>;

/** One entry that runs something; `index` counts from 0 in the user's list. */
export type ListedCommand = {
  readonly index: number;
  /** Index in the validated list, for places. */
  readonly position: number;
  readonly command: ExecAction['command'];
  /** The name of the program, without its arguments: they may hold secrets. */
  readonly word: string;
};

/** The entries of `key` that run something; null and blank entries are skipped, as in cloud-init. Reports what will surprise. */
export function listCommands(
  key: string,
  list: CommandList,
  context: Pick<ModuleContext<unknown>, 'originalIndex' | 'report'>,
): ListedCommand[] {
  return list.flatMap((entry, position): ListedCommand[] => {
    if (entry === null || (typeof entry === 'string' && entry.trim() === '')) return [];
    const index = context.originalIndex(key, position);
    if (typeof entry === 'string') {
      if (changesOnlyItsShell(entry)) {
        context.report(
          {
            severity: 'warning',
            code: 'value',
            message: 'has no effect on the next entry, which has a shell of its own; put both into one entry',
          },
          [key, position],
        );
      }
      return [{ index, position, command: { shell: entry }, word: nameProgram(entry) }];
    }
    for (const [at, word] of entry.entries()) {
      if (typeof word !== 'boolean') continue;
      context.report(
        {
          severity: 'warning',
          code: 'value',
          message: 'expected a string, found true or false: quote the word that is meant',
        },
        [key, position, at],
      );
    }
    const argv = entry.map(spellArgument);
    return [{ index, position, command: { argv }, word: nameProgram(argv[0] ?? '') }];
  });
}

/** As Python's str(), which cloud-init uses. `1.0` is the integer 1 here: the reader of the document warns of it. */
function spellArgument(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return value;
  // YAML's integers are exact; what is not came from a float.
  const isInteger = Number.isSafeInteger(value) && !Object.is(value, -0);
  return isInteger ? String(value) : spellFloat(value);
}

/** `cd /srv`, `export A=b` and their like, when they are all that the entry does. */
function changesOnlyItsShell(line: string): boolean {
  const text = line.trim();
  if (/[;&|\n()`]/.test(text)) return false;
  return (
    /^(?:cd|pushd|export|set|umask|ulimit|alias|unset|source|\.)(?:\s|$)/.test(text) || /^[A-Za-z_]\w*=\S*$/.test(text)
  );
}

const shellWords = new Set(['if', 'for', 'while', 'until', 'case', 'set', 'function', 'then', 'do', 'exec', 'time']);

/** The base name of the first word that is a program; "shell" where the line starts with syntax. Assignments in front are passed over. */
function nameProgram(line: string): string {
  const first = line
    .split('\n')
    .map((part) => part.trim())
    .find((part) => part !== '' && !part.startsWith('#'));
  const word = (first ?? '').split(/\s+/).find((part) => !/^[A-Za-z_]\w*=/.test(part)) ?? '';
  const name = word.slice(word.lastIndexOf('/') + 1).replace(/;+$/, '');
  return /^[A-Za-z0-9_.+-]{1,40}$/.test(name) && !shellWords.has(name) ? name : 'shell';
}
