// Words that text and page have in common.

import type { NetworkCheck } from '../core/network-check.ts';
import type { OutcomeStatus } from '../core/plan.ts';
import type { ReportFile, ReportMachine, ReportStep } from './view.ts';

/** `2026-11-21 02:27:39 UTC`, of seconds since 1970. */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? 'unknown' : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `512 MiB`, `7.8 GiB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  const value = bytes / 1024 ** power;
  return `${value >= 100 || power === 0 ? Math.round(value) : Number(value.toFixed(1))} ${units[power]}`;
}

/** Name and value of what is known of the machine. */
export function describeMachine(machine: ReportMachine): [string, string][] {
  const { os, kernel, architecture, virtualisation, model, processor, processors, memory } = machine;
  const cores = processors === undefined ? '' : `${processors} × `;
  const rows: [string, (string | undefined)[]][] = [
    ['System', [os, kernel === undefined ? undefined : `kernel ${kernel}`, architecture]],
    [
      'Machine',
      [
        [model, virtualisation === undefined ? undefined : `(${virtualisation})`].filter(isSaid).join(' '),
        processor === undefined ? undefined : `${cores}${processor}`,
        memory === undefined ? undefined : formatBytes(memory),
      ],
    ],
  ];
  return rows.flatMap(([name, words]) => {
    const value = words.filter(isSaid).join(', ');
    return value === '' ? [] : [[name, value]];
  });
}

function isSaid(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

export const statusWords: Readonly<Record<OutcomeStatus, string>> = {
  changed: 'changed',
  unchanged: 'already so',
  failed: 'failed',
  skipped: 'skipped',
};

/** How a command ended: `exit 5`, or why it has no exit code. */
export function describeExit({ exitCode, message, status }: ReportStep): string {
  if (exitCode !== undefined) return `exit ${exitCode}`;
  return message ?? statusWords[status];
}

/** `gateway 10.0.0.254 answers (52:54:…)`, `no carrier`. */
export function describeCheck({ what, subject = '', result, detail }: NetworkCheck): string {
  if (result === 'unknown') return `${subject === '' ? what : subject}: not asked (${detail ?? 'unknown'})`;
  const isFine = result === 'ok';
  if (what === 'carrier') return isFine ? 'carrier' : 'no carrier';
  if (what === 'gateway') return `gateway ${subject} ${isFine ? 'answers' : 'does not answer'}`;
  if (what === 'address-free') return `${subject} ${isFine ? 'free' : 'in use by another machine'}`;
  return `${subject} ${isFine ? 'there' : 'missing'}`;
}

/** What to say of a file in place of a diff; undefined where there is one. */
export function explainMissingDiff({ path, changes }: ReportFile): string | undefined {
  if (changes.length === 0 || changes.some(({ diff }) => diff !== undefined)) return undefined;
  const isContent = changes.some(({ what }) => what === path || / bytes?\b/.test(what));
  return isContent ? 'content not shown: not everybody may read it' : undefined;
}
