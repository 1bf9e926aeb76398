// The entries of sources.list(5) in both forms, one line each and deb822(5): whose archive they name, and the same with other words.

import type { Facts } from '../../core/facts.ts';

export type Archive = 'primary' | 'security';

/** What becomes of one entry. */
export type EntryChange = { readonly uri?: string; readonly suites?: readonly string[] };
type ChangeEntry = (entry: { readonly uri: string; readonly suites: readonly string[] }) => EntryChange;

const ubuntuPorts = 'http://ports.ubuntu.com/ubuntu-ports';

export function isUbuntu({ id, idLike }: Facts['os']): boolean {
  return [id, ...idLike].includes('ubuntu');
}

/** Whether the text is in deb822's form. */
export function isDeb822(text: string): boolean {
  return /^Types:/im.test(text);
}

/** Of a suite of the distribution's own; undefined of any other. */
export function findArchiveOf(suite: string, codename: string | undefined): Archive | undefined {
  if (codename === undefined) return undefined;
  const name = suite.replace(/\/$/, '');
  if (name === `${codename}-security` || name === `${codename}/updates`) return 'security';
  const isOwn =
    name === codename ||
    (name.startsWith(`${codename}-`) && /-(?:updates|backports|proposed(?:-updates)?)$/.test(name));
  return isOwn ? 'primary' : undefined;
}

/** The archives that the guest uses now, as its sources say, else the distribution's own. */
export function findArchive({ os, architecture, aptSources }: Facts): Record<Archive, string> {
  const hasPorts = !['amd64', 'i386'].includes(architecture);
  const ubuntu = hasPorts
    ? { primary: ubuntuPorts, security: ubuntuPorts }
    : { primary: 'http://archive.ubuntu.com/ubuntu', security: 'http://security.ubuntu.com/ubuntu' };
  const debian = { primary: 'http://deb.debian.org/debian', security: 'http://deb.debian.org/debian-security' };
  const found: Partial<Record<Archive, string>> = {};
  for (const { content } of aptSources) {
    changeEntries(content, ({ uri, suites }) => {
      const archive = findArchiveOf(suites[0] ?? '', os.codename);
      if (archive !== undefined && !uri.startsWith('cdrom:')) found[archive] ??= uri.replace(/(.)\/+$/, '$1');
      return {};
    });
  }
  return { ...(isUbuntu(os) ? ubuntu : debian), ...found };
}

/** The same text with its live entries changed; an entry without a suite left is switched off, and `off` says so beside it. */
export function changeEntries(content: string, change: ChangeEntry, off = ''): string {
  return isDeb822(content) ? changeStanzas(content, change, off) : changeLines(content, change, off);
}

/** `deb [ options ] uri suite components`. */
function changeLines(content: string, change: ChangeEntry, off: string): string {
  const lines = content.split('\n').map((line) => {
    const [, head, uri, gap, suite, rest = ''] =
      /^(\s*deb(?:-src)?\s+(?:\[[^\]]*\]\s+)?)(\S+)(\s+)(\S+)(.*)$/.exec(line) ?? [];
    if (head === undefined || uri === undefined || suite === undefined) return line;
    const changed = change({ uri, suites: [suite] });
    if (changed.suites?.length === 0) return `# ${off}: ${line}`;
    return `${head}${changed.uri ?? uri}${gap}${suite}${rest}`;
  });
  return lines.join('\n');
}

function changeStanzas(content: string, change: ChangeEntry, off: string): string {
  return content
    .split(/(\n[ \t]*\n+)/)
    .map((stanza, index) => (index % 2 === 1 ? stanza : changeStanza(stanza, change, off)))
    .join('');
}

function changeStanza(stanza: string, change: ChangeEntry, off: string): string {
  const uris = readField(stanza, 'URIs');
  const suites = readField(stanza, 'Suites');
  if (uris === undefined || suites === undefined || /^Enabled:\s*(?:no|false)/im.test(stanza)) return stanza;
  const changed = change({ uri: uris[0] ?? '', suites });
  let text = changed.uri === undefined ? stanza : writeField(stanza, 'URIs', [changed.uri]);
  if (changed.suites === undefined || changed.suites.length === suites.length) return text;
  if (changed.suites.length > 0) return writeField(text, 'Suites', changed.suites);
  text = text.replace(/^Enabled:.*\n?/im, '');
  return text.replace(/^Types:/im, `# ${off}.\nEnabled: no\nTypes:`);
}

/** A field goes on in lines that begin with a blank. */
function findField(stanza: string, name: string): RegExpExecArray | null {
  return new RegExp(`^${name}:([^\\n]*(?:\\n[ \\t][^\\n]*)*)`, 'im').exec(stanza);
}

/** The words of a field of a stanza, deb822(5); undefined where there is none. */
export function readField(stanza: string, name: string): string[] | undefined {
  const words = findField(stanza, name)?.[1]
    ?.replace(/^\s*#.*$/gm, '')
    .trim();
  return words === undefined ? undefined : words.split(/\s+/);
}

function writeField(stanza: string, name: string, words: readonly string[]): string {
  const field = findField(stanza, name);
  if (field === null) return stanza;
  return `${stanza.slice(0, field.index)}${name}: ${words.join(' ')}${stanza.slice(field.index + field[0].length)}`;
}
