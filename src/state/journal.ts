// The journal of one instance: what was begun and how it ended, so that a run cut off anywhere can be taken up again.
// Append-only lines, each with its own checksum; a torn tail is ignored. Durability follows need: a line is flushed to disk before
// something that must not happen twice (a user command, an append) and after it; the rest may be redone, because it converges.

import * as fs from 'node:fs';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Outcome } from '../core/plan.ts';
import { checksum } from '../host/checksum.ts';

export type JournalEvent = 'begin' | 'done' | 'failed';

export type JournalEntry = {
  readonly event: JournalEvent;
  readonly step: string;
  /** Checksum of the action: another action under the same id is another step. */
  readonly action: string;
  readonly boot: string;
  /** Seconds since 1970. */
  readonly t: number;
  readonly token?: string;
  readonly outcome?: Outcome;
};

/** What earlier, interrupted runs of this instance left about one step. */
export type StepHistory = {
  readonly action: string;
  readonly ended?: JournalEntry;
  /** Begun and never ended: how often, with the token of the last try. */
  readonly tries: number;
  readonly token?: string;
};

export type Journal = {
  readonly history: ReadonlyMap<string, StepHistory>;
  /** `durable` flushes this line, and so all before it, to disk before returning. */
  append(entry: JournalEntry, durable: boolean): void;
  close(): void;
};

/** Opens the journal below `directory` (made 0700 by the caller). `fresh` forgets what is there: another first boot. */
export function openJournal(directory: string, options: { fresh: boolean }): Journal {
  const { previous, append, close } = openCheckedLines(`${directory}/journal.ndjson`, options);
  return { history: readHistory(previous), append, close };
}

/** A file of checked lines: what was in it, and how to add to it. */
export type CheckedLines = {
  readonly previous: string;
  /** `durable` flushes this line, and so all before it, to disk before returning. Throws AgentError 30. */
  append(entry: object, durable: boolean): void;
  close(): void;
};

/** Opens an append-only file of lines, 0600, each a checksum and JSON; its folder exists. Throws AgentError 30. */
export function openCheckedLines(path: string, { fresh }: { fresh: boolean }): CheckedLines {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR, O_TRUNC } = fs.constants;
  let file: number;
  try {
    file = fs.openSync(path, O_APPEND | O_CREAT | O_NOFOLLOW | O_RDWR | (fresh ? O_TRUNC : 0), 0o600);
  } catch (error) {
    throw new AgentError(
      exitCodes.stateUnwritable,
      `${path}: cannot be opened (${(error as NodeJS.ErrnoException).code})`,
      {
        hint: 'free space or make the file system writable, then: guest-init run',
        cause: error,
      },
    );
  }
  const previous = fresh ? '' : fs.readFileSync(file, 'utf8');
  // A line that a crash cut short must not swallow the next one.
  if (previous !== '' && !previous.endsWith('\n')) fs.writeSync(file, '\n');
  return {
    previous,
    append(entry, durable) {
      const body = JSON.stringify(entry);
      try {
        // Unlike writeSync it goes on after a short write, so that a full disk is an error and not half a line.
        fs.writeFileSync(file, `${checksum(body)} ${body}\n`);
        if (durable) fs.fsyncSync(file);
      } catch (error) {
        throw new AgentError(
          exitCodes.stateUnwritable,
          `${path}: cannot be written (${(error as NodeJS.ErrnoException).code})`,
          {
            cause: error,
          },
        );
      }
    },
    close: () => fs.closeSync(file),
  };
}

/** Lines with a wrong checksum are skipped: a torn tail, or a damaged disk. */
export function readHistory(text: string): Map<string, StepHistory> {
  const history = new Map<string, StepHistory>();
  for (const line of text.split('\n')) {
    const entry = decodeCheckedLine(line) as JournalEntry | undefined;
    if (entry === undefined) continue;
    const known = history.get(entry.step);
    const before: StepHistory = known?.action === entry.action ? known : { action: entry.action, tries: 0 };
    if (entry.event === 'begin') {
      history.set(entry.step, {
        action: entry.action,
        // A step of every boot that has ended starts counting anew.
        tries: (before.ended === undefined ? before.tries : 0) + 1,
        ...(entry.token === undefined ? {} : { token: entry.token }),
      });
    } else {
      history.set(entry.step, { ...before, ended: entry });
    }
  }
  return history;
}

/** What a line says; undefined for one that is torn, damaged or empty. */
export function decodeCheckedLine(line: string): unknown {
  if (line.length < 10) return undefined;
  const body = line.slice(9);
  return line.slice(0, 8) === checksum(body) ? JSON.parse(body) : undefined;
}
