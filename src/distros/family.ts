// The family of a distribution: who shares its files and tools.

import type { OsRelease } from '../core/facts.ts';

export type Family = 'debian' | 'red-hat' | 'suse' | 'arch' | 'alpine' | 'gentoo';

const families: Readonly<Record<string, Family>> = {
  ...{ debian: 'debian', ubuntu: 'debian', raspbian: 'debian' },
  ...{ rhel: 'red-hat', fedora: 'red-hat', centos: 'red-hat', rocky: 'red-hat', almalinux: 'red-hat', amzn: 'red-hat' },
  ...{ suse: 'suse', opensuse: 'suse', sles: 'suse', sle: 'suse' },
  ...{ arch: 'arch', alpine: 'alpine', gentoo: 'gentoo' },
};

/** By ID, then by ID_LIKE of os-release(5), `opensuse-leap` being `opensuse`; undefined where nothing fits. */
export function findFamily({ id, idLike }: Pick<OsRelease, 'id' | 'idLike'>): Family | undefined {
  for (const name of [id, ...idLike]) {
    const found = families[name] ?? families[name.split('-', 1)[0] ?? ''];
    if (found !== undefined) return found;
  }
  return undefined;
}
