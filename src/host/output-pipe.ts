// The pipe that takes the output of user commands (reliability.md M11): a FIFO that loses its name at once and serves one command
// after another. Making one costs a process (Node has neither pipe(2) nor mknod(2)), so it is kept for as long as nobody else has it.
//
// Not a file: 1 GiB of output would fill the disk before anybody looked. Not Node's own 'pipe': that is a socket, on which
// `echo >/dev/stderr` fails with ENXIO.

import * as fs from 'node:fs';
import type { Socket } from 'node:net';
import { AgentError, exitCodes } from '../core/error.ts';
import { runWhole, startProcess } from './child-process.ts';
import { findCommand, fixedEnvironment } from './commands.ts';

const readBytes = 64 * 1024;
/** More than a pipe holds unless its writer enlarged it beyond what Linux lets users do. */
const heldBytes = 1024 * 1024;
/** While something else has the pipe open, a silence of this length means that the command's own output has all been read. */
const silenceMs = 20;
const fifoTimeoutMs = 60_000;
const drainLimitMs = 200;
const pollMs = 2;
/** The socket that reads while a command runs costs 1 ms at its first use. Most commands end sooner than this and say less than a pipe holds. */
const patienceMs = 10;

/** Adds to the log what a daemon still says, then swallows. */
const leftoverReader = 'head -c 65536; exec cat >/dev/null';

export type OutputPipe = {
  /** Gives a writing end for one command, open until `finish`; whatever is written comes to `receive`, whose chunks it must copy. */
  start(receive: (chunk: Uint8Array) => void): number;
  /**
   * After the command's exit: passes on what is left and tells whether the pipe is free for another one. It is not where a daemon
   * has it open: what that writes later must not be taken for the words of another command.
   */
  finish(): Promise<boolean>;
  /**
   * Lets go of a pipe that is not free. A daemon must neither be waited for nor die of SIGPIPE, so the reading end goes to a small
   * process of its own, which adds the daemon's next 64 KiB to `log` and throws the rest away until the last writer is gone. Where
   * no process can be started, the daemon meets a closed pipe.
   */
  leaveTo(log: number): void;
  /** Lets go of a free pipe. */
  close(): void;
};

/** Makes a pipe. `path` is an absolute path in a folder that only root reaches; nothing is left there. Throws AgentError. */
export function openOutputPipe(path: string): OutputPipe {
  const read = openFifo(path);
  const buffer = Buffer.allocUnsafe(readBytes);
  let receive: (chunk: Uint8Array) => void = () => {};
  let write = -1;
  let socket: Socket | undefined;
  let patience: NodeJS.Timeout | undefined;

  /** Read by events, not by a clock: a command that floods does not wait for us. */
  function listen(): void {
    socket ??= openSocket();
    socket.resume();
  }

  function openSocket(): Socket {
    const callback = (length: number): boolean => {
      receive(buffer.subarray(0, length));
      return true;
    };
    const opened = new (process.getBuiltinModule('node:net').Socket)({
      fd: read,
      readable: true,
      writable: false,
      onread: { buffer, callback },
    });
    opened.on('error', () => {});
    return opened;
  }

  /** Reads what is there now. `closed`: nobody has the other end open any more. */
  function readRest(): 'closed' | 'silent' | 'read' {
    let total = 0;
    while (total < heldBytes) {
      const length = readNow(read, buffer);
      if (length === 0) return 'closed';
      if (length === undefined) return total === 0 ? 'silent' : 'read';
      receive(buffer.subarray(0, length));
      total += length;
    }
    return 'read';
  }

  function close(): void {
    if (socket === undefined) fs.closeSync(read);
    else socket.destroy();
  }

  return {
    start(newReceive) {
      receive = newReceive;
      // Ours stays open until the exit: a command that closes its own would be the end of the socket.
      write = openWritingEnd(read);
      patience = setTimeout(listen, patienceMs);
      return write;
    },
    async finish() {
      clearTimeout(patience);
      socket?.pause();
      fs.closeSync(write);
      if (socket?.destroyed === true) return false;
      const start = readClock();
      let lastRead = start;
      for (;;) {
        const state = readRest();
        if (state === 'closed') return true;
        const now = readClock();
        if (state === 'read') lastRead = now;
        if (now - lastRead >= silenceMs || now - start >= drainLimitMs) return false;
        await new Promise((resolve) => setTimeout(resolve, pollMs));
      }
    },
    leaveTo(log) {
      if (socket?.destroyed === true) return;
      startProcess('/bin/sh', ['-c', leftoverReader], {
        stdio: [read, log, 'ignore'],
        detached: true,
        cwd: '/',
        env: fixedEnvironment,
      }).leave();
      close();
    },
    close,
  };
}

/** The reading end, without waiting for a writer. */
function openFifo(path: string): number {
  removeIfPossible(path);
  try {
    makeFifo(path);
    return fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOFOLLOW);
  } catch (error) {
    throw new AgentError(exitCodes.internal, `${path}: the pipe for output cannot be made`, { cause: error });
  } finally {
    removeIfPossible(path);
  }
}

/** A name that stays is in the way of the next pipe at most, which then says so. */
function removeIfPossible(path: string): void {
  try {
    fs.rmSync(path, { force: true });
  } catch {}
}

function makeFifo(path: string): void {
  const { status, error } = runWhole(findCommand('mkfifo', '') ?? '/usr/bin/mkfifo', ['-m', '600', path], {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: fixedEnvironment,
    cwd: '/',
    timeoutMs: fifoTimeoutMs,
    outputLimitBytes: 0,
  });
  if (status !== 0) throw new Error(error ?? `mkfifo exited ${status}`);
}

/** /proc opens what has no name any more. */
function openWritingEnd(read: number): number {
  const path = `/proc/self/fd/${read}`;
  try {
    return fs.openSync(path, fs.constants.O_WRONLY);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new AgentError(exitCodes.internal, `${path}: the pipe for output cannot be opened (${code})`, {
      cause: error,
    });
  }
}

/** Bytes read, 0 when no writer is left, undefined when there is nothing now. */
function readNow(read: number, buffer: Buffer): number | undefined {
  try {
    return fs.readSync(read, buffer);
  } catch {
    return undefined;
  }
}

/** Milliseconds on the monotonic clock: `performance` would load a module for it. */
function readClock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
