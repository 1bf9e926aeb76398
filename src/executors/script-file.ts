// What the kernel makes of a script's first line (execve(2), "Interpreter scripts"), and whether it may run the file at all.

import type { Host } from '../host/host.ts';

export type Interpreter = {
  /** The file that the kernel would start. */
  readonly path: string;
  /** None or one: the kernel does not split the rest of the line. */
  readonly arguments: readonly string[];
  /** What people call the interpreter: for `/usr/bin/env bash` it is bash. */
  readonly program: string;
};

/** Linux reads this much of the line. */
const longestLine = 255;

/** The interpreter of the #! line; undefined when the first line is none or names nothing. */
export function findInterpreter(script: Uint8Array): Interpreter | undefined {
  if (script[0] !== 0x23 || script[1] !== 0x21) return undefined;
  const line = Buffer.from(script.subarray(2, longestLine)).toString('latin1').split('\n', 1)[0] ?? '';
  const match = /^[ \t]*(\S+)[ \t]*(.*?)[ \t]*$/.exec(line);
  const path = match?.[1];
  if (path === undefined) return undefined;
  const rest = match?.[2] ?? '';
  const isEnv = /(?:^|\/)env$/.test(path);
  const named = rest.split(/[ \t]+/).find((word) => word !== '' && !word.startsWith('-') && !/^\w+=/.test(word));
  return { path, arguments: rest === '' ? [] : [rest], program: isEnv ? (named ?? path) : path };
}

/** A binary that the kernel runs as it is (ELF). */
export function isProgram(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/** Whether `folder` is on a file system mounted noexec; false where that cannot be seen. */
export function isNoexec(folder: string, host: Host): boolean {
  if (!host.live) return false;
  let longest = '';
  let options = '';
  for (const line of (host.readText('/proc/self/mountinfo') ?? '').split('\n')) {
    const fields = line.split(' ');
    const point = (fields[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const isAbove = point === '/' || folder === point || folder.startsWith(`${point}/`);
    // The last mount of a point covers the earlier ones.
    if (point === '' || !isAbove || point.length < longest.length) continue;
    longest = point;
    options = fields[5] ?? '';
  }
  return options.split(',').includes('noexec');
}
