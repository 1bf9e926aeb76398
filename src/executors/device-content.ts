// What is on a device, by blkid(8)'s low-level probing: it reads the device, not a cache. What cannot be told counts as something.

import { AgentError, exitCodes } from '../core/error.ts';
import { describeFailure } from '../host/commands.ts';
import type { Host } from '../host/host.ts';
import type { BlockDevice } from './block-device.ts';

export type DeviceContent = {
  /** Of a file system, a swap area, a member of a volume group: blkid's TYPE. */
  readonly type?: string;
  readonly label?: string;
  /** Kind of partition table: `dos`, `gpt`. */
  readonly table?: string;
  /** Several signatures: nobody can say which counts. */
  readonly isAmbiguous?: true;
};

/** Undefined: the device holds nothing that blkid knows. Throws AgentError when it cannot be asked. */
export function probeContent(device: BlockDevice, host: Host): DeviceContent | undefined {
  const blkid = requireTool('blkid', 'util-linux', host);
  const result = host.run([blkid, '-p', '-o', 'export', device.node], { timeoutMs: 30_000 });
  if (result.status === 8) return { isAmbiguous: true };
  if (result.status === 2 && result.stderr.trim() === '') return undefined;
  if (result.status !== 0)
    throw new AgentError(
      exitCodes.internal,
      `${device.node}: what is on it cannot be told: ${describeFailure('blkid', result)}`,
    );
  const read = (name: string): string | undefined =>
    new RegExp(`^${name}=(.*)$`, 'm').exec(result.stdout)?.[1]?.replace(/\\(.)/g, '$1');
  const [type, label, table] = [read('TYPE'), read('LABEL'), read('PTTYPE')];
  // Of an empty partition blkid tells only where it lies.
  if (type === undefined && table === undefined)
    return /^USAGE=/m.test(result.stdout) ? { isAmbiguous: true } : undefined;
  return {
    ...(type === undefined ? {} : { type }),
    ...(label === undefined ? {} : { label }),
    ...(table === undefined ? {} : { table }),
  };
}

/** `a file system (ext4, labelled "data")`, `a partition table (gpt)`. */
export function describeContent({ type, label, table, isAmbiguous }: DeviceContent): string {
  if (isAmbiguous === true) return 'several signatures';
  const named = label === undefined ? '' : `, labelled ${JSON.stringify(label)}`;
  if (type === undefined) return `a partition table (${table === 'dos' ? 'mbr' : table})`;
  if (type === 'swap') return `a swap area${named}`;
  const isPart = /_member$|^crypto_LUKS$/.test(type);
  return `${isPart ? 'a part of something else' : 'a file system'} (${type}${named})`;
}

/** Absolute path of a tool; its absence names the package that brings it. */
export function requireTool(name: string, packageName: string, host: Host): string {
  const path = host.which(name);
  if (path !== undefined) return path;
  throw new AgentError(exitCodes.internal, `${name}: command not found`, { hint: `install ${packageName}` });
}

/** Runs a tool to its end; a failure names the device. */
export function runTool(
  argv: readonly string[],
  subject: string,
  host: Host,
  options: { readonly input?: string; readonly timeoutMs?: number } = {},
): string {
  const result = host.run(argv, { timeoutMs: 60_000, ...options });
  if (result.status === 0) return result.stdout;
  const name = (argv[0] ?? '').split('/').at(-1) ?? '';
  throw new AgentError(exitCodes.internal, `${subject}: ${describeFailure(name, result)}`);
}
