// Settings in files of sections that others own too, such as puppet.conf(5): what they wrote stays, comments included.

import type { SectionsAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { sha256 } from '../host/crypto.ts';
import type { Executor } from './executor.ts';
import { makeParentFolders } from './parent-folders.ts';
import { diffText } from './text-diff.ts';

const root = { uid: 0, gid: 0 } as const;

export const sections: Executor<SectionsAction> = {
  inspect(action, host) {
    const before = host.readText(action.path);
    const after = setAll(before ?? '', action.settings);
    if (before === after) return { state: 'same' };
    const op = before === undefined ? '+' : '~';
    const isPublic = ((host.stat(action.path)?.mode ?? action.mode) & 0o004) !== 0;
    const diff = isPublic ? { diff: diffText(before ?? '', after) } : {};
    return { state: 'differs', changes: [{ op, what: action.path, ...diff }] };
  },

  apply({ path, mode, settings }, host) {
    const stat = host.stat(path);
    if (stat !== undefined && stat.kind !== 'file')
      throw new AgentError(exitCodes.internal, `${path}: is in the way: not a regular file`);
    const after = setAll(host.readText(path) ?? '', settings);
    makeParentFolders(path, host, root);
    host.writeFile(path, after, stat ?? { mode, ...root });
    return { made: [{ path, sha256: sha256(after) }] };
  },
};

function setAll(text: string, settings: SectionsAction['settings']): string {
  let lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  for (const [section, values] of Object.entries(settings)) {
    for (const [key, value] of Object.entries(values)) lines = setOne(lines, section, { key, value });
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function setOne(lines: readonly string[], section: string, { key, value }: { key: string; value: string }): string[] {
  const line = `${key} = ${value}`;
  const from = lines.findIndex((text) => text.trim() === `[${section}]`);
  if (from === -1) return [...lines, ...(lines.length === 0 ? [] : ['']), `[${section}]`, line];
  const next = lines.findIndex((text, index) => index > from && /^\s*\[.*\]\s*$/.test(text));
  const end = next === -1 ? lines.length : next;
  const isIt = (text: string): boolean => /^\s*([^#;=\s][^=]*?)\s*=/.exec(text)?.[1] === key;
  const own = lines.slice(from + 1, end);
  const at = own.findIndex(isIt);
  if (at !== -1) {
    // A second line for the same setting would win over the first.
    const rest = own.filter((text, index) => index === at || !isIt(text));
    const isSame = /=\s*(.*?)\s*$/.exec(own[at] ?? '')?.[1] === value;
    const kept = rest.map((text, index) => (index === at && !isSame ? line : text));
    return [...lines.slice(0, from + 1), ...kept, ...lines.slice(end)];
  }
  const last = own.findLastIndex((text) => text.trim() !== '') + 1;
  return [...lines.slice(0, from + 1 + last), line, ...lines.slice(from + 1 + last)];
}
