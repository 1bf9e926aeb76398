// What an agent has made of a guest, by what it means: accounts by their fields, lists by their lines, other files by mode, owner and
// content. Two guests compare by these rows.

import type { Sandbox } from '../../support/sandbox.ts';

/** `passwd ops` to `1000:1000:…`. */
export type GuestState = ReadonlyMap<string, string>;

export type StateDifference = { readonly key: string; readonly ours: string | null; readonly theirs: string | null };

/** What the agents keep for themselves, what tools leave behind, and the network, which is compared elsewhere. */
const notLookedAt = [
  /^\/var\/(?:lib|log|cache|backups|spool|mail)(?:\/|$)/,
  /^\/etc\/(?:network|cloud|guest-init|systemd\/network|NetworkManager|netplan|udev)(?:\/|$)/,
  /^\/etc\/(?:resolv\.conf|\.pwd\.lock|ld\.so\.cache|subuid-?|subgid-?|(?:passwd|group|shadow|gshadow)-)$/,
  /^\/(?:run|tmp|root\/\.cache|usr\/local\/libexec)(?:\/|$)/,
];

/** Rows of everything that differs from the image. */
export async function readGuestState(box: Sandbox): Promise<GuestState> {
  const rows = new Map<string, string>();
  for (const path of accountFiles) readAccounts(box, path, rows);
  const nameOwner = readOwners(box);
  for (const [path, digest] of box.digest(notLookedAt)) {
    const line = digest.replace(
      /\b(\d+):(\d+)\b/,
      (_, uid, gid) => `${nameOwner('passwd', uid)}:${nameOwner('group', gid)}`,
    );
    if (path === '/etc/gshadow' || accountFiles.includes(path)) continue;
    if (path.startsWith('/etc/sudoers.d/')) readLines(box, path, 'sudo', rows);
    else if (path === '/etc/hosts' || path === '/etc/fstab') readLines(box, path, path.slice(5), rows);
    else if (path.endsWith('/authorized_keys')) {
      readLines(box, path, `keys ${path}`, rows);
      rows.set(`file ${path}`, dropContent(line));
    } else if (line.startsWith('folder')) {
      if (!isBusy(path)) rows.set(`folder ${path}`, line.replace('folder ', ''));
    } else if (line.startsWith('file')) rows.set(`file ${path}`, `${dropContent(line)} ${quote(box.readFile(path))}`);
    else rows.set(`file ${path}`, line);
  }
  rows.set('kernel hostname', box.hostname());
  return rows;
}

const accountFiles: readonly string[] = ['/etc/passwd', '/etc/group', '/etc/shadow'];

/** Names for numbers: which comes first is compared by the accounts themselves. */
function readOwners(box: Sandbox): (kind: 'passwd' | 'group', id: string) => string {
  const names = new Map<string, string>();
  for (const kind of ['passwd', 'group'])
    for (const line of box.readFile(`/etc/${kind}`).trim().split('\n')) {
      const [name = '', , id = ''] = line.split(':');
      names.set(`${kind} ${id}`, name);
    }
  return (kind, id) => names.get(`${kind} ${id}`) ?? id;
}

/** Folders of the image change whenever something in them does. */
function isBusy(path: string): boolean {
  return /^\/(?:etc|srv|root|home|usr|var)$|^\/(?:etc|usr)\//.test(path);
}

function dropContent(line: string): string {
  return line.split(' ').slice(0, 3).join(' ');
}

function quote(text: string): string {
  return text.length > 300 ? `${text.length} characters` : JSON.stringify(text);
}

/** Images and tools number accounts in the order in which they are made: both agents make them in the user's. */
function readAccounts(box: Sandbox, path: string, rows: Map<string, string>): void {
  const kind = path.slice(5);
  for (const line of box.readFile(path).trim().split('\n')) {
    const [name = '', ...fields] = line.split(':');
    if (kind === 'shadow')
      rows.set(`shadow ${name}`, [describePassword(fields[0] ?? ''), ...describeDays(fields)].join(':'));
    else if (kind === 'group')
      rows.set(`group ${name}`, `${fields[1]}:${(fields[2] ?? '').split(',').sort().join(',')}`);
    else rows.set(`passwd ${name}`, fields.slice(1).join(':'));
  }
}

/** Salts differ from run to run. */
function describePassword(field: string): string {
  const [, lock = '', rest = ''] = /^(!*)(.*)$/.exec(field) ?? [];
  const algorithm = /^\$(\w+)\$/.exec(rest)?.[1];
  return `${lock}${algorithm === undefined ? rest : rest.startsWith('$6$fX3kqJ2l$') ? 'as given' : `crypt ${algorithm}`}`;
}

/** Day of the last change: 0, none, or any; the others as they are. */
function describeDays([, changed = '', ...rest]: readonly string[]): string[] {
  return [changed === '' || changed === '0' ? changed : 'set', ...rest];
}

function readLines(box: Sandbox, path: string, label: string, rows: Map<string, string>): void {
  for (const line of box.readFile(path).split('\n')) {
    const words = line.trim().replaceAll(/\s+/g, ' ');
    if (words !== '' && !words.startsWith('#')) rows.set(`${label}: ${words}`, 'there');
  }
}

/** Rows that are not the same, by key. */
export function compareStates(ours: GuestState, theirs: GuestState): StateDifference[] {
  const keys = [...new Set([...ours.keys(), ...theirs.keys()])].sort();
  return keys
    .map((key) => ({ key, ours: ours.get(key) ?? null, theirs: theirs.get(key) ?? null }))
    .filter((row) => row.ours !== row.theirs);
}
