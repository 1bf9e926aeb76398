// The first field of an entry of /etc/fstab, and the device that it means.

import type { MountSource } from '../core/action.ts';
import type { Host } from '../host/host.ts';
import { followLinks } from './block-device.ts';
import { findMountable } from './device-lookup.ts';

export type DescribedSource = {
  /** Undefined: there is no such device, and no path that could be written down for it. */
  readonly spec: string | undefined;
  /** As the document has it. */
  readonly written: string;
  /** Whether what can be seen of it is there; undefined where it cannot be seen from here (a server, a kernel file system, --root). */
  readonly isThere: boolean | undefined;
};

/** Paths are written down as the document has them, so that links such as /dev/disk/by-id stay. */
export function describeSource(source: MountSource, host: Host): DescribedSource {
  if ('spec' in source) {
    const node = findTagLink(source.spec);
    const isThere = node === undefined || !host.live ? undefined : host.stat(node) !== undefined;
    // Where no udev makes links nothing follows from their absence.
    const isKnown = isThere === true || host.stat('/dev/disk') !== undefined;
    return { spec: source.spec, written: source.spec, isThere: isKnown ? isThere : undefined };
  }
  const { written, nodes, partition } = source;
  const [first] = nodes;
  if (!host.live) {
    const spec = partition === undefined ? first : joinPartition(first, partition);
    return { spec, written, isThere: undefined };
  }
  const device = findMountable(source, host);
  if (device === undefined) return { spec: joinPartition(first, partition), written, isThere: false };
  const stable = [first, joinPartition(first, device.part?.number)].find(
    (path) => path !== undefined && followLinks(path, host) === device.node,
  );
  return { spec: stable ?? device.node, written, isThere: true };
}

/** The node or file that a first field stands for, where that can be told; tags by udev's links. */
export function resolveSpec(spec: string, host: Host): string | undefined {
  const link = findTagLink(spec);
  if (link !== undefined) return host.stat(link) === undefined ? undefined : followLinks(link, host);
  return spec.startsWith('/') ? followLinks(spec, host) : undefined;
}

function findTagLink(spec: string): string | undefined {
  const [, tag = '', quoted = ''] = /^(LABEL|UUID|PARTLABEL|PARTUUID|ID)=(.+)$/.exec(spec) ?? [];
  if (tag === '') return undefined;
  const value = quoted
    .replace(/^"(.*)"$/, '$1')
    .replaceAll('/', '\\x2f')
    .replaceAll(' ', '\\x20');
  return `/dev/disk/by-${tag.toLowerCase()}/${value}`;
}

/** The kernel's names end in the number of the partition; after a digit a `p` stands between (nvme0n1p1). */
function joinPartition(node: string | undefined, partition: number | undefined): string | undefined {
  if (node === undefined || partition === undefined) return node;
  if (node.startsWith('/dev/disk/')) return `${node}-part${partition}`;
  return /\d$/.test(node) ? `${node}p${partition}` : `${node}${partition}`;
}
