// The options of a bond as far as a network service takes them. That they go together is the model's business (../bond-options.ts).

import type { BondMode, ResolvedBond } from '../../core/resolved-network.ts';

/** What a service takes less than the kernel does: with more, it refuses the whole bond or makes another one. */
export type BondLimits = {
  /** Options that it does not know. */
  readonly unknown?: readonly string[];
  /** Options that it takes with these modes only. */
  readonly modes?: Readonly<Record<string, readonly BondMode[]>>;
  /** Values of an option that it does not know. */
  readonly unknownValues?: Readonly<Record<string, readonly string[]>>;
};

export type BondSettings = {
  /** Names and values as in the kernel's sysfs, `mode` first. */
  readonly options: readonly (readonly [name: string, value: string])[];
  /** One sentence for each option that is left out. */
  readonly problems: readonly string[];
};

/** Pure: the same bond gives the same settings. */
export function settleBond({ mode, options }: ResolvedBond, limits: BondLimits = {}): BondSettings {
  const problems: string[] = [];
  const kept = Object.entries(options).filter(([name, value]) => {
    const reason = findReason(name, value);
    if (reason !== undefined) problems.push(`bond_${name} ${value}: ${reason}; not used`);
    return reason === undefined;
  });
  return { options: [['mode', mode], ...kept], problems };

  function findReason(name: string, value: string): string | undefined {
    if (limits.unknown?.includes(name)) return 'unknown to the network service';
    if (limits.unknownValues?.[name]?.includes(value)) return 'a value unknown to the network service';
    if (limits.modes?.[name]?.includes(mode) === false) return `not with mode ${mode} in this network service`;
    return undefined;
  }
}
