// coreos.units: what is asked of each unit, with what cannot be done told.

import type { UnitVerb } from '../../../core/action.ts';
import type { CoreosContext } from '../plan.ts';
import type { Unit } from '../schema.ts';
import { daemons } from '../services/fields.ts';
import { isNetworkFile } from './unit-name.ts';
import { listFiles, type UnitRequest } from './unit-steps.ts';

const optionalUnits: ReadonlySet<string> = new Set([
  ...Object.values(daemons).map(({ unit }) => unit),
  'update-engine.service',
]);

/** Requests in the order of the document; `settings` are those of the daemons, which their units need. */
export function planUnits(context: CoreosContext, settings: readonly UnitRequest[]): UnitRequest[] {
  const { config, place } = context;
  const seen = new Map<string, number>();
  return (config.coreos?.units ?? []).map((unit, index) => {
    const path = ['coreos', 'units', index] as const;
    const count = (seen.get(unit.name) ?? 0) + 1;
    seen.set(unit.name, count);
    const id = `coreos/units/${unit.name}${count === 1 ? '' : `#${count}`}`;
    reportIdle(context, unit, path);
    reportMissing(context, unit, path);
    const request = { id, unit: unit.name, source: place(path), ...describe(unit) };
    const own = settings.filter((setting) => setting.unit === unit.name && !unit.mask);
    const requires = [...listFiles(request), ...own.flatMap((setting) => [...listFiles(setting), ...setting.requires])];
    return {
      ...request,
      requires: unit.mask || request.command === undefined || request.command === 'stop' ? [] : requires,
    };
  });
}

function describe(unit: Unit): Omit<UnitRequest, 'id' | 'unit' | 'source'> {
  const { content, runtime, mask, enable, command, drop_ins: dropIns } = unit;
  const isNetwork = isNetworkFile(unit.name);
  const hasContent = content !== '' && !mask;
  return {
    ...(hasContent ? { content } : {}),
    ...{ dropIns, runtime, mask },
    unmask: runtime && !mask && !hasContent,
    enable: enable && !isNetwork && !mask,
    ...(command === '' || isNetwork ? {} : { command: command as UnitVerb }),
    optional: !hasContent && optionalUnits.has(unit.name),
    requires: [],
  };
}

/** What the entry says and cannot have. */
function reportIdle({ report }: CoreosContext, unit: Unit, path: readonly (string | number)[]): void {
  const { mask, content, enable, command } = unit;
  const tell = (key: keyof Unit, message: string): void => {
    report({ severity: 'warning', code: 'conflict', message }, [...path, key]);
  };
  if (mask && content !== '') tell('content', 'the unit is masked; its content is not written');
  if (mask && enable) tell('enable', 'the unit is masked; it is not enabled');
  if (mask && !['', 'stop'].includes(command)) tell('command', 'the unit is masked; systemd will refuse this');
  if (!isNetworkFile(unit.name)) return;
  if (enable) tell('enable', 'a file of systemd-networkd is not enabled; it is read when it is there');
  if (command !== '') tell('command', 'a file of systemd-networkd is not told anything; systemd-networkd is restarted');
}

function reportMissing({ config, facts, report }: CoreosContext, unit: Unit, path: readonly (string | number)[]): void {
  const { name, content, command, enable } = unit;
  if (!optionalUnits.has(name) || content !== '' || (command === '' && !enable)) return;
  // Told at its settings.
  if (
    Object.entries(daemons).some(
      ([key, daemon]) => daemon.unit === name && config.coreos?.[key as 'etcd'] !== undefined,
    )
  )
    return;
  if (facts.daemons.includes(name)) return;
  const message = `the guest has no ${name}; nothing is started. Install it, or give its content`;
  report({ severity: 'warning', code: 'missing', message }, path);
}
