// Runs steps against a host in memory and a journal on disk, and remembers what the journal said at the moment of each effect.

import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Action } from '../../core/action.ts';
import type { Facts } from '../../core/facts.ts';
import type { Outcome, Step } from '../../core/plan.ts';
import type { ExecOptions, ExecResult, Host, RunResult } from '../../host/host.ts';
import { createMemoryHost, type MemoryFile, type MemoryNode } from '../../host/memory.ts';
import { type JournalEntry, openJournal } from '../../state/journal.ts';
import { type ApplyOptions, type ApplyResult, applySteps } from '../apply.ts';

export type Effect = {
  /** `write /a`, `exec echo`, `run /usr/sbin/ip`. */
  readonly what: string;
  /** `begin a`, `done a`: the journal file as it was read at that moment. */
  readonly journal: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

export type ApplyRun = {
  readonly host: Host;
  readonly files: Map<string, MemoryNode>;
  readonly folder: string;
  readonly effects: Effect[];
  /** `id status`, as they were reported. */
  readonly reported: string[];
  /** `id status` in the order of the steps. */
  apply(steps: readonly Step[], options?: Partial<ApplyOptions>): Promise<ApplyResult & { readonly list: string[] }>;
  journalLines(): string[];
  journalText(): string;
  /** Adds lines as an earlier run would have left them. */
  leave(...entries: (Pick<JournalEntry, 'event' | 'step' | 'action'> & Partial<JournalEntry>)[]): void;
  close(): void;
};

const okay: ExecResult = { exitCode: 0, signal: undefined, timedOut: false, tail: [] };

/** `close` removes what was made. `exec` and `run` answer commands; they may throw. */
export function openApplyRun(
  given: {
    files?: Readonly<Record<string, MemoryFile>>;
    facts?: Partial<Facts> | (() => Partial<Facts>);
    /** `words` are the command line and its input. */
    run?: (words: string) => Partial<RunResult> | undefined;
    exec?: (argv: readonly string[], options: ExecOptions) => ExecResult;
    flushToDisk?: () => void;
  } = {},
): ApplyRun {
  const folder = fs.mkdtempSync(join(tmpdir(), 'guest-init-apply-'));
  const effects: Effect[] = [];
  const reported: string[] = [];
  const journalText = (): string => {
    const path = join(folder, 'journal.ndjson');
    return fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : '';
  };
  const journalLines = (): string[] =>
    journalText()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line.slice(9)) as JournalEntry)
      .map(({ event, step }) => `${event} ${step}`);
  const note = (what: string, env?: Readonly<Record<string, string>>): void => {
    effects.push({ what, journal: journalLines(), ...(env === undefined ? {} : { env }) });
  };
  const memory = createMemoryHost({
    files: { '/var/lib/guest-init/instances/x': { kind: 'directory' }, ...given.files },
    ...(given.facts === undefined ? {} : { facts: given.facts }),
    ...(given.flushToDisk === undefined ? {} : { flushToDisk: given.flushToDisk }),
    run: (argv, { input }) => {
      const words = [...argv, ...(input === undefined ? [] : [input])].join(' ');
      note(`run ${words}`);
      return given.run?.(words);
    },
    exec: async (argv, options) => {
      const [shell, input = ''] = argv;
      const line = shell === '/bin/sh' ? memory.host.readText(input)?.trimEnd() : undefined;
      note(`exec ${line ?? argv.at(-1)}`, options.env);
      return given.exec?.(argv, options) ?? okay;
    },
  });
  const host: Host = {
    ...memory.host,
    // Files that keep descriptors are on disk.
    resolve: () => folder,
    writeFile(path, content, attributes) {
      // What the shell is to read is part of its command.
      if (!path.includes('/commands/')) note(`write ${path}`);
      memory.host.writeFile(path, content, attributes);
    },
  };
  return {
    host,
    files: memory.files,
    folder,
    effects,
    reported,
    journalLines,
    journalText,
    async apply(steps, options = {}) {
      const journal = openJournal(folder, { fresh: false });
      try {
        const result = await applySteps({
          steps,
          host,
          journal,
          bootId: 'boot-1',
          instanceDirectory: '/var/lib/guest-init/instances/x',
          environment: { INSTANCE_ID: 'x' },
          commandTimeoutMs: 1_800_000,
          deadline: Number.POSITIVE_INFINITY,
          stopRequested: () => false,
          onBegin: () => {},
          onOutcome: (outcome) => reported.push(describe(outcome)),
          ...options,
        });
        return { ...result, list: result.outcomes.map(describe) };
      } finally {
        journal.close();
      }
    },
    leave(...entries) {
      const journal = openJournal(folder, { fresh: false });
      for (const entry of entries) journal.append({ boot: 'boot-1', t: 1, ...entry }, false);
      journal.close();
    },
    close: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

function describe({ step, status }: Outcome): string {
  return `${step.id} ${status}`;
}

export function makeStep(id: string, action: Action, details: Partial<Step> = {}): Step {
  return { id, module: 'test', stage: 'early', summary: id, action, ...details };
}

/** Writes its id to `/ID`; with the path of a folder, such as `/var`, it fails. */
export function makeFileStep(id: string, details: Partial<Step> & { readonly path?: string } = {}): Step {
  const { path = `/${id}`, ...rest } = details;
  return makeStep(id, { kind: 'file', path, content: id, mode: 0o644 }, rest);
}

/** A command of the user, `sh -c ID`. */
export function makeExecStep(id: string, details: Partial<Step> = {}): Step {
  return makeStep(id, { kind: 'exec', label: id, command: { shell: id } }, { stage: 'late', ...details });
}
