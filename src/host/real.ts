// The host port on a real file system: this machine's, or an unpacked root below a folder (--root).

import * as fs from 'node:fs';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Dmi } from '../core/facts.ts';
import { makeDirectoryAtomically, writeFileAtomically, writeSymlinkAtomically } from './atomic-write.ts';
import { findCommand, runCommand, runCommandsInTurn } from './commands.ts';
import { createCommandRunner } from './exec.ts';
import { gatherFacts, readBootId, readDmi } from './gather-facts.ts';
import type { ExecOptions, ExecResult, FileStat, Host, RunOptions, RunResult } from './host.ts';
import { resolveBelowRoot } from './rooted-path.ts';
import { readTrustedFile } from './trusted-file.ts';
import { readUntrustedFile } from './untrusted-file.ts';

/** Makes the port. `root` is an absolute folder that plays `/`; commands then run in a chroot of it and nothing live is spoken to. */
export function createRealHost(options: { root?: string } = {}): Host {
  const root = options.root === undefined || options.root === '/' ? '' : options.root.replace(/\/+$/, '');
  const live = root === '';
  const at = (path: string): string => (live ? path : resolveBelowRoot(root, path));
  const startedAt = process.hrtime.bigint();
  const runUserCommand = createCommandRunner();

  function which(name: string): string | undefined {
    return findCommand(name, root);
  }

  function commandLine(argv: readonly string[]): readonly string[] {
    const [name = '', ...args] = argv;
    const path = name.startsWith('/') ? name : which(name);
    if (path === undefined) throw new AgentError(exitCodes.internal, `${name}: command not found`);
    return belowRoot([path, ...args]);
  }

  function belowRoot(argv: readonly string[]): readonly string[] {
    return live ? argv : [findCommand('chroot', '') ?? '/usr/sbin/chroot', root, ...argv];
  }

  function readFile(path: string): Uint8Array | undefined {
    return orUndefined(path, () => (live ? readTrustedFile(path) : fs.readFileSync(follow(path))));
  }

  // A rooted read must not follow a final link out of the root, as the kernel would.
  function follow(path: string): string {
    return live ? path : resolveBelowRoot(root, path, { followLast: true });
  }

  function readText(path: string): string | undefined {
    return ifThere(path, (target) => fs.readFileSync(target, 'utf8'));
  }

  function list(path: string): readonly string[] {
    return ifThere(path, (target) => fs.readdirSync(target).sort()) ?? [];
  }

  // Much of what is asked for is on other distributions only, and an error with its stack takes ten times as long as the question.
  function ifThere<T>(path: string, read: (target: string) => T): T | undefined {
    return orUndefined(path, () => {
      const target = follow(path);
      return fs.statSync(target, { throwIfNoEntry: false }) === undefined ? undefined : read(target);
    });
  }

  function readLink(path: string): string | undefined {
    return orUndefined(path, () => {
      const stat = fs.lstatSync(at(path), { throwIfNoEntry: false });
      // readlink(2) says EINVAL of what is there and no link.
      return stat?.isSymbolicLink() ? fs.readlinkSync(at(path)) : undefined;
    });
  }

  let dmi: Dmi | undefined;
  return {
    live,
    resolve: at,
    readFile,
    readText,
    readUntrusted: (path) => orUndefined(path, () => readUntrustedFile(at(path))),
    which,
    stat: (path) =>
      orUndefined(path, () => {
        const stat = fs.lstatSync(at(path), { throwIfNoEntry: false });
        return stat === undefined ? undefined : toFileStat(stat);
      }),
    list,
    readLink,
    writeFile: (path, content, attributes) =>
      orAgentError(path, () => writeFileAtomically(at(path), content, attributes)),
    makeDirectory: (path, attributes) =>
      orAgentError(path, () => {
        const existing = fs.statSync(follow(path), { throwIfNoEntry: false });
        if (existing === undefined) makeDirectoryAtomically(at(path), attributes);
        else if (!existing.isDirectory()) throw Object.assign(new Error('in the way'), { code: 'EEXIST' });
      }),
    makeSymlink: (path, target) => orAgentError(path, () => writeSymlinkAtomically(at(path), target)),
    rename: (path, to) => orAgentError(path, () => fs.renameSync(at(path), at(to))),
    writeKernelVariable: (path, value) => orAgentError(path, () => fs.writeFileSync(path, value)),
    flushToDisk: () => {
      try {
        runCommand(commandLine(['sync', '-f', ...listOwnFileSystems()]), { timeoutMs: flushTimeoutMs });
      } catch {
        // Without sync(1) the kernel writes in its own time.
      }
    },
    writeDevice: (path, content) => orAgentError(path, () => writeRandomDevice(at(path), content)),
    remove: (path) => orAgentError(path, () => removeEntry(at(path))),
    removeTree: async (path) => {
      const { removeTree } = await import('./remove-tree.ts');
      orAgentError(path, () => removeTree(at(path)));
    },
    run: (argv: readonly string[], runOptions?: RunOptions): RunResult => runCommand(commandLine(argv), runOptions),
    runInTurn: (argvs, runOptions) => runCommandsInTurn(argvs.map(commandLine), runOptions),
    exec: async (argv: readonly string[], execOptions: ExecOptions): Promise<ExecResult> =>
      // A bare name is looked up in the command's own PATH, which has /usr/local before the system folders.
      runUserCommand(belowRoot(argv), { ...execOptions, log: at(execOptions.log) }),
    fetch: async (url, fetchOptions) => {
      const { fetchBytes, trustStores } = await import('./fetch.ts');
      const ca = trustStores.map((path) => readText(path)).find((text) => text !== undefined);
      return fetchBytes(url, { ...fetchOptions, ...(ca === undefined ? {} : { ca }) });
    },
    facts: () => gatherFacts({ live, readText, list, readLink, which, exists: (path) => fs.existsSync(follow(path)) }),
    bootId: () => (live ? readBootId(readText) : ''),
    dmi: () => {
      // The firmware's words do not change while the machine runs.
      dmi ??= live ? readDmi(readText) : {};
      return dmi;
    },
    now: () => Date.now() / 1000,
    monotonic: () => Number(process.hrtime.bigint() - startedAt) / 1e6,
  };
}

const flushTimeoutMs = 30_000;

/** One folder of each file system that the tools of a guest write to; a disk of data or a share need not be waited for. */
function listOwnFileSystems(): string[] {
  const devices = new Map<number, string>();
  for (const path of ['/home', '/var', '/usr', '/etc', '/']) {
    const device = fs.statSync(path, { throwIfNoEntry: false })?.dev;
    if (device !== undefined) devices.set(device, path);
  }
  return [...devices.values()];
}

/** Character devices 1:8 and 1:9, /dev/random and /dev/urandom. */
function writeRandomDevice(path: string, content: Uint8Array): void {
  const device = fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NOCTTY);
  try {
    const stat = fs.fstatSync(device);
    if (!stat.isCharacterDevice() || (stat.rdev !== 0x108 && stat.rdev !== 0x109))
      throw Object.assign(new Error('no random device'), { code: 'ENODEV' });
    fs.writeSync(device, content);
  } finally {
    fs.closeSync(device);
  }
}

function removeEntry(path: string): void {
  const stat = fs.lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) fs.rmdirSync(path);
  else if (stat !== undefined) fs.unlinkSync(path);
}

function toFileStat(stat: fs.Stats): FileStat {
  const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'directory' : stat.isSymbolicLink() ? 'symlink' : 'other';
  return { kind, mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, size: stat.size };
}

function errorCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown';
}

function orUndefined<T>(path: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new AgentError(exitCodes.internal, `${path}: cannot be read (${code})`, { cause: error });
  }
}

function orAgentError(path: string, effect: () => void): void {
  try {
    effect();
  } catch (error) {
    throw new AgentError(exitCodes.internal, `${path}: ${describeErrno(errorCode(error))}`, { cause: error });
  }
}

function describeErrno(code: string): string {
  const words: Record<string, string> = {
    ENOSPC: 'no space left on the disk (ENOSPC)',
    EDQUOT: 'disk quota used up (EDQUOT)',
    EROFS: 'the file system is read-only (EROFS)',
    EACCES: 'permission denied (EACCES)',
    EPERM: 'not permitted, perhaps an immutable file (EPERM)',
    ENOENT: 'its folder does not exist (ENOENT)',
    ENOTDIR: 'a part of the path is not a folder (ENOTDIR)',
    EISDIR: 'a folder is in the way (EISDIR)',
    EEXIST: 'something else is in the way (EEXIST)',
    ENODEV: 'not the kind of device that is asked for (ENODEV)',
    ELOOP: "a symbolic link on the way could be anybody's and is not followed (ELOOP)",
    EFBIG: 'larger than is allowed (EFBIG)',
    EIO: 'input/output error (EIO)',
  };
  return words[code] ?? `cannot be written (${code})`;
}
