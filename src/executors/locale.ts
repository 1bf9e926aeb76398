// The language of the guest, as locale(7) and locale.conf(5) have it. A locale that does not exist makes every program complain, so
// LANG names it only when locale(1) lists it.

import { dirname, resolve } from 'node:path/posix';
import type { LinesAction, LocaleAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { escapePattern } from '../core/pattern.ts';
import { describeFailure } from '../host/commands.ts';
import type { Host } from '../host/host.ts';
import type { Applied, ApplyContext, Change, Executor, Inspection } from './executor.ts';
import { lines } from './lines.ts';

export const locale: Executor<LocaleAction> = { inspect: inspectLocale, apply: applyLocale };

const supportedPath = '/usr/share/i18n/SUPPORTED';
/** Compiling a few locales takes seconds, under emulation a minute. */
const generationTimeoutMs = 300_000;

function inspectLocale(action: LocaleAction, host: Host): Inspection {
  try {
    const changes: Change[] = [];
    if (!isThere(action.name, host)) changes.push({ op: '+', what: `locale ${action.name}` });
    const setting = lines.inspect(describeSetting(action, host), host);
    if (setting.state !== 'same') changes.push(...setting.changes);
    return changes.length === 0 ? { state: 'same' } : { state: 'differs', changes };
  } catch (error) {
    const reason = error instanceof AgentError ? error.message : `locale ${action.name}: cannot be seen`;
    return { state: 'unknown', changes: [{ op: '~', what: reason }] };
  }
}

async function applyLocale(action: LocaleAction, host: Host, context: ApplyContext): Promise<Applied> {
  const made = isThere(action.name, host) ? [] : await generate(action, host, context);
  const setting = await lines.apply(describeSetting(action, host), host, context);
  return { made: [...made, ...(setting?.made ?? [])] };
}

/** Gives the files that were changed for it. */
async function generate(
  { name, generator }: LocaleAction,
  host: Host,
  context: ApplyContext,
): Promise<NonNullable<Applied['made']>> {
  if (generator === undefined) {
    throw new AgentError(exitCodes.internal, `${name}: this guest has no such locale`, {
      hint: `have the package of this language installed in the image (glibc-langpack-${name.split(/[_.@]/, 1)[0]}, glibc-locale)`,
    });
  }
  const { list, tool } = generator;
  if (host.which(tool) === undefined) {
    const hint = 'have the package that brings it installed in the image (Debian: locales)';
    throw new AgentError(exitCodes.internal, `${tool}: command not found; ${name} cannot be made`, { hint });
  }
  const entry = findEntry(name, host);
  if (entry === undefined) {
    throw new AgentError(exitCodes.internal, `${name}: no locale that ${tool} could make`, {
      hint: `check the spelling; the names are in ${supportedPath}`,
    });
  }
  const pattern = `^\\s*#?\\s*${entry.split(' ').map(escapePattern).join('\\s+')}\\s*$`;
  const listed = await lines.apply(
    { kind: 'lines', path: list, mode: 0o644, rules: [{ pattern, line: entry, add: 'end' }] },
    host,
    context,
  );
  const result = host.run([tool], { timeoutMs: generationTimeoutMs });
  if (result.status !== 0) throw new AgentError(exitCodes.internal, describeFailure(tool, result));
  if (!isThere(name, host)) {
    throw new AgentError(exitCodes.internal, `${name}: ${tool} has not made it, and does not say why`, {
      hint: `see what it says: ${tool}`,
    });
  }
  return listed?.made ?? [];
}

/** A line of locale.gen(5): name and character set. Without a list of all names, one that says its character set is taken at its word. */
function findEntry(name: string, host: Host): string | undefined {
  const supported = host.readText(supportedPath);
  if (supported === undefined) {
    const charset = /\.([^@]+)/.exec(name)?.[1];
    return charset === undefined ? undefined : `${name} ${charset}`;
  }
  const wanted = normalise(name);
  const entry = supported
    .split('\n')
    .map((line) =>
      line
        .replace(/\\$/, '')
        .trim()
        .split(/[\s/]+/),
    )
    .find(([known = '', charset]) => charset !== undefined && normalise(known) === wanted);
  return entry?.slice(0, 2).join(' ');
}

/** C and POSIX are built into every C library; where nobody lists locales (musl) every name is as good as another. */
function isThere(name: string, host: Host): boolean {
  if (name === 'C' || name === 'POSIX' || host.which('locale') === undefined) return true;
  const wanted = normalise(name);
  return host
    .run(['locale', '-a'])
    .stdout.split('\n')
    .some((known) => normalise(known.trim()) === wanted);
}

/** locale(1) lists `de_DE.utf8` for `de_DE.UTF-8`. */
function normalise(name: string): string {
  const [, place = '', charset = '', modifier = ''] = /^([^.@]*)(\.[^@]*)?(@.*)?$/.exec(name) ?? [];
  return `${place}${charset.toLowerCase().replace(/[^.a-z0-9]/g, '')}${modifier}`;
}

function describeSetting({ name, path }: LocaleAction, host: Host): LinesAction {
  const rules = [{ pattern: '^\\s*(?:export\\s+)?LANG=', line: `LANG=${name}`, add: 'end' as const }];
  return { kind: 'lines', path: followLink(path, host), mode: 0o644, rules };
}

/** Debian 13 links its file to /etc/locale.conf, which need not exist yet. */
function followLink(path: string, host: Host): string {
  const target = host.readLink(path);
  return target === undefined ? path : resolve(dirname(path), target);
}
