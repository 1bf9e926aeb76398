// Plans a step for each entry, and one that takes lines out of /etc/fstab that earlier documents had asked for.

import type { MountAction, MountSource } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { type DeviceNames, mayBeSame, parseDeviceName, readDeviceNames } from '../disk-setup/device-name.ts';
import { listDisks, listFileSystems } from '../disk-setup/plan.ts';
import type { DiskSetup } from '../disk-setup/schema.ts';
import { findSwapFile } from '../swap/swap-file.ts';
import { type Fields, fillFields, isRemote } from './fields.ts';
import type { Mounts } from './schema.ts';

type Context = ModuleContext<Mounts>;

/** Steps `mounts/fstab`, `mounts/N` and, where the document leaves them free, cloud-init's own two entries. */
export function planMounts(context: Context): Step[] {
  const { config, validated, instance, place } = context;
  if (config.mounts === undefined) return [];
  const names = readDeviceNames(validated, instance);
  const entries = listEntries(context, names);
  const steps = entries.map(({ id, fields, source, index }): Step => {
    const [spec, mountPoint, type, options, dump, pass] = fields;
    const action: MountAction = {
      ...{ kind: 'mount', source, mountPoint, type, options, dump, pass },
      ...(index === undefined ? { fallback: true } : {}),
    };
    const needs = findMakers(source, validated as DiskSetup, names);
    return {
      ...{ id, module: 'mounts', stage: isRemote(spec, type, options) ? 'late' : 'early', action },
      summary: type === 'swap' ? `swap on ${spec}` : `${spec} on ${mountPoint}`,
      source: place(index === undefined ? ['mounts'] : ['mounts', index]),
      ...(needs.length === 0 ? {} : { needs }),
    };
  });
  const keep = entries.map(({ source, fields: [, mountPoint] }) => ({ source, mountPoint }));
  const swapFile = findSwapFile(validated);
  const tidy: Step = {
    ...{ id: 'mounts/fstab', module: 'mounts', stage: 'early', source: place(['mounts']) },
    summary: '/etc/fstab: lines of earlier documents',
    action: {
      kind: 'fstab',
      keep: swapFile === undefined ? keep : [...keep, { source: { spec: swapFile }, mountPoint: 'none' }],
    },
  };
  return [tidy, ...steps];
}

type Complete = readonly [spec: string, mountPoint: string, ...rest: [string, string, string, string]];
/** `index`: in the document; absent for an entry that stands in none. */
type Entry = {
  readonly id: string;
  readonly fields: Complete;
  readonly source: MountSource;
  readonly index: number | undefined;
};

function listEntries(context: Context, names: DeviceNames): Entry[] {
  const { config, originalIndex, report } = context;
  let entries: Entry[] = [];
  const named = new Set<string>();
  for (const [index, given] of (config.mounts ?? []).entries()) {
    const fields = fillFields(given, config);
    const [spec, mountPoint, ...rest] = fields;
    if (spec === null) {
      report({ severity: 'error', code: 'missing', message: 'no device' }, ['mounts', index]);
      continue;
    }
    named.add(spec);
    // A device alone takes back what was asked for it before, the two default entries included.
    if (mountPoint === null) {
      entries = entries.filter(({ fields: [other] }) => other !== spec);
      continue;
    }
    const problem = explainUnusable(mountPoint, fields);
    if (problem !== undefined) {
      report({ severity: 'error', ...problem }, ['mounts', index]);
      continue;
    }
    const isSwap = rest[0] === 'swap';
    const complete: Complete = [spec, isSwap ? 'none' : normalise(mountPoint), ...rest];
    const id = `mounts/${originalIndex('mounts', index)}`;
    const earlier = entries.find((entry) => !isSwap && entry.fields[1] === complete[1]);
    if (earlier !== undefined) {
      const message = `${complete[1]} was given to another entry before; this one counts`;
      report({ severity: 'warning', code: 'conflict', message }, ['mounts', index]);
      entries = entries.filter((entry) => entry !== earlier);
    }
    entries.push({ id, fields: complete, source: toSource(spec, names), index });
  }
  return [...entries, ...listDefaults(entries, named, { config, names })];
}

/** What cloud-init mounts of its own accord: the disk that the flavour brings, and swap. */
function listDefaults(
  entries: readonly Entry[],
  named: ReadonlySet<string>,
  { config, names }: { config: Mounts; names: DeviceNames },
): Entry[] {
  const options = fillFields([], config)[3];
  const defaults: readonly Complete[] = [
    ['ephemeral0', '/mnt', 'auto', options, '0', '2'],
    ['swap', 'none', 'swap', 'sw', '0', '0'],
  ];
  return defaults.flatMap((fields): Entry[] => {
    const [spec, mountPoint] = fields;
    const source = toSource(spec, names);
    const isTaken = entries.some((entry) => {
      if (entry.fields[1] === mountPoint && mountPoint !== 'none') return true;
      return 'nodes' in entry.source && 'nodes' in source && source.nodes.length > 0 && mayBeSame(entry.source, source);
    });
    const isNamed = named.has(spec) || (spec === 'ephemeral0' && named.has('ephemeral'));
    return isTaken || isNamed ? [] : [{ id: `mounts/${spec}`, fields, source, index: undefined }];
  });
}

function toSource(spec: string, names: DeviceNames): MountSource {
  return parseDeviceName(spec, names) ?? { spec };
}

/** Hiding these would take the guest, or what guest-init knows of it, away from under the run. */
const vital = ['/', '/dev', '/proc', '/sys', '/run', '/etc', '/usr', '/var', '/var/lib', '/var/lib/guest-init'];

function explainUnusable(
  mountPoint: string,
  [, , type, , dump, pass]: Fields,
): { code: 'value' | 'refused'; message: string } | undefined {
  if (!/^\d$/.test(dump) || !/^\d$/.test(pass)) return { code: 'value', message: 'expected a digit for dump and pass' };
  if (type === 'swap') return undefined;
  if (!mountPoint.startsWith('/') || mountPoint.split('/').includes('..'))
    return { code: 'value', message: 'expected an absolute path without ".." as mount point' };
  if (!vital.includes(normalise(mountPoint))) return undefined;
  return {
    code: 'refused',
    message: `${normalise(mountPoint)} belongs to the running guest: nothing is mounted over it`,
  };
}

function normalise(path: string): string {
  return `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`;
}

/** Steps that make what is to be mounted: without them there is nothing to mount. */
function findMakers(source: MountSource, config: DiskSetup, names: DeviceNames): string[] {
  const systems = listFileSystems(config, names);
  if ('spec' in source) {
    const label = /^LABEL="?(.+?)"?$/.exec(source.spec)?.[1];
    return systems.filter(({ entry }) => label !== undefined && String(entry.label) === label).map(({ id }) => id);
  }
  const isMeant = ({ name }: { name: ReturnType<typeof parseDeviceName> }): boolean =>
    name !== undefined && mayBeSame(name, source);
  const makers = systems.filter(isMeant);
  // Of several on one disk any may be the one that is mounted: its failing shows by itself.
  if (makers.length === 1) return makers.map(({ id }) => id);
  return listDisks(config, names)
    .filter((disk) => disk.disk.layout !== false && isMeant(disk))
    .map(({ id }) => id);
}
