// Partition tables, by sfdisk(8). A disk that holds anything but the wanted parts is left as it is, unless its overwriting was asked for; one
// that is in use is left even then.

import type { PartitionTableAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Host } from '../host/host.ts';
import { type BlockDevice, describeUse, hasNode, listPartitions } from './block-device.ts';
import { describeContent, probeContent, requireTool, runTool } from './device-content.ts';
import { describeDevice, findAfterSettling, findNamedDevice, settleDevices } from './device-lookup.ts';
import type { Applied, Executor } from './executor.ts';

const sectorsPerMib = 2048;
const fdiskPackage = 'fdisk (util-linux on other families)';

export const partitionTable: Executor<PartitionTableAction> = {
  inspect(action, host) {
    const disk = findNamedDevice(action.device, host);
    const name = describeDevice(action.device, disk);
    if (disk === undefined) return { state: 'unknown', changes: [{ op: '~', what: `${name}: no such device now` }] };
    const reason = disk.part === undefined ? findHindrance(action, disk, host) : 'a partition, no disk';
    if (reason === 'as asked for') return { state: 'same' };
    if (reason !== undefined) return { state: 'unknown', changes: [{ op: '~', what: `${name}: ${reason}` }] };
    const what = action.parts.length === 0 ? `${name}: no partition table` : `${name}: ${describeParts(action)}`;
    return { state: 'differs', changes: [{ op: action.overwrite ? '~' : '+', what }] };
  },

  apply(action, host) {
    const disk = findAfterSettling(() => findNamedDevice(action.device, host), host);
    const name = describeDevice(action.device, disk);
    if (disk === undefined) {
      // A name that the cloud gives, as `ephemeral0`: this guest was given none.
      if (action.device.sign !== undefined) return { idle: true, message: `this guest has no device ${name}` };
      throw new AgentError(exitCodes.internal, `${name}: no such block device`);
    }
    if (disk.part !== undefined) throw new AgentError(exitCodes.internal, `${name}: a partition, no disk`);
    const reason = findHindrance(action, disk, host);
    if (reason === 'as asked for') return { idle: true };
    if (reason !== undefined) return { idle: true, message: `${name} is left as it is: ${reason}` };
    if (disk.readOnly) throw new AgentError(exitCodes.internal, `${name}: read-only`);
    const use = describeUse(disk, host);
    if (use !== undefined) throw new AgentError(exitCodes.internal, `${name}: in use (${use}), left as it is`);
    if (action.parts.length === 0) removeTable(disk, host);
    else writeTable(action, disk, host);
    settleDevices(host);
    return verify(action, disk, host);
  },
};

/** Why nothing is to be written; undefined: the table can be written. */
function findHindrance(action: PartitionTableAction, disk: BlockDevice, host: Host): string | undefined {
  const content = probeContent(disk, host);
  const partitions = listPartitions(disk, host);
  const isEmpty = content === undefined && partitions.length === 0;
  if (action.parts.length === 0) {
    if (isEmpty) return 'as asked for';
    return action.overwrite ? undefined : describeKept(content, disk, host);
  }
  if (isEmpty) return undefined;
  if (content?.table !== undefined && content.type === undefined && hasParts(action, disk, host)) return 'as asked for';
  if (action.overwrite) return undefined;
  const what = content === undefined ? `${partitions.length} partitions` : describeContent(content);
  return `it holds ${what}, and overwrite is not true`;
}

/** What speaks against taking a table away: anything but empty partitions. */
function describeKept(content: ReturnType<typeof probeContent>, disk: BlockDevice, host: Host): string | undefined {
  if (content !== undefined && content.table === undefined)
    return `it holds ${describeContent(content)}, and overwrite is not true`;
  for (const partition of listPartitions(disk, host)) {
    const found = hasNode(partition, host) ? probeContent(partition, host) : { isAmbiguous: true as const };
    if (found !== undefined) return `${partition.node} holds ${describeContent(found)}, and overwrite is not true`;
  }
  return undefined;
}

type Dump = { partitiontable?: { label?: string; partitions?: { type?: string }[] } };

/** Kind, number and, where they are said, types: sizes may have grown since. One part that is asked for is any number of them. */
function hasParts({ table, parts }: PartitionTableAction, disk: BlockDevice, host: Host): boolean {
  const sfdisk = requireTool('sfdisk', fdiskPackage, host);
  const dump = (JSON.parse(runTool([sfdisk, '--json', disk.node], disk.node, host)) as Dump).partitiontable;
  if (dump?.label !== (table === 'mbr' ? 'dos' : 'gpt')) return false;
  const types = (dump.partitions ?? []).map(({ type }) => type?.toLowerCase());
  const [only, ...others] = parts;
  if (only?.percent === 100 && only.type === undefined && others.length === 0) return types.length > 0;
  return (
    types.length === parts.length &&
    parts.every(({ type }, index) => type === undefined || type.toLowerCase() === types[index])
  );
}

function writeTable(action: PartitionTableAction, disk: BlockDevice, host: Host): void {
  const sfdisk = requireTool('sfdisk', fdiskPackage, host);
  const total = disk.sectors / sectorsPerMib;
  const lines = action.parts.map(({ percent, type }, index) => {
    const size = Math.floor((total * percent) / 100);
    const isLast = index === action.parts.length - 1;
    if (!isLast && size < 1)
      throw new AgentError(exitCodes.internal, `${disk.node}: too small for a part of ${percent} %`);
    return [...(isLast ? [] : [`size=${size}MiB`]), ...(type === undefined ? [] : [`type=${type}`])].join(', ') || ',';
  });
  const input = [`label: ${action.table === 'mbr' ? 'dos' : 'gpt'}`, ...lines, ''].join('\n');
  // Old signatures are data of somebody: they go only where that was asked for. sfdisk refuses a disk that is in use.
  const wipe = action.overwrite ? 'always' : 'never';
  runTool([sfdisk, '--wipe', wipe, '--wipe-partitions', wipe, disk.node], disk.node, host, { input });
}

/** wipefs(8) takes both copies of a GUID table, and tells the kernel. */
function removeTable(disk: BlockDevice, host: Host): void {
  const wipefs = requireTool('wipefs', 'util-linux', host);
  const nodes = listPartitions(disk, host).filter((part) => hasNode(part, host));
  for (const { node } of [...nodes, disk]) runTool([wipefs, '--all', '--quiet', node], node, host);
}

function verify(action: PartitionTableAction, disk: BlockDevice, host: Host): Applied {
  const wanted = action.parts.length;
  const isThere = (): true | undefined => {
    const found = listPartitions(disk, host);
    return found.length === wanted && found.every((part) => hasNode(part, host)) ? true : undefined;
  };
  if (findAfterSettling(isThere, host) === undefined) tellKernel(disk, host);
  if (findAfterSettling(isThere, host) === undefined)
    throw new AgentError(
      exitCodes.internal,
      `${disk.node}: written, but the kernel does not show ${wanted} partitions`,
    );
  return { message: wanted === 0 ? 'removed' : describeParts(action) };
}

/** sfdisk asks for the whole table to be read anew, which the kernel may refuse or not be built for; partx(8) names each partition. */
function tellKernel(disk: BlockDevice, host: Host): void {
  const partx = host.which('partx');
  if (partx !== undefined) host.run([partx, '--update', disk.node], { timeoutMs: 30_000 });
}

function describeParts({ table, parts }: PartitionTableAction): string {
  return `${table}, ${parts.length} ${parts.length === 1 ? 'partition' : 'partitions'}`;
}
