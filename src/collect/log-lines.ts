// What of our log and of the journal may leave the guest: fields and forms that are named here, nothing else.

import { isOpen } from '../report/share.ts';

/** Fields of a log line that hold names, codes, places and times. */
const openFields: ReadonlySet<string> = new Set([
  ...['time', 'level', 'pid', 'stage', 'step', 'id', 'module', 'summary', 'source', 'guess', 'status', 'ms'],
  ...['exitCode', 'checks', 'instance', 'os', 'firstBoot', 'severity', 'code', 'line', 'column', 'path', 'word'],
]);

/** What the log says of itself; any other sentence may quote a command line. */
const ownWords =
  /^(?:(?:run|stage|step) (?:started|ended|changed|unchanged|failed|skipped)|input|waiting up to \d+ s .*)$/;

const leftOut = '[left out]';

/** JSON lines in, JSON lines out; a line that is no JSON, torn by a crash, is left out. */
export function shareLog(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => shareLine(line) ?? [])
    .map((line) => `${line}\n`)
    .join('');
}

function shareLine(line: string): string | undefined {
  const entry = parseObject(line);
  if (entry === undefined) return undefined;
  const kept = Object.entries(entry).filter(([key]) => openFields.has(key));
  const { msg, message, hint, module, severity, word } = entry;
  // A problem of the input never holds the value; the last line of a run is for everybody.
  const isOpenMessage = isOpen(String(module)) || severity !== undefined || word !== undefined;
  return JSON.stringify({
    ...Object.fromEntries(kept),
    msg: typeof msg === 'string' && ownWords.test(msg) ? msg : leftOut,
    ...(message === undefined ? {} : { message: isOpenMessage ? message : leftOut }),
    ...(hint !== undefined && isOpenMessage ? { hint } : {}),
  });
}

/** Our own last lines and headings, and systemd's about our units. */
const ownLine = /^guest-init(?:: | \d| unbuilt )/;

/** Lines of `journalctl -o json` in, `2026-11-21T02:27:39.123Z who: what` out, and how many were left out. */
export function shareJournal(text: string): { readonly text: string; readonly leftOut: number } {
  let count = 0;
  const lines = text.split('\n').flatMap((line) => {
    if (line === '') return [];
    const entry = parseObject(line);
    const said = entry === undefined ? undefined : describeEntry(entry);
    if (said === undefined) count += 1;
    return said ?? [];
  });
  return { text: lines.map((line) => `${line}\n`).join(''), leftOut: count };
}

function describeEntry(entry: Record<string, unknown>): string | undefined {
  const { MESSAGE: message, SYSLOG_IDENTIFIER: who, _PID: pid, __REALTIME_TIMESTAMP: time } = entry;
  if (typeof message !== 'string' || /[\n\r]/.test(message)) return undefined;
  // The first process alone speaks for systemd; a command of the user may call itself so.
  const isManager = who === 'systemd' && pid === '1';
  const isOwn = who === 'guest-init' && ownLine.test(message);
  if (!isManager && !isOwn) return undefined;
  const at = new Date(Number(time) / 1000);
  return `${Number.isNaN(at.getTime()) ? 'unknown' : at.toISOString()} ${who}: ${message}`;
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
