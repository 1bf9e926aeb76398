// Makes a drive's folder from a recipe, for as long as it is looked at.

import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DriveNode } from './entry.ts';

/** Calls `use` with a folder that holds `tree`, and `metaData` where the tree says nothing of meta_data.json; removes it afterwards. */
export async function withDriveFolder<Result>(
  tree: Record<string, DriveNode>,
  metaData: string,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = fs.mkdtempSync(join(tmpdir(), 'guest-init-corpus-'));
  try {
    const hasTree = Object.keys(tree).some((path) => /^(?:openstack|ec2)/.test(path));
    const whole = hasTree && !('openstack' in tree) ? { 'openstack/latest/meta_data.json': metaData, ...tree } : tree;
    for (const [path, node] of Object.entries(whole))
      await place(Buffer.from(join(folder, path), 'latin1'), node, folder);
    return await use(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function place(path: Buffer, node: DriveNode, folder: string): Promise<void> {
  fs.mkdirSync(path.subarray(0, path.lastIndexOf('/')), { recursive: true });
  if (typeof node === 'string' || node instanceof Uint8Array) fs.writeFileSync(path, node);
  else if ('link' in node) fs.symlinkSync(node.link, path);
  else if ('hardLink' in node) fs.linkSync(join(folder, node.hardLink), path);
  else if ('sparse' in node) {
    fs.writeFileSync(path, '');
    fs.truncateSync(path, node.sparse);
  } else if ('mode' in node) {
    fs.writeFileSync(path, node.content);
    fs.chmodSync(path, node.mode);
  } else if ('names' in node) {
    fs.mkdirSync(path, { recursive: true });
    for (let at = 0; at < node.names; at++) fs.writeFileSync(join(path.toString('latin1'), `f${at}`), '');
  } else await placeSpecial(path, node.special);
}

async function placeSpecial(path: Buffer, kind: 'fifo' | 'socket' | 'folder'): Promise<void> {
  if (kind === 'folder') fs.mkdirSync(path);
  else if (kind === 'fifo') {
    const { status, stderr } = spawnSync('mkfifo', [path.toString('latin1')], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`mkfifo: ${stderr}`);
  } else {
    // The name stays when the server is closed by the exit of its process, not by itself: the link is made before.
    const server = createServer();
    const name = path.toString('latin1');
    await new Promise<void>((resolve) => server.listen(`${name}.s`, resolve));
    fs.linkSync(`${name}.s`, name);
    await new Promise((resolve) => server.close(resolve));
  }
}
