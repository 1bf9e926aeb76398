// The host port in memory, for tests: a file tree, facts as given, commands answered by a function and remembered.

import { AgentError, exitCodes } from '../core/error.ts';
import type { Facts } from '../core/facts.ts';
import type { FileKind, Host, RunOptions, RunResult } from './host.ts';
import { noNetworkServices } from './network-services.ts';

export type MemoryNode = {
  kind: FileKind;
  content: Uint8Array;
  /** Target of a symbolic link. */
  target?: string;
  mode: number;
  uid: number;
  gid: number;
};

export type MemoryFile =
  | string
  | { content?: string | Uint8Array; target?: string; mode?: number; uid?: number; gid?: number; kind?: FileKind };

export type MemoryCommand = { readonly argv: readonly string[]; readonly input?: string };

/** Facts of a bare Debian guest with one link; tests override what they care for. */
export const plainFacts: Facts = {
  os: { id: 'debian', idLike: [], versionId: '12', codename: 'bookworm', prettyName: 'Debian GNU/Linux 12 (bookworm)' },
  bootId: '6f1f1c3e-0000-4000-8000-000000000001',
  hostname: 'localhost',
  links: [{ name: 'eth0', mac: 'fa:16:3e:00:00:05', physical: true, ethernet: true, up: false, addresses: [] }],
  routes: [],
  commands: { ifconfig: '/usr/sbin/ifconfig', route: '/usr/sbin/route', ip: '/usr/sbin/ip' },
  users: [{ name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' }],
  groups: [{ name: 'root', gid: 0, members: [] }],
  systemd: false,
  daemons: [],
  packageManager: 'apt',
  architecture: 'amd64',
  aptSources: [],
  sshdDropIns: true,
  findsOwnName: true,
  hasHostsFile: true,
  sshd: 'absent',
  dmi: {},
  networkServices: noNetworkServices,
  resolver: 'file',
  interfaces: [],
  timeClients: [],
};

/** `run` answers commands (status 0 and no output unless it says otherwise). Parents of given files exist; `/` always does. */
export function createMemoryHost(
  given: {
    files?: Readonly<Record<string, MemoryFile>>;
    facts?: Partial<Facts> | (() => Partial<Facts>);
    run?: (argv: readonly string[], options: RunOptions) => Partial<RunResult> | undefined;
    flushToDisk?: () => void;
    exec?: Host['exec'];
    which?: (name: string) => string | undefined;
    fetch?: Host['fetch'];
    live?: boolean;
  } = {},
): { host: Host; files: Map<string, MemoryNode>; commands: MemoryCommand[] } {
  const files = new Map<string, MemoryNode>();
  const commands: MemoryCommand[] = [];
  let clock = 0;

  const addParents = (path: string): void => {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const parent = path.slice(0, at);
      if (!files.has(parent))
        files.set(parent, { kind: 'directory', content: new Uint8Array(), mode: 0o755, uid: 0, gid: 0 });
    }
  };
  files.set('/', { kind: 'directory', content: new Uint8Array(), mode: 0o755, uid: 0, gid: 0 });
  for (const [path, file] of Object.entries(given.files ?? {})) {
    const node = typeof file === 'string' ? { content: file } : file;
    addParents(path);
    files.set(path, {
      kind: node.kind ?? (node.target === undefined ? 'file' : 'symlink'),
      content:
        typeof node.content === 'string' ? new TextEncoder().encode(node.content) : (node.content ?? new Uint8Array()),
      ...(node.target === undefined ? {} : { target: node.target }),
      mode: node.mode ?? (node.kind === 'directory' ? 0o755 : 0o644),
      uid: node.uid ?? 0,
      gid: node.gid ?? 0,
    });
  }

  const follow = (path: string, depth = 0): MemoryNode | undefined => {
    const node = files.get(path);
    if (node?.kind !== 'symlink' || depth > 10) return node;
    const target = node.target ?? '';
    return follow(target.startsWith('/') ? target : `${path.slice(0, path.lastIndexOf('/'))}/${target}`, depth + 1);
  };
  const parentOf = (path: string): MemoryNode | undefined => follow(path.slice(0, path.lastIndexOf('/')) || '/');
  const refuse = (path: string, reason: string): never => {
    throw new AgentError(exitCodes.internal, `${path}: ${reason}`);
  };
  const mustHaveParent = (path: string): void => {
    if (parentOf(path)?.kind !== 'directory') refuse(path, 'its folder does not exist (ENOENT)');
  };

  const host: Host = {
    live: given.live ?? true,
    resolve: (path) => path,
    readFile: (path) => {
      const node = follow(path);
      if (node !== undefined && node.kind !== 'file') refuse(path, 'cannot be read (EISDIR)');
      return node?.content;
    },
    readUntrusted: (path) => host.readText(path),
    readText: (path) => {
      const content = host.readFile(path);
      return content === undefined ? undefined : new TextDecoder().decode(content);
    },
    stat: (path) => {
      const node = files.get(path);
      return node === undefined
        ? undefined
        : { kind: node.kind, mode: node.mode, uid: node.uid, gid: node.gid, size: node.content.length };
    },
    list: (path) => {
      const prefix = path === '/' ? '/' : `${path}/`;
      return [...files.keys()]
        .filter((name) => name !== '/' && name.startsWith(prefix) && !name.slice(prefix.length).includes('/'))
        .map((name) => name.slice(prefix.length))
        .sort();
    },
    readLink: (path) => files.get(path)?.target,
    writeFile: (path, content, attributes) => {
      mustHaveParent(path);
      if (files.get(path)?.kind === 'directory') refuse(path, 'a folder is in the way (EISDIR)');
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      files.set(path, { kind: 'file', content: bytes, ...attributes });
    },
    makeDirectory: (path, attributes) => {
      mustHaveParent(path);
      const existing = follow(path);
      if (existing?.kind === 'directory') return;
      if (existing !== undefined) refuse(path, 'something else is in the way (EEXIST)');
      files.set(path, { kind: 'directory', content: new Uint8Array(), ...attributes });
    },
    makeSymlink: (path, target) => {
      mustHaveParent(path);
      files.set(path, { kind: 'symlink', content: new Uint8Array(), target, mode: 0o777, uid: 0, gid: 0 });
    },
    rename: (path, to) => {
      for (const [name, node] of [...files]) {
        if (name !== path && !name.startsWith(`${path}/`)) continue;
        files.delete(name);
        files.set(to + name.slice(path.length), node);
      }
    },
    writeKernelVariable: (path, value) => {
      addParents(path);
      files.set(path, { kind: 'file', content: new TextEncoder().encode(value), mode: 0o644, uid: 0, gid: 0 });
    },
    flushToDisk: () => given.flushToDisk?.(),
    writeDevice: (path, content) => {
      const node = files.get(path);
      if (node?.kind !== 'other') refuse(path, 'not the kind of device that is asked for (ENODEV)');
      else node.content = content;
    },
    remove: (path) => {
      files.delete(path);
    },
    removeTree: async (path) => {
      for (const name of [...files.keys()]) if (name === path || name.startsWith(`${path}/`)) files.delete(name);
    },
    run: (argv, options = {}) => {
      commands.push(options.input === undefined ? { argv } : { argv, input: options.input });
      return { status: 0, stdout: '', stderr: '', timedOut: false, ...given.run?.(argv, options) };
    },
    runInTurn: (argvs) => {
      let result: RunResult = { status: 0, stdout: '', stderr: '', timedOut: false };
      for (const [completed, argv] of argvs.entries()) {
        result = host.run(argv);
        if (result.status !== 0) return { ...result, completed };
      }
      return { ...result, completed: argvs.length };
    },
    exec: given.exec ?? (async () => ({ exitCode: 0, signal: undefined, timedOut: false, tail: [] })),
    fetch:
      given.fetch ??
      (async () => {
        throw new AgentError(exitCodes.internal, 'nobody answers');
      }),
    which: given.which ?? ((name) => `/usr/sbin/${name}`),
    facts: () => ({ ...plainFacts, ...(typeof given.facts === 'function' ? given.facts() : given.facts) }),
    bootId: () => host.facts().bootId,
    dmi: () => host.facts().dmi,
    now: () => 1_795_230_459 + clock / 1000,
    monotonic: () => {
      clock += 1;
      return clock;
    },
  };
  return { host, files, commands };
}
