// What is told of a step that was tried: for the journal, the record and people.

import type { ActionKind } from '../core/action.ts';
import type { Outcome, OutcomeStatus, Step } from '../core/plan.ts';
import type { Applied, Inspection } from '../executors/executor.ts';
import type { Host } from '../host/host.ts';

/** Actions on files whose change is remembered. What others change is in their summaries, or none of anybody's business. */
const fileKinds: ReadonlySet<ActionKind> = new Set<ActionKind>([
  'file',
  'lines',
  'sections',
  'symlink',
  'remove',
  'hostname',
  'locale',
]);

/** The step as outcomes name it. */
export function describeStep(step: Step): Pick<Outcome, 'step'> {
  const { id, module, stage, summary, source, guess } = step;
  return {
    step: {
      id,
      module,
      stage,
      summary,
      ...(source === undefined ? {} : { source }),
      ...(guess === undefined ? {} : { guess }),
    },
  };
}

/** How a step ended that threw nothing. */
export function describeApplied(applied: Applied | undefined): [OutcomeStatus, Partial<Outcome>] {
  const details: Partial<Outcome> = {
    ...(applied?.message === undefined ? {} : { message: applied.message }),
    ...(applied?.exitCode === undefined ? {} : { exitCode: applied.exitCode }),
    ...(applied?.tail === undefined ? {} : { tail: applied.tail }),
    ...(applied?.lines === undefined ? {} : { lines: applied.lines }),
    ...(applied?.checks === undefined ? {} : { checks: applied.checks }),
  };
  if (applied?.failed !== undefined) return ['failed', { ...details, message: applied.failed }];
  return [applied?.checks === undefined && applied?.idle !== true ? 'changed' : 'unchanged', details];
}

/** What a step changed of a file, as it was seen before; the lines only where everybody may read that file. */
export function recallChanges({ action }: Step, found: Inspection | undefined, host: Host): Pick<Outcome, 'changes'> {
  if (found?.state !== 'differs' || !fileKinds.has(action.kind)) return {};
  if (!('path' in action) || isInOpenFolder(action.path, host)) return { changes: found.changes };
  return { changes: found.changes.map(({ op, what }) => ({ op, what })) };
}

/** Whether everybody may enter all folders of a path: what is in root's own is not for all to read, whatever its mode. */
function isInOpenFolder(path: string, host: Host): boolean {
  const folders = path.split('/').slice(1, -1);
  return folders.every((_, index) => {
    const stat = host.stat(`/${folders.slice(0, index + 1).join('/')}`);
    return stat === undefined || (stat.mode & 0o001) !== 0;
  });
}
