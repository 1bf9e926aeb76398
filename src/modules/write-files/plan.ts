// Plans one file step per entry. An entry that cannot be decoded is reported and left out; the others go on.

import type { FetchedFileAction } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { Secret, SecretData } from '../../core/secret.ts';
import { decodeContent } from './decode.ts';
import { normalisePath } from './guest-path.ts';
import { readNumberMode } from './mode.ts';
import { toOctal, type WriteFile, type WriteFiles } from './schema.ts';

/** Bytes of all entries together, decoded (reliability.md § 4.1). */
const totalLimit = 64 * 1024 * 1024;

/** Steps `write_files/N`, N counting from 0 in the user's list; entries with `defer`, or from a server, are late. */
export function planWriteFiles(context: ModuleContext<WriteFiles>): Step[] {
  const steps: Step[] = [];
  let left = totalLimit;
  for (const [index, entry] of (context.config.write_files ?? []).entries()) {
    const content = readContent(context, entry, index, left);
    const mode = readMode(context, entry.permissions, index);
    if (content === undefined || mode === undefined) continue;
    left -= content.length;
    steps.push(toStep({ context, entry, index, content, mode }));
  }
  return steps;
}

function readContent(
  context: ModuleContext<WriteFiles>,
  entry: WriteFile,
  index: number,
  limit: number,
): Uint8Array | undefined {
  const decoded = decodeContent(entry.content ?? '', entry.encoding, limit);
  if ('content' in decoded) return decoded.content;
  const place = ['write_files', index, 'content'];
  context.report({ severity: 'error', code: decoded.code, message: decoded.message }, place);
  return undefined;
}

function toStep(given: {
  context: ModuleContext<WriteFiles>;
  entry: WriteFile;
  index: number;
  content: Uint8Array;
  mode: number;
}): Step {
  const { context, entry, index, content, mode } = given;
  const path = normalisePath(entry.path);
  const [owner, group] = String(entry.owner).split(':');
  const attributes = {
    mode,
    owner: owner === undefined || owner === '' ? 'root' : owner,
    group: group === undefined || group === '' ? 'root' : group,
    ...(entry.append ? { append: true } : {}),
  };
  const source = entry.source === undefined ? undefined : toAddress(entry.source.uri);
  const isLate = entry.defer || (source !== undefined && !source.startsWith('file:'));
  return {
    id: `write_files/${context.originalIndex('write_files', index)}`,
    module: 'write-files',
    stage: isLate ? 'late' : 'early',
    action:
      source === undefined
        ? { kind: 'file', path, content, ...attributes }
        : describeFetch(entry, { file: { path, ...attributes }, source, content }),
    summary: source === undefined ? path : `${path} from ${new URL(source).host || 'a file'}`,
    source: context.place(['write_files', index]),
  };
}

function describeFetch(
  { source: given, content: text }: WriteFile,
  { file, source, content }: { file: FetchedFileAction['file']; source: string; content: Uint8Array },
): FetchedFileAction {
  return {
    ...{ kind: 'fetchedFile', source: new Secret(source), file },
    ...(given?.headers === undefined ? {} : { headers: new SecretData(given.headers) }),
    ...(text === undefined ? {} : { fallback: content }),
  };
}

/** A path is the file of that name. */
function toAddress(uri: string): string {
  return uri.startsWith('/') ? `file://${uri.split('/').map(encodeURIComponent).join('/')}` : uri;
}

/** The mode of an entry; undefined, and reported, where a number does not say which. */
function readMode(context: ModuleContext<WriteFiles>, permissions: string | number, index: number): number | undefined {
  if (typeof permissions === 'string') return toOctal(permissions);
  const found = readNumberMode(permissions);
  const place = ['write_files', index, 'permissions'];
  if (found === undefined) {
    const message = 'a number that may stand for another mode than was meant; write it in quotes, as "0644"';
    context.report({ severity: 'error', code: 'value', message }, place);
  } else if (found.isRespelt) {
    const message = 'a decimal number was taken as the octal mode it looks like; write it as "0644"';
    context.report({ severity: 'warning', code: 'value', message }, place);
  }
  return found?.mode;
}
