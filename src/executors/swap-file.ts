// A swap file without holes, which the kernel refuses: made beside its place and moved there when it is complete.

import type { SwapFileAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { formatMib, suggestSwapBytes } from '../core/swap-size.ts';
import type { Host } from '../host/host.ts';
import { requireTool, runTool } from './device-content.ts';
import type { Applied, ApplyContext, Executor } from './executor.ts';
import { findFileSystemOf, listSwaps } from './mounted-file-systems.ts';
import { makeParentFolders } from './parent-folders.ts';

const mib = 1024 * 1024;
/** Kernels cannot swap to files there, or should not. */
const unfit = /^(?:tmpfs|ramfs|overlay|zfs|squashfs|nfs4?|cifs|9p|ceph|fuse.*)$/;
/** fallocate(1) makes files there that have no holes for the kernel (xfs since Linux 4.18). */
const canAllocate = new Set(['ext4', 'xfs', 'btrfs']);

export const swapFile: Executor<SwapFileAction> = {
  inspect(action, host) {
    const { path, bytes } = action;
    if (listSwaps(host).includes(path)) return { state: 'same' };
    const size = bytes === 'auto' ? 'sized by memory' : formatMib(bytes);
    const stat = host.stat(path);
    if (stat === undefined) return { state: 'differs', changes: [{ op: '+', what: `${path}  ${size}` }] };
    return { state: 'unknown', changes: [{ op: '~', what: `${path}  is there already` }] };
  },

  apply(action, host, context) {
    const { path } = action;
    const stat = host.stat(path);
    if (stat !== undefined) {
      const isSwap = stat.kind === 'file' && isSwapArea(path, host);
      if (isSwap) return { idle: true, message: `${path} is there already` };
      throw new AgentError(exitCodes.internal, `${path} is there and no swap file: left as it is`, {
        hint: 'name another file, or take this one away',
      });
    }
    const mkswap = requireTool('mkswap', 'util-linux', host);
    makeParentFolders(path, host, { uid: 0, gid: 0 });
    const folder = path.slice(0, path.lastIndexOf('/')) || '/';
    const type = findFileSystemOf(folder, host)?.type ?? '';
    if (unfit.test(type)) throw new AgentError(exitCodes.internal, `${path}: no swap files on ${type}`);
    const bytes = chooseBytes(action, readFreeBytes(folder, host), host);
    if (bytes === 0) return { idle: true, message: 'neither memory nor disk leave room for one' };
    const unfinished = `${path}.guest-init-new`;
    try {
      // Also what a run that was cut off has left.
      host.remove(unfinished);
      host.writeFile(unfinished, '', { mode: 0o600, uid: 0, gid: 0 });
      fill(unfinished, bytes, type, host, context);
      runTool([mkswap, unfinished], path, host);
      host.rename(unfinished, path);
    } catch (error) {
      host.remove(unfinished);
      throw error;
    }
    return { message: formatMib(bytes), made: [{ path }] } satisfies Applied;
  },
};

/** Zeroes that are really written, or extents that are really there. */
function fill(path: string, bytes: number, type: string, host: Host, context: ApplyContext): void {
  // Copy on write would give the kernel other blocks than it knows; only an empty file can be told.
  if (type === 'btrfs') runTool([requireTool('chattr', 'e2fsprogs', host), '+C', path], path, host);
  const fallocate = canAllocate.has(type) ? host.which('fallocate') : undefined;
  if (fallocate !== undefined && host.run([fallocate, '-l', String(bytes), path]).status === 0) return;
  const dd = requireTool('dd', 'coreutils', host);
  const argv = [dd, 'if=/dev/zero', `of=${path}`, `bs=${mib}`, `count=${bytes / mib}`];
  runTool(argv, path, host, { timeoutMs: context.commandTimeoutMs });
}

function chooseBytes(action: SwapFileAction, free: number, host: Host): number {
  const { path, maxBytes } = action;
  if (action.bytes === 'auto') {
    const memory = /^MemTotal:\s+(\d+) kB$/m.exec(host.readText('/proc/meminfo') ?? '')?.[1];
    if (memory === undefined) throw new AgentError(exitCodes.internal, `${path}: the size of the memory is not known`);
    return suggestSwapBytes({ memory: Number(memory) * 1024, free, ...(maxBytes === undefined ? {} : { maxBytes }) });
  }
  const bytes = Math.floor(Math.min(action.bytes, maxBytes ?? action.bytes) / mib) * mib;
  if (bytes > free)
    throw new AgentError(
      exitCodes.internal,
      `${path}: ${formatMib(bytes)} asked for, ${formatMib(free)} free on its file system`,
    );
  return bytes;
}

function readFreeBytes(folder: string, host: Host): number {
  const stat = requireTool('stat', 'coreutils', host);
  const [size = 0, blocks = 0] = runTool([stat, '-f', '-c', '%S %a', folder], folder, host)
    .trim()
    .split(' ')
    .map(Number);
  return size * blocks;
}

function isSwapArea(path: string, host: Host): boolean {
  const blkid = requireTool('blkid', 'util-linux', host);
  const { status, stdout } = host.run([blkid, '-p', '-o', 'value', '-s', 'TYPE', path]);
  return status === 0 && stdout.trim() === 'swap';
}
