// guest-init report: what was found, guessed, changed, skipped and failed, and how long each step took.

import type { CommandModule } from 'yargs';
import { AgentError, exitCodes } from '../core/error.ts';
import { toFileName } from '../executors/exec.ts';
import { writeFileAtomically } from '../host/atomic-write.ts';
import { createRealHost } from '../host/real.ts';
import { buildReport, chooseExitCode } from '../report/build.ts';
import type { Report } from '../report/view.ts';
import { lookAtStatus } from './current-status.ts';
import { describeVersion } from './full-version.ts';
import { reportFailure } from './report-failure.ts';
import { printReport } from './report-text.ts';
import { writeOutput } from './standard-output.ts';

type Arguments = { json: boolean; html?: string | undefined; svg?: string | undefined };

export const reportCommand: CommandModule<object, Arguments> = {
  command: 'report',
  describe: 'Tell the last run: steps with times, network, files, outputs',
  builder: (parser) =>
    parser
      .option('json', { type: 'boolean', default: false, describe: 'The same facts as JSON' })
      .option('html', {
        type: 'string',
        requiresArg: true,
        describe: 'Write one page that needs nothing else to this file (-: standard output)',
      })
      .option('svg', {
        type: 'string',
        requiresArg: true,
        describe: 'Write the timeline as a picture to this file (-: standard output)',
      })
      .check(refuseCrowding) as never,
  handler: async (options) => {
    process.exitCode = await reportFailure(async () => {
      const report = await makeReport();
      if (options.html !== undefined) {
        const { renderHtml } = await import('../report/html/page.ts');
        deliver(options.html, renderHtml(report));
      }
      if (options.svg !== undefined) {
        const { renderTimelineSvg } = await import('../report/svg.ts');
        deliver(options.svg, renderTimelineSvg(report));
      }
      if (options.json) writeOutput(`${printJson(report)}\n`);
      else if (options.html === undefined && options.svg === undefined) writeOutput(printReport(report));
      return chooseExitCode(report);
    });
  },
};

/** The report of the last run for who asks: root sees all of it. */
export async function makeReport(): Promise<Report> {
  const host = createRealHost();
  const { view, record, isRoot, facts } = lookAtStatus(host);
  const { readMachine } = await import('../host/machine.ts');
  return buildReport({
    ...{ program: `guest-init ${describeVersion()}`, status: view, record, isRoot, facts },
    // What the guest says of itself stands in where nothing else answers.
    machine: { os: facts.os.prettyName, ...(await readMachine()) },
    hostname: host.readText('/proc/sys/kernel/hostname')?.trim(),
    now: host.now(),
    findLog: (stepId) => `${view.outputFolder ?? ''}/${toFileName(stepId)}.log`,
  });
}

/** JSON in which nothing steers a terminal: what JSON leaves as it is and a terminal obeys is written by number. */
export function printJson(report: Report): string {
  return JSON.stringify(report, null, 2).replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    escapeUnits(character),
  );
}

function escapeUnits(text: string): string {
  return Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
    '',
  );
}

/** Standard output can take one of them. */
function refuseCrowding({ json, html, svg }: Arguments): true {
  if ([json, html === '-', svg === '-'].filter(Boolean).length > 1)
    throw new Error('only one of --json, --html - and --svg - can go to the standard output');
  return true;
}

/** Mode 0600: a report of root's holds what commands have printed. Replaces a file or link that is there. */
function deliver(path: string, content: string): void {
  if (path === '-') {
    writeOutput(content);
    return;
  }
  try {
    writeFileAtomically(path, content, {
      mode: 0o600,
      uid: process.geteuid?.() ?? 0,
      gid: process.getegid?.() ?? 0,
    });
  } catch (error) {
    throw new AgentError(
      exitCodes.internal,
      `${path}: cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
    );
  }
}
