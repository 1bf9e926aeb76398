// The fields of an entry of mounts, with defaults for those that it leaves out.

import type { Mounts } from './schema.ts';

type Field = string | number | null;
/** Device, mount point, type, options, dump, pass; null: neither given nor defaulted. */
export type Fields = readonly [
  spec: string | null,
  mountPoint: string | null,
  type: string,
  options: string,
  dump: string,
  pass: string,
];

/** `nofail`: a boot does not wait for a disk that somebody took away. */
const fallback: Fields = [null, null, 'auto', 'defaults,nofail', '0', '2'];

/** Each field of the entry, else of mount_default_fields, else of ours. */
export function fillFields(entry: readonly Field[], { mount_default_fields: defaults }: Mounts): Fields {
  const given = (index: number): string | null => {
    const value = entry[index] ?? readDefault(defaults?.[index]) ?? fallback[index] ?? null;
    return value === null ? null : String(value);
  };
  const or = (index: number, text: string): string => given(index) ?? text;
  const [spec, type, options] = [given(0), or(2, 'auto'), or(3, 'defaults')];
  const remote = spec !== null && isRemote(spec, type, options);
  // What is no disk of this guest has nothing for fsck(8).
  const isChecked = !remote && !/^(?:none|swap|tmpfs|overlay|proc|sysfs|9p|virtiofs)$/.test(type) && !isBind(options);
  const pass = isChecked || typeof (entry[5] ?? null) !== 'object' ? or(5, '0') : '0';
  return [spec, given(1), type, remote ? addNetdev(options, entry[3]) : options, or(4, '0'), pass];
}

function isBind(options: string): boolean {
  return /(?:^|,)r?bind(?:,|$)/.test(options);
}

/** Options that nobody has written wait for the network where the source does. */
function addNetdev(options: string, written: Field | undefined): string {
  return (written ?? null) === null && !options.split(',').includes('_netdev') ? `${options},_netdev` : options;
}

/** cloud-init's own example writes None, which YAML takes for a text. */
function readDefault(value: Field | undefined): Field | undefined {
  return value === 'None' ? null : value;
}

/** File systems that come from another machine. */
export function isRemote(spec: string, type: string, options: string): boolean {
  if (/^(?:nfs4?|cifs|smb3|ceph|glusterfs|lustre|sshfs|fuse\.sshfs|afs|davfs)$/.test(type)) return true;
  if (options.split(',').includes('_netdev')) return true;
  return /^\/\/[^/]/.test(spec) || /^[^/=][^/=]*:/.test(spec);
}
