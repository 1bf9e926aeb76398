// Keys of cloud-init's disk_setup.

import * as v from 'valibot';

const flag = v.boolean('true or false');
const deviceText = /^[^\u0000-\u0020\u007f]{1,255}$/;
const device = 'a device such as "/dev/vdb" or an alias';
const Device = v.pipe(v.string(device), v.regex(deviceText, device));
/** A share in percent, or a share and the type of its partition. */
export type Part = number | readonly [share: number, type: number | string];

/**
 * Checked as a whole: of a list with a fault nothing may be left, since a layout, or a command, that lacks one of its entries is another one.
 */
const layout = 'a list of shares in percent (of 100 together), or of [share, partition type]';
const Layout = v.pipe(
  v.array(v.unknown(), layout),
  v.check((list) => list.length > 0 && list.every(isPart), layout),
);
const words = 'a text or a list of texts';
const Words = v.pipe(
  v.array(v.unknown(), words),
  v.check((list) => list.length > 0 && list.every(isWord), words),
);

function isPart(entry: unknown): entry is Part {
  if (!Array.isArray(entry)) return isShare(entry);
  return entry.length === 2 && isShare(entry[0]) && isWord(entry[1]);
}

function isShare(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value <= 100;
}

function isWord(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number';
}

export const Disk = v.strictObject(
  {
    table_type: v.optional(v.picklist(['mbr', 'gpt'], '"mbr" or "gpt"'), 'mbr'),
    layout: v.optional(
      v.union([v.boolean(), v.literal('remove'), Layout], 'true, false, "remove" or a list of shares in percent'),
      false,
    ),
    overwrite: v.optional(flag, false),
  },
  'a map with table_type, layout and overwrite',
);

const label = 'a label without control characters, of at most 128 bytes';
const labelText = /^[^\u0000-\u001f\u007f]{1,128}$/;
const kind = 'a kind of file system such as "ext4"';
const Kind = v.pipe(v.string(kind), v.regex(/^[a-z0-9][a-z0-9._-]{0,31}$/, kind));
const partition = '"auto", "any", "none" or the number of a partition';

export const FileSystem = v.strictObject({
  label: v.nullish(v.union([v.pipe(v.string(), v.regex(labelText, label)), v.number()], label)),
  filesystem: v.optional(Kind),
  device: Device,
  partition: v.optional(
    v.union(
      [
        v.picklist(['auto', 'any', 'none']),
        v.pipe(v.string(), v.regex(/^\d{1,3}$/, partition)),
        v.pipe(v.number(), v.safeInteger(partition), v.minValue(0, partition), v.maxValue(999, partition)),
      ],
      partition,
    ),
  ),
  overwrite: v.optional(flag, false),
  replace_fs: v.optional(v.union([Kind, v.literal(false)], kind)),
  extra_opts: v.optional(v.union([v.string(), Words], words)),
  cmd: v.optional(v.union([v.string(), Words], words)),
});
export type FileSystem = v.InferOutput<typeof FileSystem>;
export type Disk = v.InferOutput<typeof Disk>;

export const DiskSetup = v.object({
  device_aliases: v.optional(v.record(v.string(), Device, 'a map from names to devices')),
  disk_setup: v.optional(v.record(Device, Disk, 'a map from devices to what is wanted of them')),
  fs_setup: v.optional(v.array(FileSystem, 'a list of file systems')),
});
export type DiskSetup = v.InferOutput<typeof DiskSetup>;
