// Plans one file step per entry. An entry that cannot be decoded is reported and left out; the others go on.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { decodeContent } from './decode.ts';
import { normalisePath } from './guest-path.ts';
import { toOctal, type WriteFile, type WriteFiles } from './schema.ts';

/** Bytes of all entries together, decoded (reliability.md § 4.1). */
const totalLimit = 64 * 1024 * 1024;

/** Steps `write_files/N`, N counting from 0 in the user's list; entries with `defer` are late. */
export function planWriteFiles(context: ModuleContext<WriteFiles>): Step[] {
  const steps: Step[] = [];
  let left = totalLimit;
  for (const [index, entry] of (context.config.write_files ?? []).entries()) {
    const content = readContent(context, entry, index, left);
    if (content === undefined) continue;
    left -= content.length;
    steps.push(toStep(context, entry, index, content));
  }
  return steps;
}

function readContent(
  context: ModuleContext<WriteFiles>,
  entry: WriteFile,
  index: number,
  limit: number,
): Uint8Array | undefined {
  const place = ['write_files', index] as const;
  if (entry.source !== undefined) {
    const isLost = entry.content === undefined;
    context.report(
      {
        severity: isLost ? 'error' : 'warning',
        code: 'unsupported-key',
        message: isLost
          ? 'source is not fetched by this version, and there is no content to write instead'
          : 'source is not fetched by this version; content is written instead',
      },
      [...place, 'source'],
    );
    if (isLost) return undefined;
  }
  const decoded = decodeContent(entry.content ?? '', entry.encoding, limit);
  if ('content' in decoded) return decoded.content;
  context.report({ severity: 'error', code: decoded.code, message: decoded.message }, [...place, 'content']);
  return undefined;
}

function toStep(context: ModuleContext<WriteFiles>, entry: WriteFile, index: number, content: Uint8Array): Step {
  const path = normalisePath(entry.path);
  const [owner, group] = String(entry.owner).split(':');
  return {
    id: `write_files/${context.originalIndex('write_files', index)}`,
    module: 'write-files',
    stage: entry.defer ? 'late' : 'early',
    action: {
      kind: 'file',
      path,
      content,
      mode: readMode(context, entry.permissions, index),
      owner: owner === undefined || owner === '' ? 'root' : owner,
      group: group === undefined || group === '' ? 'root' : group,
      ...(entry.append ? { append: true } : {}),
    },
    summary: path,
    source: context.place(['write_files', index]),
  };
}

/**
 * A number is mode bits, as YAML reads 0644. From 600 to 777 without an 8 or 9 it was written without the zero: taken literally it
 * would be a mode with the sticky bit that nobody asks for.
 */
function readMode(context: ModuleContext<WriteFiles>, permissions: string | number, index: number): number {
  if (typeof permissions === 'string') return toOctal(permissions);
  if (permissions < 600 || permissions > 777 || !/^[0-7]{3}$/.test(String(permissions))) return permissions;
  context.report(
    {
      severity: 'warning',
      code: 'value',
      message: 'a decimal number was taken as the octal mode it looks like; write it as "0644"',
    },
    ['write_files', index, 'permissions'],
  );
  return toOctal(String(permissions));
}
