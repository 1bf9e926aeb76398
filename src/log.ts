// The log file: one JSON line per event, for people with root and for tools. The only user of pino, with a synchronous destination,
// so that the last line is on disk when the power goes.

import * as fs from 'node:fs';
import { pino } from 'pino';
import { formatTime } from './log-time.ts';
import type { Reporter } from './pipeline/reporter.ts';

export const logPath = '/var/log/guest-init.log';
const logLimitBytes = 8 * 1024 * 1024;

/** Appends to the log (0600); an oversized one is kept once as `.1`. A log that cannot be written is left out, never a reason to fail. */
export function openLogReporter(path: string): Reporter | undefined {
  try {
    rotate(path);
    const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = fs.constants;
    const file = fs.openSync(path, O_APPEND | O_CREAT | O_NOFOLLOW | O_WRONLY, 0o600);
    const log = pino(
      {
        base: { pid: process.pid },
        timestamp: () => `,"time":"${formatTime(Date.now())}"`,
        // For people with grep: words in place of pino's numbers.
        formatters: { level: (label) => ({ level: label }) },
      },
      { write: (line: string) => append(file, line) },
    );
    return {
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
  } catch {
    return undefined;
  }
}

/** The disk may fill up in the middle of a run. */
function append(file: number, line: string): void {
  try {
    fs.writeSync(file, line);
  } catch {}
}

function rotate(path: string): void {
  const size = fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logLimitBytes) fs.renameSync(path, `${path}.1`);
}
