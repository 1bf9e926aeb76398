// What a guest has written, as a map from path to a line that says everything about it: two maps compare, and a difference reads well.
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';

/** Path (absolute in the guest) to type, mode, owner and content digest. */
export type TreeDigest = ReadonlyMap<string, string>;

/**
 * Digest of an overlay's upper layer. Entries equal to the same path of a lower layer are left out: copying a file up is not a change.
 * `exclude` gets guest paths.
 */
export function digestUpperLayer(options: {
  upper: string;
  lowers: readonly string[];
  exclude?: readonly RegExp[];
}): TreeDigest {
  const found = new Map<string, string>();
  const visit = (path: string): void => {
    for (const name of readdirSync(join(options.upper, path)).sort()) {
      const child = `${path === '/' ? '' : path}/${name}`;
      if (options.exclude?.some((pattern) => pattern.test(child))) continue;
      const stat = lstatSync(join(options.upper, child));
      const line = describe(join(options.upper, child), stat);
      if (line !== describeLower(options.lowers, child)) found.set(child, line);
      if (stat.isDirectory()) visit(child);
    }
  };
  visit('/');
  return found;
}

/** Digest of a folder of this machine; paths are relative to it. Unreadable entries are part of the digest too. */
export function digestFolder(folder: string, exclude: readonly RegExp[] = []): TreeDigest {
  const found = new Map<string, string>();
  const visit = (path: string): void => {
    for (const name of readdirSync(join(folder, path)).sort()) {
      const child = join(path, name);
      if (exclude.some((pattern) => pattern.test(child))) continue;
      const stat = lstatSync(join(folder, child));
      found.set(child, describe(join(folder, child), stat));
      if (stat.isDirectory()) visit(child);
    }
  };
  visit('');
  return found;
}

/** Lines `+ path …`, `- path …`, `~ path before => after`; empty when the digests are equal. */
export function compareDigests(before: TreeDigest, after: TreeDigest): string[] {
  const lines: string[] = [];
  for (const [path, line] of before) {
    const now = after.get(path);
    if (now === undefined) lines.push(`- ${path} ${line}`);
    else if (now !== line) lines.push(`~ ${path} ${line} => ${now}`);
  }
  for (const [path, line] of after) if (!before.has(path)) lines.push(`+ ${path} ${line}`);
  return lines.sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1));
}

function describeLower(lowers: readonly string[], path: string): string | undefined {
  for (const lower of lowers) {
    const stat = lstatSync(join(lower, path), { throwIfNoEntry: false });
    if (stat !== undefined) return describe(join(lower, path), stat);
  }
  return undefined;
}

function describe(path: string, stat: Stats): string {
  const owner = `${stat.uid}:${stat.gid}`;
  const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0');
  if (stat.isSymbolicLink()) return `link ${owner} -> ${readlinkSync(path)}`;
  if (stat.isDirectory()) return `folder ${mode} ${owner}`;
  if (stat.isFile()) {
    const digest = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
    return `file ${mode} ${owner} ${stat.size} ${digest}`;
  }
  if (stat.isCharacterDevice() && stat.rdev === 0) return 'removed';
  return `other ${stat.mode.toString(8)} ${owner} ${stat.rdev}`;
}
