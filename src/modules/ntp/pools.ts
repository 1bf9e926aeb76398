// The zones that pool.ntp.org has given to distributions, for who names no server.

import type { OsRelease } from '../../core/facts.ts';

const zones: Readonly<Record<string, string>> = {
  ...{ debian: 'debian', ubuntu: 'ubuntu', fedora: 'fedora', centos: 'centos', rhel: 'rhel', rocky: 'rocky' },
  ...{ almalinux: 'almalinux', amzn: 'amazon', opensuse: 'opensuse', sles: 'opensuse', suse: 'opensuse' },
  ...{ alpine: 'alpine', arch: 'arch', gentoo: 'gentoo' },
};

/** Four names: `0.debian.pool.ntp.org` to `3.…`; those of the whole pool for a distribution without a zone. */
export function listVendorPools({ id, idLike }: Pick<OsRelease, 'id' | 'idLike'>): string[] {
  const zone = [id, ...idLike].map((name) => zones[name] ?? zones[name.split('-', 1)[0] ?? '']).find(Boolean);
  return [0, 1, 2, 3].map((index) => `${index}.${zone === undefined ? '' : `${zone}.`}pool.ntp.org`);
}
