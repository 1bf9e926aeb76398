// A file whose content comes from elsewhere when the step is applied: a server, or a file of the guest. What cannot be had gives way to the
// content that the document holds for that case.

import type { FetchedFileAction, FileAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { sha256 } from '../host/crypto.ts';
import type { Host } from '../host/host.ts';
import { askPatiently } from './ask-patiently.ts';
import type { Applied, Executor } from './executor.ts';
import { file } from './file.ts';

/** The bytes that all of write_files may hold, for one file. */
const limits = { timeoutMs: 120_000, limitBytes: 64 * 1024 * 1024, protocols: ['https:', 'http:'] } as const;

export const fetchedFile: Executor<FetchedFileAction> = {
  inspect(action, host) {
    const { path } = action.file;
    const what = `${path}  what ${nameSource(action)} has then`;
    return { state: 'unknown', changes: [{ op: host.stat(path) === undefined ? '+' : '~', what }] };
  },

  async apply(action, host, context) {
    const { path, append } = action.file;
    const before = context.interrupted?.token;
    // Whether it was what is there now that has come cannot be seen, only that something has.
    if (append && before !== undefined && before !== digest(path, host))
      return { message: 'was added before the restart' };
    const { content, complaint } = await fetchContent(action, host);
    const whole: FileAction = { ...action.file, kind: 'file', content };
    if (file.inspect(whole, host).state === 'same') return { idle: true, ...tell(complaint) };
    const { interrupted: _, ...plain } = context;
    return { ...(await file.apply(whole, host, plain)), ...tell(complaint) };
  },

  /** The digest of what is there before. */
  token: ({ file: { path, append } }, host) => (append ? digest(path, host) : undefined),
};

function tell(complaint: string | undefined): Pick<Applied, 'message'> {
  return complaint === undefined ? {} : { message: `${complaint}; the content of the document is written` };
}

/** Throws AgentError where there is nothing to write instead. */
async function fetchContent(
  action: FetchedFileAction,
  host: Host,
): Promise<{ readonly content: Uint8Array; readonly complaint?: string }> {
  try {
    return { content: await fetchSource(action, host) };
  } catch (error) {
    if (!(error instanceof AgentError) || action.fallback === undefined) throw error;
    return { content: action.fallback, complaint: error.message };
  }
}

async function fetchSource(action: FetchedFileAction, host: Host): Promise<Uint8Array> {
  const url = new URL(action.source.reveal());
  const refuse = (reason: string): AgentError => new AgentError(exitCodes.internal, `${nameSource(action)}: ${reason}`);
  if (url.protocol !== 'file:') {
    const headers = action.headers === undefined ? {} : { headers: action.headers.reveal() };
    const { status, body } = await askPatiently(url.href, host, { ...limits, ...headers });
    if (status !== 200) throw refuse(`the server answers ${status}`);
    return body;
  }
  const path = decodeURIComponent(url.pathname);
  const stat = host.stat(path);
  if (stat === undefined) throw refuse('no such file');
  if (stat.size > limits.limitBytes) throw refuse(`longer than ${limits.limitBytes} bytes`);
  const bytes = stat.kind === 'directory' || stat.kind === 'other' ? undefined : host.readFile(path);
  if (bytes === undefined) throw refuse('not a regular file');
  return bytes;
}

/** The rest of an address may hold a token. */
function nameSource({ source }: FetchedFileAction): string {
  const url = new URL(source.reveal());
  return url.protocol === 'file:' ? decodeURIComponent(url.pathname) : url.host;
}

function digest(path: string, host: Host): string {
  return sha256(host.readFile(path) ?? new Uint8Array());
}
