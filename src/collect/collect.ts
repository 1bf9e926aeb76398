// Gathers what is worth sending when a guest did not come up as it should, bounded in size and time, without what user_data brought.

import { AgentError } from '../core/error.ts';
import type { Host } from '../host/host.ts';
import { nameServersModule } from '../network/name-servers.ts';
import { networkFilesModule } from '../network/persistence.ts';
import { shareReport } from '../report/share.ts';
import type { Report } from '../report/view.ts';
import { shareLog } from './log-lines.ts';
import { writeManifest } from './manifest.ts';
import { shareNetworkText } from './network-text.ts';
import { type CommandSource, commandSources, shareKernelLine } from './sources.ts';
import type { TarFile } from './tar.ts';

/** One file of the archive, or why it is not there. */
export type Piece = { readonly name: string; readonly content?: Uint8Array; readonly remark?: string };

export type Collection = { readonly files: readonly TarFile[]; readonly missing: readonly string[] };

export type CollectOptions = {
  readonly host: Host;
  readonly report: Report;
  /** What else the caller has made, by path in the archive: the report as a page. */
  readonly documents: Readonly<Record<string, () => string | Promise<string>>>;
  readonly logPath: string;
  readonly publicStatusPath: string;
};

const fileLimitBytes = 1024 * 1024;
const commandTimeoutMs = 10_000;
/** Commands that have not been asked by then are left out. */
const wholeTimeoutMs = 60_000;

/** Never throws for what the guest lacks: the manifest, first of the files, says what is missing and why. */
export async function collectLogs(options: CollectOptions): Promise<Collection> {
  const { host, report, documents, logPath, publicStatusPath } = options;
  const deadline = host.monotonic() + wholeTimeoutMs;
  const pieces: Piece[] = [];
  for (const [name, make] of Object.entries(documents)) pieces.push(await attempt(name, make));
  pieces.push(
    await attempt('status.json', () => readWhole(host, publicStatusPath)),
    await attempt('guest-init.log', () => shareLog(readWhole(host, logPath))),
    await attempt('guest-init.log.1', () => shareLog(readWhole(host, `${logPath}.1`))),
    await attempt('system/os-release', () => readWhole(host, '/etc/os-release')),
    await attempt('system/cmdline.txt', () => shareKernelLine(readWhole(host, '/proc/cmdline'))),
    await attempt('network/resolv.conf', () => shareNetworkText(readWhole(host, '/etc/resolv.conf'))),
  );
  for (const [index, path] of listNetworkFiles(report).entries()) {
    pieces.push(await attempt(nameFile(path, index), () => `# ${path}\n${shareNetworkText(readWhole(host, path))}`));
  }
  for (const source of commandSources) pieces.push(askCommand(source, host, deadline));
  const files = pieces.flatMap(({ name, content }) => (content === undefined ? [] : [{ name, content }]));
  const missing = pieces.filter(({ content }) => content === undefined).map(({ name }) => name);
  const manifest = new TextEncoder().encode(writeManifest(pieces, report));
  return { files: [{ name: 'MANIFEST', content: manifest }, ...files], missing };
}

/** The forms of the report that may be given away. */
export function shareDocuments(
  report: Report,
  forms: Readonly<Record<string, (shared: Report) => string | Promise<string>>>,
): CollectOptions['documents'] {
  const shared = shareReport(report);
  return Object.fromEntries(Object.entries(forms).map(([name, make]) => [name, () => make(shared)]));
}

async function attempt(name: string, make: () => string | Promise<string>): Promise<Piece> {
  try {
    return limit(name, await make());
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return { name, remark: error.message };
  }
}

function askCommand({ name, argv, share }: CommandSource, host: Host, deadline: number): Piece {
  const left = deadline - host.monotonic();
  const [program = ''] = argv;
  if (left <= 0) return { name, remark: 'not asked: out of time' };
  if (host.which(program) === undefined) return { name, remark: `${program} is not installed` };
  try {
    const { status, stdout, stderr, timedOut } = host.run(argv, { timeoutMs: Math.min(commandTimeoutMs, left) });
    if (timedOut) return { name, remark: `${program} did not end in time` };
    // What a command says of its failure may quote anything; that it failed is enough.
    if (status !== 0 && stdout === '') return { name, remark: `${program} ended with ${status ?? 'a signal'}` };
    const shared = share?.(stdout) ?? { text: stdout === '' ? stderr : stdout };
    const piece = limit(name, shared.text);
    const remark = [piece.remark, 'remark' in shared ? shared.remark : undefined].filter((text) => text !== undefined);
    return { ...piece, ...(remark.length === 0 ? {} : { remark: remark.join('; ') }) };
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return { name, remark: error.message };
  }
}

/** The end is what matters of a log that is too long. */
function limit(name: string, text: string): Piece {
  const content = Buffer.from(text);
  if (content.length <= fileLimitBytes) return { name, content };
  const kept = content.subarray(content.length - fileLimitBytes);
  return { name, content: kept, remark: `the last ${fileLimitBytes} of ${content.length} bytes` };
}

/** Throws AgentError that says why it cannot be had. */
function readWhole(host: Host, path: string): string {
  // A pipe would be waited for.
  if (host.stat(path)?.kind === 'other') throw new AgentError(1, `${path} is no regular file`);
  const text = host.readText(path);
  if (text === undefined) throw new AgentError(1, `${path} is not there`);
  return text;
}

function listNetworkFiles({ files, steps }: Report): string[] {
  const own = new Set([networkFilesModule, nameServersModule]);
  const ids = new Set(steps.filter(({ module }) => own.has(module)).map(({ id }) => id));
  return files
    .filter(({ path, step }) => step !== undefined && ids.has(step) && path.startsWith('/etc/'))
    .map(({ path }) => path);
}

/** Plain, short and unique. */
function nameFile(path: string, index: number): string {
  return `network/files/${index}-${path
    .slice(1)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .slice(-70)}`;
}
