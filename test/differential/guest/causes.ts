// Why a guest is otherwise after guest-init than after cloud-init. Patterns are of whole values; null: that side has no such row.

import type { StateDifference } from './guest-state.ts';

export type Cause = {
  readonly id: string;
  readonly verdict: 'ours better' | 'equal in effect' | 'theirs wrong' | 'ours stricter';
  readonly reason: string;
  readonly upstream?: string;
  /** Names of documents; absent: any. */
  readonly documents?: RegExp;
  readonly key: RegExp;
  readonly ours?: RegExp | null;
  readonly theirs?: RegExp | null;
};

export const causes: readonly Cause[] = [
  {
    id: 'hosts-file',
    verdict: 'ours better',
    reason:
      'The image has no /etc/hosts: it is made, with localhost and the name of the guest, so that sudo and others find it at once.',
    key: /^hosts: (?:127\.0\.0\.1 localhost|::1 |ff02::|127\.0\.1\.1 )/,
    ours: /there/,
    theirs: null,
  },
  {
    id: 'default-user-groups',
    verdict: 'ours better',
    reason:
      'The default user is no member of adm (reads all logs) and cdrom (reads the config drive with its passwords and keys).',
    key: /^group (?:adm|cdrom)$/,
    ours: /:$/,
    theirs: /:debian$/,
  },
  {
    id: 'launch-key-of-the-first-user',
    verdict: 'ours better',
    reason:
      'Without `default` in `users` the key of the instance goes to the first user who is made; cloud-init gives it to nobody who can log in, and root is told to use the user "NONE".',
    documents: /^(?:user|groups|chpasswd|file|runcmd)/,
    key: /^(?:keys .*launch@test|(?:file|folder) \/.*\.ssh(?:\/authorized_keys)?$)/,
  },
  {
    id: 'numbers-of-accounts',
    verdict: 'ours better',
    reason: 'Accounts are made, and so numbered, in the order of `users`; cloud-init makes the default user last.',
    key: /^(?:passwd|group) \w+$/,
    ours: /^1\d{3}:/,
    theirs: /^1\d{3}:/,
  },
  {
    id: 'mark-in-fstab',
    verdict: 'equal in effect',
    reason:
      'The lines of /etc/fstab carry another mark; a network file system is not checked at boot (last field 0), which cloud-init asks for.',
    key: /^fstab: .*comment=(?:guest-init|cloudconfig)/,
  },
  {
    id: 'names-of-files',
    verdict: 'equal in effect',
    reason:
      'Files for apt and sshd have names of our own; the one for sshd is read first, so that no other drop-in wins over it.',
    key: /^file \/etc\/(?:apt\/apt\.conf\.d|ssh\/sshd_config\.d)\/\d\d-?(?:guest-init|cloud-init|cloud)/,
  },
  {
    id: 'groups-as-words',
    verdict: 'theirs wrong',
    reason: '`groups: crew, deck` makes both groups; cloud-init makes the first alone.',
    documents: /^groups: words$/,
    key: /^group deck$/,
    theirs: null,
  },
  {
    id: 'keyboard-without-its-package',
    verdict: 'ours better',
    reason:
      '/etc/default/keyboard is written although console-setup is missing, for when it comes; the module of cloud-init fails before it writes.',
    documents: /^keyboard$/,
    key: /^file \/etc\/default\/keyboard$/,
    theirs: null,
  },
  {
    id: 'preserve-hostname',
    verdict: 'theirs wrong',
    reason:
      'With `preserve_hostname: true` the name of the image stays; cloud-init sets the one of the metadata before it looks at the key.',
    documents: /^preserve_hostname$/,
    key: /^(?:file \/etc\/hostname|kernel hostname|hosts: .*)$/,
  },
  {
    id: 'seed-for-root-alone',
    verdict: 'ours better',
    reason: 'A seed is a secret: its file is 0600.',
    key: /^file \/srv\/seed$/,
    ours: /0600/,
    theirs: /0644/,
  },
  {
    id: 'rsyslog-without-rsyslog',
    verdict: 'ours stricter',
    reason:
      'Where rsyslog is not installed the step fails and names the package; cloud-init writes files that nobody reads.',
    documents: /^rsyslog$/,
    key: /^file \/etc\/rsyslog\.d\//,
    ours: null,
  },
  {
    id: 'empty-authorized-keys',
    verdict: 'equal in effect',
    reason: 'A user without keys gets no file for them; cloud-init makes an empty one.',
    documents: /^ssh_authorized_keys with a list of users$/,
    key: /^(?:file|folder) \/home\/ops\/\.ssh/,
    ours: null,
  },
  {
    id: 'users-that-are-there',
    verdict: 'ours better',
    reason:
      'A user whom the image has gains the groups that are asked for and keeps the rest; cloud-init adds nothing and locks the password.',
    documents: /^user: that is there$/,
    key: /^(?:group audio|shadow games)$/,
  },
];

/** The first cause that a difference has. */
export function findCause(document: string, { key, ours, theirs }: StateDifference): Cause | undefined {
  const fits = (pattern: RegExp | null | undefined, value: string | null): boolean =>
    pattern === undefined || (pattern === null ? value === null : value !== null && pattern.test(value));
  return causes.find(
    (cause) =>
      (cause.documents?.test(document) ?? true) &&
      cause.key.test(key) &&
      fits(cause.ours, ours) &&
      fits(cause.theirs, theirs),
  );
}
