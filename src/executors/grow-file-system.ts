// A mounted file system grown to the size of its device, by its own tool.

import type { GrowFileSystemAction } from '../core/action.ts';
import type { Host } from '../host/host.ts';
import { readBlockDevice } from './block-device.ts';
import { requireTool, runTool } from './device-content.ts';
import { readDeviceNumber } from './device-lookup.ts';
import type { Executor } from './executor.ts';
import { findMounted, type MountedFileSystem } from './mounted-file-systems.ts';

type Grower = { readonly tool: string; readonly package: string; argv(node: string, mountPoint: string): string[] };

const growers: Readonly<Record<string, Grower>> = {
  ext: { tool: 'resize2fs', package: 'e2fsprogs', argv: (node) => [node] },
  xfs: { tool: 'xfs_growfs', package: 'xfsprogs', argv: (_, mountPoint) => ['-d', mountPoint] },
  btrfs: {
    tool: 'btrfs',
    package: 'btrfs-progs',
    argv: (_, mountPoint) => ['filesystem', 'resize', 'max', mountPoint],
  },
};

export const growFileSystem: Executor<GrowFileSystemAction> = {
  inspect({ mountPoint }, host) {
    if (!host.live) return { state: 'same' };
    const found = findGrower(mountPoint, host);
    const what = typeof found === 'string' ? found : `${mountPoint} (${found.mounted.type}) as large as its device`;
    return { state: 'unknown', changes: [{ op: '~', what }] };
  },

  apply({ mountPoint }, host, context) {
    const found = findGrower(mountPoint, host);
    if (typeof found === 'string') return { idle: true, message: found };
    const { grower, node } = found;
    const tool = requireTool(grower.tool, grower.package, host);
    const before = readSize(mountPoint, host);
    runTool([tool, ...grower.argv(node, mountPoint)], node, host, { timeoutMs: context.commandTimeoutMs });
    const now = readSize(mountPoint, host);
    return now === before ? { idle: true } : { message: `${before} -> ${now}` };
  },
};

/** A text says why it is left. */
function findGrower(
  mountPoint: string,
  host: Host,
): { grower: Grower; mounted: MountedFileSystem; node: string } | string {
  const mounted = findMounted(mountPoint, host);
  if (mounted === undefined) return `${mountPoint}: nothing is mounted there`;
  const grower = growers[mounted.type.replace(/^ext[234]$/, 'ext')];
  if (grower === undefined) return `${mountPoint}: ${mounted.type} is not grown`;
  const numbered = readDeviceNumber(mounted.device, host);
  const device = readBlockDevice(mounted.source, host) ?? (numbered && readBlockDevice(numbered, host));
  return device ? { grower, mounted, node: device.node } : `${mountPoint}: its device ${mounted.source} is not there`;
}

/** As the file system itself counts its blocks. */
function readSize(mountPoint: string, host: Host): string {
  const stat = requireTool('stat', 'coreutils', host);
  const [size = 0, blocks = 0] = runTool([stat, '-f', '-c', '%S %b', mountPoint], mountPoint, host)
    .split(' ')
    .map(Number);
  return `${Math.floor((size * blocks) / 1024 ** 2)} MiB`;
}
