// Plans a step for each disk and each file system.

import type { DeviceName, FileSystemAction, PartitionTableAction } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { type DeviceNames, mayBeSame, parseDeviceName, readDeviceNames } from './device-name.ts';
import { readPartitionType } from './partition-types.ts';
import { Disk, type DiskSetup, FileSystem, type Part } from './schema.ts';

/** Steps `disk_setup/DEVICE`, then `fs_setup/DEVICE`; a file system needs the table of its disk. */
export function planDiskSetup(context: ModuleContext<DiskSetup>): Step[] {
  const names = readDeviceNames(context.config, context.instance);
  const known: DeviceName[] = [];
  const disks = listDisks(context.config, names).flatMap(({ id, key, name, disk }): DiskStep[] => {
    const path = ['disk_setup', key] as const;
    if (name === undefined) return refuseName(context, path);
    if (disk.layout === false || !isUnderstood(context, ['disk_setup', key], Disk)) return [];
    const earlier = known.find((other) => mayBeSame(other, name));
    if (earlier !== undefined) {
      const message = `the same disk as ${earlier.written}, which counts`;
      context.report({ severity: 'error', code: 'conflict', message }, path);
      return [];
    }
    known.push(name);
    const action = describeTable(context, name, { disk, path });
    if (action === undefined) return [];
    const summary = `${key}: ${action.parts.length === 0 ? 'no partition table' : `${action.table} partition table`}`;
    return [{ name, step: { ...common, id, summary, action, source: context.place(path) } }];
  });
  const systems = listFileSystems(context.config, names).flatMap(({ id, index, name, entry }): Step[] => {
    const path = ['fs_setup', index] as const;
    if (name === undefined) return refuseName(context, [...path, 'device']);
    if (!isUnderstood(context, path, FileSystem)) return [];
    const action = describeFileSystem(context, name, { entry, path });
    if (action === undefined) return [];
    const needs = disks.filter((disk) => mayBeSame(disk.name, name)).map(({ step }) => step.id);
    const summary = `${name.written}: ${entry.filesystem ?? 'by cmd'}`;
    const step = { ...common, id, summary, action, source: context.place(path) };
    return [needs.length === 0 ? step : { ...step, needs }];
  });
  return [...disks.map(({ step }) => step), ...systems];
}

type DiskStep = { readonly name: DeviceName; readonly step: Step };
type Context = ModuleContext<DiskSetup>;
type Path = readonly (string | number)[];

const common = { module: 'disk-setup', stage: 'early' } as const;

/** The disks of a document with the ids of their steps; for other modules, too, which wait for them. */
export function listDisks(
  config: DiskSetup,
  names: DeviceNames,
): { id: string; key: string; name: DeviceName | undefined; disk: Disk }[] {
  return Object.entries(config.disk_setup ?? {}).map(([key, disk]) => {
    return { id: `disk_setup/${shorten(key)}`, key, name: parseDeviceName(key, names), disk };
  });
}

/** The file systems of a document with the ids of their steps. `name` goes down to the partition. */
export function listFileSystems(
  config: DiskSetup,
  names: DeviceNames,
): { id: string; index: number; name: DeviceName | undefined; entry: FileSystem }[] {
  const seen = new Map<string, number>();
  return (config.fs_setup ?? []).map((entry, index) => {
    const parsed = parseDeviceName(entry.device, names);
    const number = /^\d+$/.test(String(entry.partition ?? '')) ? Number(entry.partition) : 0;
    const isPlain = parsed !== undefined && parsed.partition === undefined && number > 0;
    const name = isPlain ? { ...parsed, written: `${entry.device}.${number}`, partition: number } : parsed;
    const written = shorten(name?.written ?? entry.device);
    const count = (seen.get(written) ?? 0) + 1;
    seen.set(written, count);
    return { id: `fs_setup/${written}${count === 1 ? '' : `#${count}`}`, index, name, entry };
  });
}

/** For ids: every device is below /dev. */
function shorten(name: string): string {
  return name.replace(/^\/dev\//, '');
}

function refuseName({ report }: Context, path: Path): [] {
  const message = 'neither a path below /dev, nor the name of a disk, nor one of device_aliases';
  report({ severity: 'error', code: 'value', message }, path);
  return [];
}

/** What was meant by a key that is not known nobody can say; where data may be lost, nothing is done then. */
function isUnderstood(
  context: Context,
  path: readonly [string, string | number],
  schema: { entries: object },
): boolean {
  const [key, entry] = path;
  const all = context.document[key];
  const written = (all as Record<string | number, unknown> | undefined)?.[
    typeof entry === 'number' ? context.originalIndex(key, entry) : entry
  ];
  const isClear = Object.keys((written ?? {}) as object).every((name) => name in schema.entries);
  if (!isClear)
    context.report({ severity: 'error', code: 'refused', message: 'nothing is done here: see its unknown key' }, path);
  return isClear;
}

function describeTable(
  { report }: Context,
  device: DeviceName,
  { disk, path }: { disk: Disk; path: Path },
): PartitionTableAction | undefined {
  const { table_type: table, layout, overwrite } = disk;
  const given = { kind: 'partitionTable', device, table, overwrite } as const;
  if (device.partition !== undefined) {
    report({ severity: 'error', code: 'value', message: 'a partition cannot have a partition table' }, path);
    return undefined;
  }
  if (layout === 'remove') return { ...given, parts: [] };
  if (!Array.isArray(layout)) return { ...given, parts: [{ percent: 100 }] };
  const refuse = (message: string, where: Path): undefined => {
    report({ severity: 'error', code: 'value', message }, where);
  };
  if (table === 'mbr' && layout.length > 4)
    return refuse('an mbr table takes at most 4 partitions; gpt takes more', [...path, 'layout']);
  const parts: PartitionTableAction['parts'][number][] = [];
  for (const [index, entry] of (layout as readonly Part[]).entries()) {
    const [percent, written] = typeof entry === 'number' ? [entry, undefined] : entry;
    const type = written === undefined ? undefined : readPartitionType(written, table);
    if (written !== undefined && type === undefined) {
      const example = table === 'gpt' ? '82, or a GUID' : '82 or "8e"';
      return refuse(`not a partition type of a ${table} table, such as ${example}`, [...path, 'layout', index]);
    }
    parts.push({ percent, ...(type === undefined ? {} : { type }) });
  }
  const total = parts.reduce((sum, { percent }) => sum + percent, 0);
  if (total > 100) return refuse(`${total} % of the disk are more than there is`, [...path, 'layout']);
  return { ...given, parts };
}

function describeFileSystem(
  { report }: Context,
  device: DeviceName,
  { entry, path }: { entry: FileSystem; path: Path },
): FileSystemAction | undefined {
  const { filesystem: type, cmd, extra_opts: extra, partition } = entry;
  if (type === undefined && cmd === undefined) {
    report({ severity: 'error', code: 'missing', message: 'the key filesystem is missing' }, path);
    return undefined;
  }
  if (partition !== undefined && entry.device.endsWith(`.${device.partition}`)) {
    const message = `${entry.device} names partition ${device.partition}, which counts`;
    report({ severity: 'warning', code: 'conflict', message }, [...path, 'partition']);
  }
  if (cmd !== undefined && extra !== undefined) {
    const message = 'not used: cmd is there, which has options of its own';
    report({ severity: 'warning', code: 'conflict', message }, [...path, 'extra_opts']);
  }
  // cloud-init's own examples write None, which YAML takes for a text.
  const label = entry.label === null || entry.label === 'None' ? undefined : entry.label;
  return {
    kind: 'fileSystem',
    device,
    choice: chooseWhere(entry, device),
    ...(type === undefined ? {} : { type }),
    ...(label === undefined ? {} : { label: String(label) }),
    overwrite: entry.overwrite,
    ...(typeof entry.replace_fs === 'string' ? { replaces: entry.replace_fs } : {}),
    options: splitWords(extra ?? []),
    ...(cmd === undefined ? {} : { command: typeof cmd === 'string' ? cmd : cmd.map(String) }),
  };
}

/** A partition that is named is meant; so is the disk itself by `none`, `0` and a `.0` behind its name. */
function chooseWhere({ partition, device: written }: FileSystem, device: DeviceName): FileSystemAction['choice'] {
  if (device.partition !== undefined || /\.0+$/.test(written)) return 'exact';
  if (partition === 'auto') return 'auto';
  return partition === undefined || partition === 'any' ? 'any' : 'exact';
}

function splitWords(words: string | readonly unknown[]): readonly string[] {
  return typeof words === 'string' ? words.split(/\s+/).filter((word) => word !== '') : words.map(String);
}
