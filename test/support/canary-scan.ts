// Looks for canaries in everything that a guest lets somebody read, in whatever form they may have got there.

import { readdirSync, readFileSync } from 'node:fs';
import { canaries, type Field, fields } from './canaries.ts';
import type { Sandbox } from './sandbox.ts';

/** `where`: a path, or a stream or process in words. */
export type Hit = { readonly field: Field; readonly where: string };

/** The text itself, in hex, and in base64 wherever its bytes lie in a group of three. */
function spell(text: string): string[] {
  const base64 = [0, 1, 2].map((before) => {
    const whole = Buffer.from('\0'.repeat(before) + text)
      .toString('base64')
      .replace(/=+$/, '');
    // The first characters hold what comes before, the last ones what comes behind.
    return whole.slice(before === 0 ? 0 : before + 1, Math.floor(((before + text.length) * 8) / 6));
  });
  return [text, Buffer.from(text).toString('hex'), ...base64];
}

const spellings = fields.map((field) => ({ field, words: spell(canaries[field]) }));
const patterns = spellings.flatMap(({ words }) => words).join('\n');

/** Fields whose canary is in the text, one character a byte. */
export function findCanaries(text: string): Field[] {
  return spellings.filter(({ words }) => words.some((word) => text.includes(word))).map(({ field }) => field);
}

/** One hit for each field in a text that has a name. */
export function scanText(where: string, text: string): Hit[] {
  return findCanaries(text).map((field) => ({ field, where }));
}

/** A user who is in the groups that own optical drives (cdrom), disks and logs on Debian, and nothing else. */
const snooper = ['setpriv', '--reuid', '65534', '--regid', '65534', '--groups', '4,6,24', '--'];
const patience = { timeoutMs: 240_000 };

/** Where the tools of the tests keep what they read and write; it is not searched. */
export const workFolder = '/run/canary-test';

/** Every regular file of the guest that root (or, as a snooper, another user) can read; the kernel's own folders left out. */
async function scanFiles(box: Sandbox, prefix: readonly string[]): Promise<Hit[]> {
  box.writeFile(`${workFolder}/patterns`, patterns);
  const left = ['/proc', '/sys', workFolder].map((path) => `-path ${path}`).join(' -o ');
  const script = `find / \\( ${left} \\) -prune -o -type f -readable -print0 2>/dev/null |
    xargs -0 -n 4000 grep -laF --null -f ${workFolder}/patterns 2>/dev/null; echo end`;
  const { stdout, stderr } = await box.run([...prefix, 'sh', '-c', script], patience);
  if (!stdout.endsWith('end\n')) throw new Error(`the guest could not be searched: ${stderr}`);
  const paths = stdout
    .slice(0, -'end\n'.length)
    .split('\0')
    .filter((path) => path !== '');
  return paths.flatMap((path) => scanText(path, box.readFile(path)));
}

/** What another user sees: files, block devices, and what /proc shows of each process. */
export async function scanAsOther(box: Sandbox): Promise<Hit[]> {
  const devices =
    'for d in /dev/*; do [ ! -b "$d" ] || { echo "== $d"; head -c 33554432 "$d" | base64 -w0; echo; }; done';
  const processes =
    'for p in /proc/[0-9]*; do for f in cmdline environ; do echo "== $p/$f"; { tr "\\0" " " <"$p/$f"; } 2>/dev/null; echo; done; done';
  const look = (script: string) => box.run([...snooper, 'sh', '-c', `exec 2>/dev/null; ${script}`], patience);
  const [files, shown, blocks] = [await scanFiles(box, snooper), await look(processes), await look(devices)];
  const texts = splitSections(shown.stdout);
  const media = splitSections(blocks.stdout).map(
    ([where, text]) => [where, Buffer.from(text.trim(), 'base64').toString('latin1')] as const,
  );
  return [...files, ...[...texts, ...media].flatMap(([where, text]) => scanText(where, text))];
}

function splitSections(text: string): (readonly [where: string, text: string])[] {
  return text
    .split(/^== /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end), section.slice(end + 1)] as const;
    });
}

/** What root finds, by path. */
export async function scanAsRoot(box: Sandbox): Promise<Hit[]> {
  return scanFiles(box, []);
}

/** Words before a command that write down what it starts, with arguments and environment. */
export function tracer(name: string): string[] {
  const options = ['-f', '-qq', '-v', '-s', '1000000', '-e', 'trace=execve', '-e', 'signal=none'];
  return ['strace', ...options, '-o', `${workFolder}/${name}`, '--'];
}

/** One hit for each command that was started with a canary; `isOwn` excuses what the user has asked for in these words. */
export function scanTrace(trace: string, isOwn: (field: Field, program: string) => boolean): Hit[] {
  return trace
    .split('\n')
    .filter((line) => line.includes('execve('))
    .flatMap((line) => {
      const program = /execve\("([^"]*)"/.exec(line)?.[1] ?? '?';
      return scanText(`words of ${program}`, line).filter(({ field }) => !isOwn(field, program));
    });
}

/** Core dumps in the root folder of the guest, where this machine's kernel puts them; none where it does otherwise. */
export function readCores(root: string): { name: string; text: string }[] {
  return readdirSync(root)
    .filter((name) => /^core(\.\d+)?$/.test(name))
    .map((name) => ({ name, text: readFileSync(`${root}/${name}`, 'latin1') }));
}
