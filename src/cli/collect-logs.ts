// guest-init collect-logs: one archive to send to somebody who helps, without what user_data brought.

import type { CommandModule } from 'yargs';
import { AgentError, exitCodes } from '../core/error.ts';
import { writeFileAtomically } from '../host/atomic-write.ts';
import { createRealHost } from '../host/real.ts';
import { logPath } from '../log.ts';
import { publicStatusPath } from '../pipeline/public-status.ts';
import type { Report } from '../report/view.ts';
import { formatBytes } from '../report/words.ts';
import { makeReport, printJson } from './report.ts';
import { reportFailure } from './report-failure.ts';
import { printReport } from './report-text.ts';
import { writeOutput } from './standard-output.ts';

type Arguments = { output?: string | undefined };

const plainStyle = { bold: String, dim: String, red: String, green: String, yellow: String };
const plainTerminal = { live: false, clearLine: '', style: plainStyle };

export const collectLogsCommand: CommandModule<object, Arguments> = {
  command: 'collect-logs',
  describe: 'Make one archive to send to somebody who helps (root)',
  builder: (parser) =>
    parser.option('output', {
      type: 'string',
      requiresArg: true,
      describe: 'Archive to make (.tar.gz; -: standard output); default: guest-init-logs-NAME-TIME.tar.gz here',
    }) as never,
  handler: async ({ output }) => {
    process.exitCode = await reportFailure(async () => {
      if (process.geteuid?.() !== 0)
        throw new AgentError(exitCodes.notRoot, 'only root can collect the logs', {
          hint: 'what any user may know: guest-init report',
        });
      if (output === '-' && process.stdout.isTTY)
        throw new AgentError(exitCodes.usage, '--output -: expected a file or a pipe, found a terminal');
      const { archive, count, missing, report } = await makeArchive();
      if (output === '-') writeOutput(archive);
      else {
        const path = output ?? nameArchive(report);
        save(path, archive);
        const gaps = missing.length === 0 ? '' : `; ${missing.length} could not be had, see MANIFEST in it`;
        writeOutput(`${path}: ${count} files, ${formatBytes(archive.length)}${gaps}\n`);
      }
      return exitCodes.ok;
    });
  },
};

async function makeArchive() {
  const [{ collectLogs, shareDocuments }, { packTar }, { renderHtml }, { renderTimelineSvg }, { gzipSync }] =
    await Promise.all([
      import('../collect/collect.ts'),
      import('../collect/tar.ts'),
      import('../report/html/page.ts'),
      import('../report/svg.ts'),
      import('node:zlib'),
    ]);
  const report = await makeReport();
  const documents = shareDocuments(report, {
    'report.txt': (shared) => printReport(shared, plainTerminal),
    'report.json': (shared) => `${printJson(shared)}\n`,
    'report.html': renderHtml,
    'timeline.svg': renderTimelineSvg,
  });
  const host = createRealHost();
  const { files, missing } = await collectLogs({ host, report, documents, logPath, publicStatusPath });
  const named = files.map(({ name, content }) => ({ name: `guest-init-logs/${name}`, content }));
  return { archive: gzipSync(packTar(named, report.madeAt)), count: files.length, missing, report };
}

/** The name of the guest is the drive's to choose: only harmless characters of it. */
function nameArchive({ hostname, instance, madeAt }: Report): string {
  const name = (hostname ?? instance ?? 'guest').replace(/[^A-Za-z0-9-]+/g, '-').slice(0, 40);
  const time = new Date(madeAt * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '');
  return `guest-init-logs-${name}-${time}Z.tar.gz`;
}

function save(path: string, archive: Uint8Array): void {
  try {
    writeFileAtomically(path, archive, { mode: 0o600, uid: 0, gid: 0 });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new AgentError(exitCodes.internal, `${path}: cannot be written (${reason})`);
  }
}
