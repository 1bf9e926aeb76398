// What of a report may leave the guest. By allow-lists: a field or a module that is not named here is left out, so that a new one is
// not given away before somebody has thought about it.

import type { Change } from '../core/plan.ts';
import { nameServersModule } from '../network/name-servers.ts';
import { networkFilesModule } from '../network/persistence.ts';
import type { Report, ReportFile, ReportStep } from './view.ts';

/** Modules whose input holds no secret: addresses, names, zones. What tools and files say of them may be read by others. */
const openModules: ReadonlySet<string> = new Set([
  ...['network', networkFilesModule, nameServersModule],
  ...['hostname', 'etc-hosts', 'resolv-conf', 'timezone', 'locale', 'keyboard'],
  ...['growpart', 'resize-rootfs', 'packages'],
]);

/** The report without what user_data brought: outputs of commands, contents and digests of its files, words of the tools it was given to. */
export function shareReport(report: Report): Report {
  const { program, madeAt, state, exitCode, message, hint, hostname, instance, source, startedAt, ms } = report;
  const { machine, stages, steps, counts, network, notices, guesses, problems, files, nextBoot } = report;
  const moduleOf = new Map(steps.map(({ id, module }) => [id, module]));
  return {
    ...{ version: 1, scope: 'shareable', program, madeAt, state, exitCode, message, counts, nextBoot },
    ...say({ hint, hostname, instance, source, startedAt, ms }),
    ...{ machine, stages, network, notices, guesses, problems },
    steps: steps.map(shareStep),
    files: files.map((file) => shareFile(file, moduleOf.get(file.step ?? ''))),
  };
}

/** Whether what belongs to a module may be read by others. */
export function isOpen(module: string | undefined): boolean {
  return module !== undefined && openModules.has(module);
}

function shareStep(step: ReportStep): ReportStep {
  const { id, label, module, stage, summary, source, guess, status, startMs, ms, exitCode } = step;
  const { message, hint, changes } = step;
  return {
    ...{ id, label, module, stage, summary, status, ms },
    ...say({ source, guess, startMs, exitCode }),
    ...(isOpen(module) ? say({ message: message === undefined ? undefined : hideAddresses(message), hint }) : {}),
    ...(changes === undefined ? {} : { changes: changes.map((change) => shareChange(change, module)) }),
  };
}

/** Addresses of mirrors may hold a name and a password. */
function hideAddresses(text: string): string {
  return text.replace(/\b([a-z][a-z0-9+.-]*):\/\/\S+/gi, '$1://[left out]');
}

function shareFile({ path, step, sha256, changes }: ReportFile, module: string | undefined): ReportFile {
  return {
    ...{ path, changes: changes.map((change) => shareChange(change, module)) },
    ...say({ step }),
    ...(isOpen(module) ? say({ sha256 }) : {}),
  };
}

function shareChange({ op, what, diff }: Change, module: string | undefined): Change {
  return { op, what, ...(isOpen(module) ? say({ diff }) : {}) };
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function say<T extends Record<string, unknown>>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
