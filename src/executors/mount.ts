// A line of /etc/fstab and what it says: a file system mounted by mount(8), a swap area in use by swapon(8).

import type { MountAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { describeFailure } from '../host/commands.ts';
import type { Host } from '../host/host.ts';
import { findAfterSettling } from './device-lookup.ts';
import type { Applied, Change, Executor, Inspection } from './executor.ts';
import {
  fstabPath,
  type ParsedLine,
  parseFstab,
  readFstab,
  renderLine,
  replaceLine,
  writeFstab,
} from './fstab-file.ts';
import { type DescribedSource, describeSource, resolveSpec } from './mount-source.ts';
import { findMounted, listSwaps, type MountedFileSystem } from './mounted-file-systems.ts';
import { makeParentFolders } from './parent-folders.ts';

export const mount: Executor<MountAction> = { inspect: inspectMount, apply: applyMount };

const mountTimeoutMs = 60_000;

type Comparison = {
  readonly source: DescribedSource;
  /** The file as it is, and as it shall be. */
  readonly before: string;
  readonly after: string;
  /** Somebody else's line that says where this device, or this mount point, belongs. */
  readonly foreign: ParsedLine | undefined;
  readonly isForeignSame: boolean;
  readonly isActive: boolean;
  /** Something else that is mounted there. */
  readonly covering: MountedFileSystem | undefined;
};

function inspectMount(action: MountAction, host: Host): Inspection {
  const { mountPoint } = action;
  const { source, before, after, isActive, foreign } = compare(action, host);
  if (source.spec === undefined || isDeviceElsewhere(action, foreign)) {
    // Earlier steps may bring the device, and then this is another line.
    return { state: 'unknown', changes: [{ op: '~', what: describe(action, source) }] };
  }
  const changes: Change[] = [];
  if (after !== before) {
    const op = before === '' ? '+' : '~';
    changes.push({ op, what: fstabPath, diff: diffLines(before, after) });
  }
  if (isSwap(action)) {
    if (!isActive && host.live) changes.push({ op: '+', what: `swap on ${source.spec}` });
  } else {
    if (host.stat(mountPoint) === undefined) changes.push({ op: '+', what: `${mountPoint}/` });
    if (!isActive && isMountedNow(action, host)) changes.push({ op: '+', what: describe(action, source) });
  }
  return changes.length === 0 ? { state: 'same' } : { state: 'differs', changes };
}

function applyMount(action: MountAction, host: Host): Applied {
  const present = (): Comparison | undefined => {
    const found = compare(action, host);
    return found.source.isThere === false ? undefined : found;
  };
  const comparison = findAfterSettling(present, host) ?? compare(action, host);
  const { source, before, after, foreign, covering, isActive } = comparison;
  const { mountPoint } = action;
  const { spec } = source;
  if (spec === undefined) return { idle: true, message: `this guest has no device ${source.written}` };
  if (isDeviceElsewhere(action, foreign)) {
    return { idle: true, message: `${spec} is in ${fstabPath} already, for ${foreign?.mountPoint ?? ''}` };
  }
  if (foreign !== undefined && !comparison.isForeignSame)
    return refuse(`${mountPoint} belongs to ${foreign.spec} in ${fstabPath}`);
  if (covering !== undefined) return refuse(`${mountPoint}: ${covering.source} is mounted there`);
  const options = action.options.split(',');
  const isWaitedFor = !options.includes('nofail') && !options.includes('noauto');
  if (isWaitedFor && source.isThere === false) {
    throw new AgentError(
      exitCodes.internal,
      `${spec} is not there, and a boot would wait for it: nothing was written`,
      {
        hint: `attach it, or add nofail to its options: then the line is written all the same`,
      },
    );
  }
  if (!isSwap(action)) makeMountPoint(mountPoint, host);
  if (after !== before) {
    writeFstab(after, host);
    reloadSystemd(host);
  }
  // The file is not ours: the mark tells which of its lines are.
  if (source.isThere === false) return { message: `${spec} is not there yet; ${fstabPath} waits for it` };
  if (isActive || !isMountedNow(action, host)) return {};
  try {
    activate(action, spec, host);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    if (!isWaitedFor || after === before) return { failed: error.message };
    // The next boot would fail on it as we have, and end before anybody can log in.
    writeFstab(before, host);
    reloadSystemd(host);
    return { failed: `${error.message}; its line was taken out of ${fstabPath} again` };
  }
  return {};
}

function compare(action: MountAction, host: Host): Comparison {
  const source = describeSource(action.source, host);
  const before = readFstab(host);
  const lines = parseFstab(before);
  const spec = source.spec ?? source.written;
  const node = resolveSpec(spec, host);
  const isSame = (line: ParsedLine): boolean =>
    line.spec === spec || (node !== undefined && resolveSpec(line.spec, host) === node);
  const isSamePoint = (line: ParsedLine): boolean => !isSwap(action) && line.mountPoint === action.mountPoint;
  // Nobody has asked for a fallback: what any other entry says counts.
  const others = lines.filter((line) => !line.isOurs || (action.fallback === true && isSame(line)));
  const foreign = others.find(isSamePoint) ?? others.find(isSame);
  const isReplaced = (line: ParsedLine): boolean =>
    isSwap(action) ? line.type === 'swap' && isSame(line) : isSamePoint(line);
  const after = foreign === undefined ? replaceLine(before, renderLine({ ...action, spec }), isReplaced) : before;
  const isForeignSame = foreign !== undefined && isSame(foreign);
  const found = { source, before, after, foreign, isForeignSame };
  if (isSwap(action)) {
    const isActive = listSwaps(host).some((path) => path === spec || path === node);
    return { ...found, isActive, covering: undefined };
  }
  const mounted = findMounted(action.mountPoint, host);
  // What is behind a bind or a loop mount the kernel names otherwise.
  const isOther =
    node?.startsWith('/dev/') === true && mounted !== undefined && resolveSpec(mounted.source, host) !== node;
  const isActive = mounted !== undefined && !isOther;
  return { ...found, isActive, covering: isActive ? undefined : mounted };
}

/** A device that somebody has given another place: theirs counts, as in cloud-init. */
function isDeviceElsewhere(action: MountAction, foreign: ParsedLine | undefined): boolean {
  return foreign !== undefined && !isSwap(action) && foreign.mountPoint !== action.mountPoint;
}

function makeMountPoint(path: string, host: Host): void {
  const kind = host.stat(path)?.kind;
  if (kind === 'directory' || kind === 'symlink') return;
  if (kind !== undefined) throw new AgentError(exitCodes.internal, `${path}: a file is in the way`);
  makeParentFolders(path, host, { uid: 0, gid: 0 });
  host.makeDirectory(path, { mode: 0o755, uid: 0, gid: 0 });
}

/** systemd knows /etc/fstab by the units that it made of it. */
function reloadSystemd(host: Host): void {
  if (!host.live || host.stat('/run/systemd/system') === undefined) return;
  const systemctl = host.which('systemctl');
  if (systemctl !== undefined) host.run([systemctl, 'daemon-reload']);
}

function activate(action: MountAction, spec: string, host: Host): void {
  const [name, argv] = isSwap(action)
    ? (['swapon', [...listSwapOptions(action.options), spec]] as const)
    : (['mount', [action.mountPoint]] as const);
  const path = host.which(name);
  if (path === undefined) {
    const hint = `install ${name === 'mount' ? 'mount' : 'util-linux'}`;
    throw new AgentError(exitCodes.internal, `${name}: command not found`, { hint });
  }
  const result = host.run([path, ...argv], { timeoutMs: mountTimeoutMs });
  if (result.status !== 0) throw new AgentError(exitCodes.internal, describeFailure(name, result));
}

function listSwapOptions(options: string): string[] {
  const priority = /(?:^|,)pri=(-?\d+)(?:,|$)/.exec(options)?.[1];
  return [
    ...(priority === undefined ? [] : ['-p', priority]),
    ...(/(?:^|,)discard(?:,|$)/.test(options) ? ['-d'] : []),
  ];
}

function isSwap({ type }: MountAction): boolean {
  return type === 'swap';
}

function isMountedNow({ options }: MountAction, host: Host): boolean {
  return host.live && !options.split(',').includes('noauto');
}

function describe({ mountPoint, type }: MountAction, { spec, written }: DescribedSource): string {
  const what = spec ?? written;
  return type === 'swap' ? `swap on ${what}` : `${what} on ${mountPoint}`;
}

function diffLines(before: string, after: string): string[] {
  const old = new Set(before.split('\n'));
  const now = new Set(after.split('\n'));
  return [
    ...[...old].filter((line) => !now.has(line)).map((line) => `-${line}`),
    ...[...now].filter((line) => !old.has(line)).map((line) => `+${line}`),
  ];
}

function refuse(message: string): never {
  throw new AgentError(exitCodes.internal, message, {
    hint: 'choose another mount point, or take the other entry away',
  });
}
