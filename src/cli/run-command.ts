// guest-init run: the job, with its lines on the terminal or console and in the log.

import type { Stage } from '../core/plan.ts';
import { createRealHost } from '../host/real.ts';
import { logPath, openLogReporter } from '../log.ts';
import { combineReporters } from '../pipeline/reporter.ts';
import { run } from '../pipeline/run.ts';
import { createConsoleReporter } from './console-reporter.ts';

export type RunArguments = {
  readonly stages: readonly Stage[];
  readonly device?: string;
  readonly source?: string;
  readonly root?: string;
  readonly force: boolean;
};

/** Runs and gives the exit code. TERM, INT and HUP let the step under way end and then stop the run (exit 143). */
export async function runCommand(options: RunArguments): Promise<number> {
  process.umask(0o077);
  let stop = false;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => (stop = true));
  const host = createRealHost(options.root === undefined ? {} : { root: options.root });
  const console = createConsoleReporter();
  const log = process.geteuid?.() === 0 ? openLogReporter(host.resolve(logPath)) : undefined;
  if (log !== undefined && 'problem' in log) console.note(`no log is kept: ${logPath}: ${log.problem}`);
  const ended = await run({
    host,
    stages: options.stages,
    force: options.force,
    startedByUnit: process.env['GUEST_INIT_STARTED_BY'] === 'systemd',
    ...(options.device === undefined ? {} : { device: options.device }),
    ...(options.source === undefined ? {} : { source: options.source }),
    reporter: log !== undefined && 'reporter' in log ? combineReporters([console, log.reporter]) : console,
    stopRequested: () => stop,
  });
  if (ended.afterRun !== undefined) {
    const { startAfterRun } = await import('../host/after-run.ts');
    startAfterRun(ended.afterRun);
  }
  return ended.exitCode;
}
