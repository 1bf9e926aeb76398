// File systems on devices, by mkfs. What is there is left as it is, unless its overwriting was asked for; what is in use is left even then.

import type { FileSystemAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { describeFailure } from '../host/commands.ts';
import type { Host } from '../host/host.ts';
import { type BlockDevice, describeUse, hasNode, listPartitions } from './block-device.ts';
import { type DeviceContent, describeContent, probeContent, requireTool, runTool } from './device-content.ts';
import { describeDevice, findAfterSettling, findDevice, settleDevices } from './device-lookup.ts';
import type { ApplyContext, Executor } from './executor.ts';
import { fillCommand, findMaker } from './make-file-system.ts';

/** `same`: there already. `kept`: holds something else. */
type Verdict =
  | { readonly verdict: 'same' }
  | { readonly verdict: 'kept'; readonly reason: string }
  | { readonly verdict: 'make'; readonly target: BlockDevice; readonly content: DeviceContent | undefined };

export const fileSystem: Executor<FileSystemAction> = {
  inspect(action, host) {
    const device = findDevice(action.device, host);
    const name = describeDevice(action.device, device);
    if (device === undefined) return { state: 'unknown', changes: [{ op: '~', what: `${name}: no such device now` }] };
    const found = judge(action, device, host);
    if (found.verdict === 'same') return { state: 'same' };
    if (found.verdict === 'kept') return { state: 'unknown', changes: [{ op: '~', what: `${name}: ${found.reason}` }] };
    const instead = found.content === undefined ? '' : ` in place of ${describeContent(found.content)}`;
    const what = `${found.target.node}  ${describeWanted(action)}${instead}`;
    return { state: 'differs', changes: [{ op: found.content === undefined ? '+' : '~', what }] };
  },

  apply(action, host, context) {
    const device = findAfterSettling(() => findDevice(action.device, host), host);
    const name = describeDevice(action.device, device);
    if (device === undefined) {
      const isGiven = action.device.sign !== undefined && action.device.partition === undefined;
      if (isGiven) return { idle: true, message: `this guest has no device ${name}` };
      throw new AgentError(exitCodes.internal, `${name}: no such block device`);
    }
    const found = judge(action, device, host);
    if (found.verdict === 'same') return { idle: true };
    if (found.verdict === 'kept') {
      const message = `${name} is left as it is: ${found.reason}`;
      // Asked for wherever there is room: there is none, as cloud-init's documents expect of a disk that comes formatted.
      if (action.choice !== 'exact') return { idle: true, message };
      throw new AgentError(exitCodes.internal, message, {
        hint: 'overwrite: true makes the file system all the same, and destroys what is there',
      });
    }
    const { target, content } = found;
    if (target.readOnly) throw new AgentError(exitCodes.internal, `${target.node}: read-only`);
    const use = describeUse(target, host);
    if (use !== undefined) throw new AgentError(exitCodes.internal, `${target.node}: in use (${use}), left as it is`);
    make(action, target, { host, context, isWiped: content !== undefined });
    return { message: `${describeWanted(action)} on ${target.node}` };
  },
};

function judge(action: FileSystemAction, device: BlockDevice, host: Host): Verdict {
  const partitions = listPartitions(device, host).filter((part) => hasNode(part, host));
  const candidates = action.choice === 'exact' || partitions.length === 0 ? [device] : partitions;
  const all = candidates.map((target) => ({ target, content: probeContent(target, host) }));
  if (all.some(({ content }) => content !== undefined && isWanted(action, content))) return { verdict: 'same' };
  // A disk with partitions is no place for a file system, whatever blkid makes of its first sectors.
  const isDivided = candidates[0] === device && partitions.length > 0;
  const replaced = all.find(({ content }) => content?.type !== undefined && content.type === action.replaces);
  const free = isDivided ? undefined : all.find(({ content }) => content === undefined);
  const chosen = replaced ?? free;
  if (chosen !== undefined) return { verdict: 'make', ...chosen };
  const [first] = all;
  if (first !== undefined && action.overwrite && all.length === 1) return { verdict: 'make', ...first };
  if (all.length > 1 || first?.content === undefined) {
    const held = isDivided ? `it has ${partitions.length} partitions` : 'each of its partitions holds something';
    const say = action.overwrite ? '; name the one to overwrite' : '';
    return {
      verdict: 'kept',
      reason: `${held}${isDivided && !action.overwrite ? ', and overwrite is not true' : say}`,
    };
  }
  return { verdict: 'kept', reason: `it holds ${describeContent(first.content)}, and overwrite is not true` };
}

/** `any` asks for the kind of file system alone; a command without a kind makes whatever it makes. */
function isWanted({ type, label, choice }: FileSystemAction, content: DeviceContent): boolean {
  if (content.isAmbiguous === true || content.type === undefined) return false;
  if (type !== undefined && content.type !== toBlkidType(type)) return false;
  return choice === 'any' || label === undefined || content.label === label;
}

function make(
  action: FileSystemAction,
  target: BlockDevice,
  { host, context, isWiped }: { host: Host; context: ApplyContext; isWiped: boolean },
): void {
  const wipefs = isWiped ? requireTool('wipefs', 'util-linux', host) : undefined;
  const argv =
    action.command === undefined
      ? findMaker(action, target, host)
      : fillCommand(action.command, { ...action, node: target.node });
  // The tool is there: what was to go goes now, so that no tool asks back.
  if (wipefs !== undefined) runTool([wipefs, '--all', '--quiet', target.node], target.node, host);
  const result = host.run(argv, { timeoutMs: context.commandTimeoutMs });
  if (result.status !== 0) {
    const name = action.command === undefined ? (argv[0] ?? '').split('/').at(-1) : 'cmd';
    throw new AgentError(exitCodes.internal, `${target.node}: ${describeFailure(name ?? '', result)}`);
  }
  settleDevices(host);
  const made = probeContent(target, host);
  const isThere = made !== undefined && (action.type === undefined || made.type === toBlkidType(action.type));
  if (!isThere)
    throw new AgentError(exitCodes.internal, `${target.node}: no ${action.type ?? ''} file system was made`);
}

/** mkfs's names for what blkid calls otherwise. */
function toBlkidType(type: string): string {
  return { fat: 'vfat', msdos: 'vfat', fat32: 'vfat' }[type] ?? type;
}

function describeWanted({ type, label, command }: FileSystemAction): string {
  const kind = type ?? (command === undefined ? 'file system' : 'by cmd');
  return label === undefined ? kind : `${kind} labelled ${JSON.stringify(label)}`;
}
