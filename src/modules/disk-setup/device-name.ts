// The names that documents give to block devices: paths, kernel names, aliases, and the names of the cloud (`ephemeral0`, `swap`).

import type { DeviceName } from '../../core/action.ts';
import type { InstanceConfig } from '../../core/instance-config.ts';

/** What names mean: the document's device_aliases, and EC2's block-device-mapping from the drive. */
export type DeviceNames = {
  readonly aliases: Readonly<Record<string, string>>;
  readonly mapping: Readonly<Record<string, string>>;
};

const kernelName = /^(?:x?[shv]d[a-z]+\d*|nvme\d+n\d+(?:p\d+)?|mmcblk\d+(?:p\d+)?|sr\d+)$/;
const cloudName = /^(?:ami|root|swap|(?:ephemeral|ebs)[^:]*)$/;

/** `validated` holds device_aliases when the document has them. */
export function readDeviceNames(validated: Readonly<Record<string, unknown>>, instance: InstanceConfig): DeviceNames {
  const aliases = (validated['device_aliases'] ?? {}) as Readonly<Record<string, string>>;
  const raw = instance.metadata?.reveal().ec2?.['block-device-mapping'];
  const entries = typeof raw === 'object' && raw !== null ? Object.entries(raw) : [];
  const mapping = entries.filter((entry): entry is [string, string] => isNodeName(entry[1]));
  return { aliases, mapping: Object.fromEntries(mapping) };
}

/** Undefined: not the name of a block device (`LABEL=data`, `server:/export`, `tmpfs`). A number after the last dot is a partition; 0 is none. */
export function parseDeviceName(written: string, names: DeviceNames): DeviceName | undefined {
  const dotted = /^(.+)\.(\d{1,3})$/.exec(written);
  const plain = dotted?.[1] ?? written;
  const partition = dotted === null ? 0 : Number(dotted[2]);
  const base = plain === 'ephemeral' ? 'ephemeral0' : plain;
  const name = Object.hasOwn(names.aliases, base) ? (names.aliases[base] ?? base) : base;
  const found = findNodes(name, names);
  if (found === undefined) return undefined;
  return { written, ...found, ...(partition === 0 ? {} : { partition }) };
}

/** Disk and partition, for comparing names: `/dev/vdb1`, `vdb.1` and `/dev/disk/by-id/x-part1` are partition 1 of a disk. */
export function splitDevice({ written, nodes, partition }: DeviceName): {
  disk: string;
  partition: number | undefined;
} {
  const [node = written] = nodes;
  if (partition !== undefined) return { disk: node, partition };
  const [, disk, number] =
    /^(\/dev\/disk\/.+)-part(\d+)$/.exec(node) ??
    /^(\/dev\/.*\d)p(\d+)$/.exec(node) ??
    /^(\/dev\/x?[shv]d[a-z]+)(\d+)$/.exec(node) ??
    [];
  return disk === undefined ? { disk: node, partition: undefined } : { disk, partition: Number(number) };
}

/** Whether two names may mean the same device: a disk stands for any of its partitions. */
export function mayBeSame(a: DeviceName, b: DeviceName): boolean {
  const [left, right] = [splitDevice(a), splitDevice(b)];
  if (left.disk !== right.disk) return false;
  return left.partition === undefined || right.partition === undefined || left.partition === right.partition;
}

function findNodes(name: string, { mapping }: DeviceNames): Pick<DeviceName, 'nodes' | 'sign'> | undefined {
  if (name.startsWith('/dev/')) return { nodes: [name] };
  if (kernelName.test(name)) return { nodes: [`/dev/${name}`] };
  if (!cloudName.test(name)) return undefined;
  const mapped = mapping[name] ?? (name === 'root' ? mapping['ami'] : name === 'ami' ? mapping['root'] : undefined);
  // What is mapped may have another name in this guest: its bus decides.
  const nodes = mapped === undefined ? [] : listRenamed(mapped.replace(/^\/dev\//, ''));
  return { nodes, sign: name === 'swap' ? 'swap' : { label: name } };
}

function listRenamed(name: string): string[] {
  const [, tail] = /^(?:xvd|vd|sd|hd)([a-z]+\d*)$/.exec(name) ?? [];
  const others = tail === undefined ? [] : ['vd', 'xvd', 'sd', 'hd'].map((bus) => `${bus}${tail}`);
  return [...new Set([name, ...others])].map((each) => `/dev/${each}`);
}

function isNodeName(value: unknown): value is string {
  return typeof value === 'string' && /^(?:\/dev\/)?[A-Za-z0-9_-]+$/.test(value);
}
