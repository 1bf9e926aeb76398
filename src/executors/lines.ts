// Single lines of a file that others write to as well.

import type { LinesAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { sha256 } from '../host/crypto.ts';
import type { Host } from '../host/host.ts';
import { checkContent } from './content-check.ts';
import type { Applied, Executor, Inspection } from './executor.ts';
import { makeParentFolders } from './parent-folders.ts';
import { diffText } from './text-diff.ts';

export const lines: Executor<LinesAction> = { inspect: inspectLines, apply: applyLines };

function inspectLines(action: LinesAction, host: Host): Inspection {
  try {
    const before = readLatin1(action.path, host);
    const after = applyRules(before ?? readModel(action, host), action.rules);
    if (after === (before ?? '')) return { state: 'same' };
    const stat = host.stat(action.path);
    const isPublic = ((stat?.kind === 'file' ? stat.mode : action.mode) & 0o004) !== 0;
    const diff = isPublic ? diffText(toUtf8(before ?? ''), toUtf8(after)) : [];
    const change = { op: before === undefined ? ('+' as const) : ('~' as const), what: action.path };
    return { state: 'differs', changes: [diff.length === 0 ? change : { ...change, diff }] };
  } catch (error) {
    const reason = error instanceof AgentError ? error.message : `${action.path}: cannot be seen`;
    return { state: 'unknown', changes: [{ op: '~', what: reason }] };
  }
}

function applyLines(action: LinesAction, host: Host): Applied | undefined {
  const { path, check } = action;
  const stat = host.stat(path);
  if (stat?.kind === 'directory') throw new AgentError(exitCodes.internal, `${path}: a folder is in the way`);
  const before = readLatin1(path, host);
  const after = applyRules(before ?? readModel(action, host), action.rules);
  if (after === (before ?? '')) return undefined;
  const content = Buffer.from(after, 'latin1');
  // The file is not ours: it keeps its owner and mode. A link's own mode says nothing.
  const attributes =
    stat?.kind === 'file' ? { mode: stat.mode, uid: stat.uid, gid: stat.gid } : { mode: action.mode, uid: 0, gid: 0 };
  makeParentFolders(path, host, { uid: 0, gid: 0 });
  if (check !== undefined) checkContent({ path, content, check }, host);
  host.writeFile(path, content, attributes);
  return { made: [{ path, sha256: sha256(content) }] };
}

/** What a file that is not there begins with. */
function readModel({ model }: LinesAction, host: Host): string {
  return (model === undefined ? undefined : readLatin1(model, host)) ?? '';
}

/** Applies each rule to the whole of what the one before it left. Rule lines are text; the file is given and returned as Latin-1 bytes. */
function applyRules(text: string, rules: LinesAction['rules']): string {
  const list = text.split('\n');
  const endsComplete = list.at(-1) === '';
  if (endsComplete) list.pop();
  let result = list;
  for (const rule of rules) result = applyRule(result, rule);
  if (result.length === 0) return '';
  const isUnchanged = result.length === list.length && result.every((line, index) => line === list[index]);
  return isUnchanged ? text : `${result.join('\n')}\n`;
}

function applyRule(list: readonly string[], rule: LinesAction['rules'][number]): string[] {
  const pattern = new RegExp(rule.pattern);
  const line = rule.line === undefined ? undefined : Buffer.from(rule.line).toString('latin1');
  // The line itself counts as a match: a second run finds what the first has made.
  const isMeant = (present: string): boolean => present === line || pattern.test(present);
  const first = list.findIndex(isMeant);
  if (first === -1) {
    if (line === undefined) return [...list];
    return rule.add === 'top' ? [line, ...list] : [...list, line];
  }
  return list.flatMap((present, index) => {
    if (!isMeant(present) || rule.keep === true) return [present];
    return index === first && line !== undefined ? [line] : [];
  });
}

/** One character a byte: what is not UTF-8 in somebody else's lines stays as it is. */
function readLatin1(path: string, host: Host): string | undefined {
  const bytes = host.readFile(path);
  return bytes === undefined ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

function toUtf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
