// The log file: one JSON line per event, for people with root and for tools. The only user of pino, with a synchronous destination,
// so that the last line is on disk when the power goes.

import * as fs from 'node:fs';
import { pino } from 'pino';
import { formatTime } from './log-time.ts';
import type { Reporter } from './pipeline/reporter.ts';

export const logPath = '/var/log/guest-init.log';
const logLimitBytes = 8 * 1024 * 1024;

/** `problem`: why there is none, in a few words without the path. */
export type OpenedLog = { readonly reporter: Reporter } | { readonly problem: string };

/** Appends to the log (0600); an oversized one is kept once as `.1`. A log that cannot be written is left out, never a reason to fail. */
export function openLogReporter(path: string): OpenedLog {
  try {
    const file = openLogFile(path);
    if (file === undefined) return { problem: 'not a regular file' };
    const log = pino(
      {
        base: { pid: process.pid },
        timestamp: () => `,"time":"${formatTime(Date.now())}"`,
        // For people with grep: words in place of pino's numbers.
        formatters: { level: (label) => ({ level: label }) },
      },
      { write: (line: string) => append(file, line) },
    );
    const reporter: Reporter = {
      start: (start) => log.info(start, 'run started'),
      stage: (stage) => log.info({ stage }, 'stage started'),
      begin: (step) => log.debug({ step: step.id }, 'step started'),
      outcome: (outcome) => {
        const { step, changes: _, startMs: __, ...result } = outcome;
        const level = outcome.status === 'failed' ? 'error' : outcome.status === 'skipped' ? 'warn' : 'info';
        log[level](
          { ...step, step: step.id, ...result, ms: Math.round(outcome.ms * 10) / 10 },
          `step ${outcome.status}`,
        );
      },
      diagnostic: (diagnostic) => {
        const level = diagnostic.severity === 'error' ? 'error' : diagnostic.severity === 'warning' ? 'warn' : 'info';
        log[level](diagnostic, 'input');
      },
      note: (message) => log.info(message),
      end: (verdict, ms) =>
        log[verdict.word === 'FAILED' ? 'error' : verdict.word === 'DEGRADED' ? 'warn' : 'info'](
          { ...verdict, ms: Math.round(ms) },
          'run ended',
        ),
    };
    return { reporter };
  } catch (error) {
    return { problem: (error as NodeJS.ErrnoException).code ?? 'cannot be opened' };
  }
}

/** Undefined when something else than a file is in its place: writing to a pipe or a device would wait for somebody, or do something. */
function openLogFile(path: string): number | undefined {
  const found = fs.lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) return undefined;
  if (found !== undefined && found.size > logLimitBytes) fs.renameSync(path, `${path}.1`);
  // What is swapped in between must not be waited for either.
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = fs.constants;
  const file = fs.openSync(path, O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_WRONLY, 0o600);
  if (fs.fstatSync(file).isFile()) return file;
  fs.closeSync(file);
  return undefined;
}

/** The disk may fill up in the middle of a run. */
function append(file: number, line: string): void {
  try {
    fs.writeSync(file, line);
  } catch {}
}
