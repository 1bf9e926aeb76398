// Proof that sandboxes leave nothing behind on this machine: no mount, loop device, process, namespace or temporary folder.
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runTool } from './command.ts';

/** Every temporary folder of a sandbox is named so, with the id of the process that made it. */
export const sandboxPrefix = 'guest-init-sandbox-';

/** By name, `pid:[4026532180]`, with a descriptor that keeps the kernel from giving the same number to somebody else's. */
const namespaces = new Map<string, number>();
const folders = new Set<string>();

/** Remembers what a sandbox is made of, to look for it at the end. `first` is the first process of its process namespace. */
export function rememberSandbox({ folder, first }: { folder: string; first: number }): void {
  folders.add(folder);
  const path = `/proc/${first}/ns/pid`;
  namespaces.set(readlinkSync(path), openSync(path, 'r'));
}

/** Throws a list of what sandboxes of this process have left; waits up to 3 s for the kernel to finish tearing them down. */
export async function assertNothingLeft(): Promise<void> {
  let left = findLeftovers();
  for (let tries = 0; left.length > 0 && tries < 30; tries += 1) {
    await sleep(100);
    left = findLeftovers();
  }
  for (const descriptor of namespaces.values()) closeSync(descriptor);
  namespaces.clear();
  if (left.length > 0) throw new Error(`left behind:\n${left.join('\n')}`);
}

function findLeftovers(): string[] {
  const own = join(tmpdir(), `${sandboxPrefix}${process.pid}-`);
  const left: string[] = [];
  for (const folder of folders) if (existsSync(folder)) left.push(`folder ${folder}`);
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    if (line.includes(own)) left.push(`mount ${line}`);
  }
  for (const line of listLoopDevices()) if (line.includes(own)) left.push(`loop device ${line}`);
  for (const { pid, namespace } of listProcessNamespaces()) {
    if (namespaces.has(namespace)) left.push(`process ${pid} in ${namespace}`);
  }
  return left;
}

/** Lines `/dev/loopN backing-file` of the loop devices in use. */
export function listLoopDevices(): string[] {
  const listing = runTool(['losetup', '--list', '--noheadings', '--output', 'NAME,BACK-FILE']);
  return listing.split('\n').filter((line) => line.trim() !== '');
}

function listProcessNamespaces(): { pid: string; namespace: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [{ pid, namespace: readlinkSync(`/proc/${pid}/ns/pid`) }];
      } catch {
        return [];
      }
    });
}

/** Removes folders of test processes that were killed before they could do it themselves. */
export function sweepAbandonedFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^guest-init-sandbox-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}
