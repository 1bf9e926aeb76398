// Plans assertions that snapd shall know, and commands of snap(8).

import type { ExecAction } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import type { Snap } from './schema.ts';

const common = { module: 'snap', stage: 'late' } as const;
const assertionsPath = '/var/lib/guest-init/snapd.assertions';

/** Steps `snap/seeded`, `snap/assertions`, `snap/ack` and `snap/N`; the entries of a map go by the order of their keys. */
export function planSnap(context: ModuleContext<Snap>): Step[] {
  const { assertions, commands } = context.config.snap ?? {};
  const steps = [...planAssertions(listEntries(assertions), context), ...planCommands(listEntries(commands), context)];
  if (steps.length === 0) return [];
  // Before its seeds are in place snapd takes no orders.
  const seeded: Step = {
    ...{ ...common, id: 'snap/seeded', summary: 'snapd is ready', source: context.place(['snap']) },
    action: { kind: 'packages', manager: 'snap', task: 'refresh' },
  };
  return [seeded, ...steps];
}

type Entry<T> = { readonly key: string | number; readonly value: T };

function listEntries<T>(given: readonly T[] | Readonly<Record<string, T>> | undefined): Entry<T>[] {
  if (given === undefined) return [];
  if (Array.isArray(given)) return given.map((value: T, key) => ({ key, value }));
  const map = given as Readonly<Record<string, T>>;
  return Object.keys(map)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .flatMap((key) => (map[key] === undefined ? [] : [{ key, value: map[key] }]));
}

function planAssertions(entries: readonly Entry<string>[], { place }: ModuleContext<Snap>): Step[] {
  if (entries.length === 0) return [];
  const source = place(['snap', 'assertions']);
  const content = `${entries.map(({ value }) => value.trimEnd()).join('\n\n')}\n`;
  const file: Step = {
    ...{ ...common, id: 'snap/assertions', summary: assertionsPath, source },
    action: { kind: 'file', path: assertionsPath, content, mode: 0o600 },
  };
  const ack: Step = {
    ...{ ...common, id: 'snap/ack', summary: 'snap ack', source, needs: [file.id] },
    action: { kind: 'exec', label: 'snap ack', command: { argv: ['snap', 'ack', assertionsPath] } },
  };
  return [file, ack];
}

function planCommands(entries: readonly Entry<string | (string | number)[]>[], context: ModuleContext<Snap>): Step[] {
  return entries.map(({ key, value }, index): Step => {
    const path = ['snap', 'commands', key] as const;
    const command = readCommand(value);
    if (typeof value === 'string' && !/^\s*snap(?:\s|$)/.test(value)) {
      const message = 'not a command of snap: it is run all the same, but has its place in runcmd';
      context.report({ severity: 'warning', code: 'value', message }, path);
    }
    const summary = nameCommand(value);
    const label = `snap[${index}] ${summary}`;
    return {
      ...common,
      id: `snap/${index}`,
      summary,
      source: context.place(path),
      action: { kind: 'exec', label, command },
    };
  });
}

/** A list may leave out the word snap. */
function readCommand(value: string | readonly (string | number)[]): ExecAction['command'] {
  if (typeof value === 'string') return { shell: value };
  const words = value.map(String);
  return { argv: words[0] === 'snap' ? words : ['snap', ...words] };
}

/** What it does, without its arguments: they may hold secrets. */
function nameCommand(value: string | readonly (string | number)[]): string {
  const words = (typeof value === 'string' ? value.trim().split(/\s+/) : value.map(String)).filter(
    (word, at) => at > 0 || word !== 'snap',
  );
  const isSnap = typeof value !== 'string' || /^\s*snap(?:\s|$)/.test(value);
  const verb = isSnap && /^[a-z][a-z-]{1,20}$/.test(words[0] ?? '') ? words[0] : undefined;
  return isSnap ? (verb === undefined ? 'snap' : `snap ${verb}`) : 'shell';
}
