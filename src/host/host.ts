// The host port: every effect goes through these verbs. `real` does them, `rooted` does them below a folder, `memory` remembers them.

import type { Dmi, Facts } from '../core/facts.ts';

export type FileKind = 'file' | 'directory' | 'symlink' | 'other';

export type FileStat = {
  readonly kind: FileKind;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes. */
  readonly size: number;
};

/** Result of a fixed command. `status` is null when a signal or the deadline ended it. Output is capped. */
export type RunResult = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
};

export type RunOptions = {
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** What the command says beside its complaints goes nowhere: a pipe less to make and to read. */
  readonly discardsOutput?: boolean;
};

/** Result of a user command; `tail` is the end of its merged output, `log` the file that holds more of it. */
export type ExecResult = {
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly timedOut: boolean;
  readonly tail: readonly string[];
};

export type ExecOptions = {
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Absolute path of the log file, made 0600. */
  readonly log: string;
  readonly cwd: string;
  /** Folder in which programs are looked for after all others; no matter where `env` has a PATH. */
  readonly extraPath?: string;
};

/** Bounds of one request: all of it, connection and redirects included, within `timeoutMs`; a longer answer than `limitBytes` is none. */
export type FetchOptions = {
  readonly timeoutMs: number;
  readonly limitBytes: number;
  /** Default: https alone. */
  readonly protocols?: readonly ('https:' | 'http:')[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent by POST; absent: GET. */
  readonly body?: string;
};

export type FetchResult = { readonly status: number; readonly body: Uint8Array };

/** Paths are absolute guest paths. Reading what is absent gives undefined; every other failure throws AgentError naming the path. */
export type Host = {
  /** False below --root: no running kernel, network or services to speak to. */
  readonly live: boolean;
  /** Where this process finds a guest path: for the journal and the log, which keep descriptors. Links above the last part stay inside the root. */
  resolve(path: string): string;
  readFile(path: string): Uint8Array | undefined;
  readText(path: string): string | undefined;
  /** As readText, of a file in a folder that is not root's: neither it nor the folder may be a link, and 1 MiB is the most. */
  readUntrusted(path: string): string | undefined;
  /** Never follows a final symbolic link. */
  stat(path: string): FileStat | undefined;
  list(path: string): readonly string[];
  readLink(path: string): string | undefined;
  /** Old or new, never half: unpredictable name in the same folder, 0600, write, owner, mode, fsync, rename, fsync of the folder. Replaces a symbolic link rather than following it. */
  writeFile(path: string, content: Uint8Array | string, attributes: { mode: number; uid: number; gid: number }): void;
  /** Makes one folder; its parent exists. Existing: left as it is. */
  makeDirectory(path: string, attributes: { mode: number; uid: number; gid: number }): void;
  makeSymlink(path: string, target: string): void;
  /** A file, a link or an empty folder; absent is fine. */
  remove(path: string): void;
  /** A folder with all that is in it; links are removed, never followed. What another file system brings to it stays, and so do the folders above that. */
  removeTree(path: string): Promise<void>;
  /** Within one folder; replaces a file that is there. */
  rename(path: string, to: string): void;
  /** Sets a kernel variable by its file below /proc/sys, sysctl(8); only where `live`. */
  writeKernelVariable(path: string, value: string): void;
  /** Has the kernel write to disk what programs have left in its memory for the guest's own file systems, sync(1); only where `live`. Never throws. */
  flushToDisk(): void;
  /** Gives bytes to a random device, random(4); any other file is refused. */
  writeDevice(path: string, content: Uint8Array): void;
  /** A fixed command, argv only, absolute path or a name looked up in the system folders; never through a shell. Throws AgentError when it cannot be started. */
  run(argv: readonly string[], options?: RunOptions): RunResult;
  /**
   * Fixed commands one after another until one fails: the result of that one, or of the last, and how many ended with 0. The deadline is for
   * all. `countsAtEnd` saves a wake-up for each, and nobody knows how many it were (0) when they were killed.
   */
  runInTurn(
    argvs: readonly (readonly string[])[],
    options?: Pick<RunOptions, 'timeoutMs'> & { readonly countsAtEnd?: boolean },
  ): RunResult & { readonly completed: number };
  /** A user command: own process group, no terminal, deadline (TERM, 5 s, KILL), waits for exit, not for inherited pipes. */
  exec(argv: readonly string[], options: ExecOptions): Promise<ExecResult>;
  /**
   * Asks a server. Over TLS its certificate must be trusted by the guest's own store where it has one. Throws AgentError that says why there
   * is no answer, with the name of the host and nothing else of the address.
   */
  fetch(url: string, options: FetchOptions): Promise<FetchResult>;
  /** Absolute path of a command in the system folders. */
  which(name: string): string | undefined;
  facts(): Facts;
  /** Kernel boot id; empty below --root. */
  bootId(): string;
  dmi(): Dmi;
  /** Seconds since 1970. */
  now(): number;
  /** Milliseconds on the monotonic clock. */
  monotonic(): number;
};
