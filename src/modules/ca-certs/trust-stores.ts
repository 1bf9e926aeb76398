// Where each family of distributions keeps the certificates of its administrator, and the tool that puts them to use.

import type { Facts } from '../../core/facts.ts';

export type TrustStore = {
  /** Folder of the administrator's certificates. */
  readonly folder: string;
  readonly tool: string;
  /** File that lists the certificates of the distribution which are trusted, one a line; absent: they cannot be told to go. */
  readonly selection?: string;
};

const debian: TrustStore = {
  folder: '/usr/local/share/ca-certificates',
  tool: 'update-ca-certificates',
  selection: '/etc/ca-certificates.conf',
};
const redHat: TrustStore = { folder: '/etc/pki/ca-trust/source/anchors', tool: 'update-ca-trust' };
const suse: TrustStore = { folder: '/etc/pki/trust/anchors', tool: 'update-ca-certificates' };
const arch: TrustStore = { folder: '/etc/ca-certificates/trust-source/anchors', tool: 'update-ca-trust' };

const stores: Readonly<Record<string, TrustStore>> = {
  ...{ debian, ubuntu: debian, alpine: debian },
  ...{ fedora: redHat, rhel: redHat, centos: redHat, amzn: redHat },
  ...{ suse, opensuse: suse, sles: suse, arch },
};

/** By ID, then by ID_LIKE of os-release(5); Debian's where nothing fits. */
export function findTrustStore({ id, idLike }: Facts['os']): TrustStore {
  for (const name of [id, ...idLike]) {
    const found = stores[name] ?? stores[name.split('-')[0] ?? ''];
    if (found !== undefined) return found;
  }
  return debian;
}
