// coreos.update: the updater's settings, and what follows from them for its units. coreos.oem: what the image says of itself.

import type { LinesAction } from '../../../core/action.ts';
import type { Step } from '../../../core/plan.ts';
import type { CoreosContext } from '../plan.ts';
import type { UnitRequest } from '../units/unit-steps.ts';
import { updateFields } from './fields.ts';

/** The updater's file keeps the lines of others; one that is missing begins as the image's. */
export function planUpdate(context: CoreosContext): { steps: Step[]; requests: UnitRequest[] } {
  const { config, facts, place } = context;
  const update = config.coreos?.update;
  const given = updateFields.filter((field) => update?.[field] !== undefined && update[field] !== '');
  if (update === undefined || given.length === 0) return { steps: [], requests: [] };
  const vendor = facts.os.id === 'flatcar' ? 'flatcar' : 'coreos';
  const source = place(['coreos', 'update']);
  const path = `/etc/${vendor}/update.conf`;
  const rules = given.toSorted().map((field): LinesAction['rules'][number] => {
    const name = field.toUpperCase();
    return { pattern: `^${name}=`, line: `${name}=${update[field]}`, add: 'end' };
  });
  const step: Step = {
    ...{ id: 'coreos/update', module: 'coreos', stage: 'early', source, summary: path },
    action: { kind: 'lines', path, mode: 0o644, rules, model: `/usr/share/${vendor}/update.conf` },
  };
  return { steps: [step], requests: listUnits(update, given, source) };
}

/** Updates that never reboot need no locksmithd; other settings are read at a restart. */
function listUnits(
  { reboot_strategy: strategy }: { readonly reboot_strategy?: unknown },
  given: readonly (typeof updateFields)[number][],
  source: string,
): UnitRequest[] {
  const common = { source, dropIns: [], runtime: true, enable: false, optional: true, requires: [] } as const;
  const requests: UnitRequest[] = [];
  if (given.includes('reboot_strategy')) {
    const mask = strategy === 'off';
    requests.push({
      ...{ ...common, id: 'coreos/update/locksmithd.service', unit: 'locksmithd.service' },
      ...{ mask, unmask: !mask, command: mask ? 'stop' : 'restart' },
    });
  }
  if (given.includes('group') || given.includes('server')) {
    requests.push({
      ...{ ...common, id: 'coreos/update/update-engine.service', unit: 'update-engine.service' },
      ...{ mask: false, unmask: false, command: 'restart' },
    });
  }
  return requests;
}

/** os-release(5) of the vendor; nothing without an id. */
export function planOem({ config, place }: CoreosContext): Step[] {
  const oem = config.coreos?.oem;
  if (oem?.id === undefined || oem.id === '') return [];
  const bare = (value: unknown): string => (/^[\w.-]*$/.test(String(value)) ? String(value) : JSON.stringify(value));
  const quoted = (value: unknown): string => JSON.stringify(String(value ?? ''));
  const content = [
    `ID=${bare(oem.id)}`,
    `VERSION_ID=${bare(oem.version_id ?? '')}`,
    `NAME=${quoted(oem.name)}`,
    `HOME_URL=${quoted(oem.home_url)}`,
    `BUG_REPORT_URL=${quoted(oem.bug_report_url)}`,
    '',
  ].join('\n');
  const path = '/etc/oem-release';
  return [
    {
      ...{ id: 'coreos/oem', module: 'coreos', stage: 'early', source: place(['coreos', 'oem']), summary: path },
      action: { kind: 'file', path, content, mode: 0o644 },
    },
  ];
}
