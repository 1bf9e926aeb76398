// The table at the end of a rehearsal: what the guest is now, what was done to it, and that this machine was left alone.

import { formatDuration } from '../core/plan.ts';
import type { FileChange } from '../rehearsal/changed-files.ts';
import type { GatewayAnswer } from '../rehearsal/observe.ts';
import type { Rehearsal } from '../rehearsal/rehearse.ts';
import { openTerminal, type Terminal } from './terminal.ts';

const mostFiles = 14;
const width = 100;

/** Plain lines, the first one empty: it follows the lines of the run. */
export function printRehearsal(rehearsal: Rehearsal, terminal: Terminal = openTerminal()): string {
  const { style } = terminal;
  const good = (text: string, isGood: boolean): string => (isGood ? style.green(text) : style.red(text));
  const { hostname, users, files, steps, drive, machine } = rehearsal;
  const failed = steps.failed + steps.skipped;
  const rows: [name: string, values: readonly string[]][] = [
    [
      'address',
      orNone(rehearsal.addresses.map(({ link, address, prefixLength }) => `${link} ${address}/${prefixLength}`)),
    ],
    ['route', orNone(rehearsal.defaultRoutes.map(({ gateway, link }) => `default via ${gateway} on ${link}`))],
    [
      'gateway',
      orNone(
        rehearsal.gateways.map((answer) => good(describeGateway(answer), answer.answers || answer.by === undefined)),
      ),
    ],
    [
      'host name',
      [hostname.before === hostname.after ? `= ${hostname.after}` : `~ ${hostname.before} -> ${hostname.after}`],
    ],
    ['users', orNone(users.map(describeUser))],
    ['files', orNone(describeFiles(files))],
    [
      'steps',
      [good(`${steps.changed} changed, ${steps.unchanged} already so, ${failed} failed or skipped`, failed === 0)],
    ],
    ['drive', [good(drive.unmounted ? 'unmounted' : 'still mounted', drive.unmounted)]],
    [
      'this machine',
      [good(machine.untouched ? 'untouched' : `changed meanwhile: ${machine.changed.join(', ')}`, machine.untouched)],
    ],
    ['run', [`${good(`exit ${rehearsal.exitCode}`, rehearsal.exitCode === 0)} in ${formatDuration(rehearsal.ms)}`]],
  ];
  const lines = rows.flatMap(([name, values]) =>
    values.map((value, index) => `  ${(index === 0 ? name : '').padEnd(13)} ${value}`),
  );
  return `\n${style.bold('after the rehearsal')}\n${lines.join('\n')}\n`;
}

function orNone(values: readonly string[]): readonly string[] {
  return values.length === 0 ? ['none'] : values;
}

function describeGateway({ gateway, answers, by, ms }: GatewayAnswer): string {
  if (by === undefined) return `${gateway} not asked: install iputils-ping`;
  if (!answers) return `${gateway} does not answer (${by})`;
  return `${gateway} answers ${by}${ms === undefined ? '' : ` in ${ms} ms`}`;
}

function describeUser({ op, name, uid, keys }: Rehearsal['users'][number]): string {
  return `${op} ${name} (uid ${uid}${keys === 0 ? '' : `, ${keys} key${keys === 1 ? '' : 's'}`})`;
}

/** passwd(5) and its kin are saved under these names at every change. */
const savedAccounts = /^\/etc\/(passwd|group|shadow|gshadow|subuid|subgid)-$/;

/** As many to a line as fit: new ones first, then changed, then removed; saved copies of the account files only as a number. */
function describeFiles(files: readonly FileChange[]): readonly string[] {
  const shown = files.filter(({ path }) => !savedAccounts.test(path));
  const sorted = (['+', '~', '-'] as const).flatMap((op) => shown.filter((file) => file.op === op));
  const lines: string[] = [];
  for (const { op, path } of sorted.slice(0, mostFiles)) {
    const word = `${op} ${path}`;
    const last = lines.at(-1);
    if (last?.startsWith(op) && last.length + word.length + 18 < width) lines[lines.length - 1] = `${last}  ${word}`;
    else lines.push(word);
  }
  const more = files.length - Math.min(sorted.length, mostFiles);
  if (more > 0) lines.push(`and ${more} more: --json lists all`);
  return lines;
}
