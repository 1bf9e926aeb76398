// Whether a guest that has become another instance is a copy of the one that its record tells of, made without guest-init seal.

import type { InstanceRecord, MachineTraces } from '../state/record.ts';

/**
 * One sentence where the new instance has what the old one had; undefined where it has not, or where the firmware says that it is the same
 * machine, which was only given another drive.
 */
export function describeCloneTraces({ name, machine: before }: InstanceRecord, now: MachineTraces): string | undefined {
  if (before === undefined) return undefined;
  const isKnown = before.uuid !== undefined && now.uuid !== undefined;
  if (isKnown && before.uuid === now.uuid) return undefined;
  const shared = [
    ...(before.id !== undefined && before.id === now.id ? ['machine-id'] : []),
    ...(now.hostKeys?.some((key) => before.hostKeys?.includes(key)) ? ['ssh host keys'] : []),
  ].join(' and ');
  if (shared === '') return undefined;
  if (isKnown) return `copied from ${name} without guest-init seal: it has the same ${shared}`;
  return `it has the ${shared} of ${name}: copied without guest-init seal, or the same machine with another drive`;
}
