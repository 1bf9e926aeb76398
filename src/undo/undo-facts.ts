// The guest as undo has to see it.

import { dirname } from 'node:path/posix';
import { findUser, readGroups } from '../executors/account-files.ts';
import type { Host } from '../host/host.ts';
import { type Change, lookAt, type PathState } from '../state/changes.ts';

export type UndoFacts = {
  /** What is at each noted path. */
  readonly paths: ReadonlyMap<string, PathState>;
  /** Content of files that lines were put into, one character a byte. */
  readonly texts: ReadonlyMap<string, string>;
  /** Names in the folders that we made. */
  readonly folders: ReadonlyMap<string, readonly string[]>;
  /** Paths that lead through a symbolic link that is not root's. */
  readonly trapped: ReadonlySet<string>;
  /** Units and OpenRC services, of those that we enabled, that still are. */
  readonly enabled: ReadonlySet<string>;
  readonly swapFiles: ReadonlySet<string>;
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  readonly hostname: string | undefined;
  /** Folders that something is mounted on. */
  readonly mountPoints: ReadonlySet<string>;
};

/** Looks at all that these changes are about; runs `systemctl is-enabled` for each unit that was enabled, nothing else. */
export function gatherUndoFacts(changes: readonly Change[], host: Host): UndoFacts {
  const noted = changes.filter((change) => change.event === 'path');
  const effects = changes.flatMap((change) => (change.event === 'effect' ? [change.effect] : []));
  const paths = new Map(noted.map(({ path }) => [path, lookAt(path, host)]));
  const withLines = new Set(noted.filter(({ lines }) => lines !== undefined).map(({ path }) => path));
  const readable = [...withLines].filter((path) => paths.get(path)?.kind === 'file');
  const folders = [...paths].filter(([, state]) => state.kind === 'directory').map(([path]) => path);
  return {
    paths,
    texts: new Map(readable.map((path) => [path, readLatin1(path, host)])),
    folders: new Map(folders.map((path) => [path, host.list(path)])),
    trapped: new Set([...paths.keys()].filter((path) => isTrapped(path, host))),
    enabled: new Set(
      effects.flatMap((effect) => {
        if (effect.kind === 'enabled') return isEnabled(effect.unit, host) ? [effect.unit] : [];
        if (effect.kind !== 'openrc') return [];
        return host.stat(`/etc/runlevels/default/${effect.name}`) === undefined ? [] : [effect.name];
      }),
    ),
    swapFiles: new Set(
      effects.flatMap((effect) => (effect.kind === 'swapFile' && host.stat(effect.path) ? [effect.path] : [])),
    ),
    users: new Set(
      effects.flatMap((effect) => (effect.kind === 'user' && findUser(host, effect.name) ? [effect.name] : [])),
    ),
    groups: new Set(readGroups(host).map(({ name }) => name)),
    mountPoints: new Set(host.live ? listMountPoints(host) : []),
    hostname: host.live ? host.readText('/proc/sys/kernel/hostname')?.trim() : undefined,
  };
}

/** proc(5): the second field, with spaces and the like in octal. */
function listMountPoints(host: Host): string[] {
  const lines = (host.readText('/proc/self/mounts') ?? '').split('\n');
  return lines.map((line) =>
    (line.split(' ')[1] ?? '').replace(/\\([0-7]{3})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    ),
  );
}

function readLatin1(path: string, host: Host): string {
  return Buffer.from(host.readFile(path) ?? new Uint8Array()).toString('latin1');
}

function isEnabled(unit: string, host: Host): boolean {
  if (host.which('systemctl') === undefined) return false;
  return host.run(['systemctl', 'is-enabled', unit], { timeoutMs: 30_000 }).stdout.startsWith('enabled');
}

/** A user could lead us elsewhere by a link in a folder of theirs. */
function isTrapped(path: string, host: Host): boolean {
  for (let at = dirname(path); at !== '/' && at !== '.'; at = dirname(at)) {
    const stat = host.stat(at);
    if (stat?.kind === 'symlink' && stat.uid !== 0) return true;
  }
  return false;
}
