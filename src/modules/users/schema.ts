// Schema of the keys `users` and `user`, after cloud-init's users_groups module.

import * as v from 'valibot';
import { absolutePath } from '../../core/absolute-path.ts';
import { ImportIds } from '../ssh-import-id/schema.ts';
import { byForm } from './forms.ts';
import {
  GroupName,
  isAccountName,
  isAnswer,
  isOneLine,
  NameListText,
  passwdField,
  UserListText,
  UserName,
  withoutLineEnd,
} from './names.ts';

const AbsolutePath = v.pipe(passwdField('an absolute path'), v.regex(absolutePath, 'an absolute path without ".."'));

const SudoRule = v.pipe(
  v.string('a sudo rule'),
  v.check((rule) => isSudoRule(withoutLineEnd(rule)), 'a sudo rule on one line such as "ALL=(ALL) NOPASSWD:ALL"'),
);

/** visudo checks the file as a whole: a rule without this form would cost every user theirs. */
function isSudoRule(rule: string): boolean {
  return rule.trim() === '' || (isOneLine(rule) && !rule.endsWith('\\') && /^\s*[^\s=][^=]*=\s*\S/.test(rule));
}

const Hash = v.pipe(
  v.string('a crypt(3) hash in quotes'),
  v.check((hash) => isOneLine(hash) && !/[:\s]/.test(hash), 'a crypt(3) hash without ":" and blanks'),
);

/** Text that chpasswd(8) can take: one line, within PAM's limit. */
export const PlainPassword = v.pipe(
  v.string('a password in quotes'),
  v.check((text) => isOneLine(text) && text.length <= 512, 'a password of one line, at most 512 characters'),
);

const expectedDate = 'a date such as 2030-12-31';

/** useradd(8) would take 31 February for 3 March. */
function isDayOfCalendar(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

const Days = v.union(
  [v.pipe(v.number(), v.integer(), v.minValue(-1), v.maxValue(99_999)), v.pipe(v.string(), v.regex(/^-?\d{1,5}$/))],
  'a number of days',
);

const Uid = v.union(
  [
    v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(4_294_967_294)),
    v.pipe(v.string(), v.regex(/^\d{1,10}$/)),
  ],
  'a user id such as 1500',
);

/** Keys as text lines; each is parsed by the planner, which knows what to say about it. */
const KeyLines = byForm({
  text: v.string(),
  list: v.array(v.string('a public key line')),
  map: v.record(v.string(), v.string('a public key line')),
  expected: 'a list of public key lines',
});

const GroupNames = byForm({
  text: NameListText,
  list: v.array(
    v.pipe(
      v.string('a group name'),
      v.check((text) => text.trim() === '' || isAccountName(text.trim()), 'a group name'),
    ),
  ),
  map: v.record(GroupName, v.unknown()),
  expected: 'a list of group names',
});

const githubName = 'a name on GitHub';
const GitHubName = v.pipe(v.string(githubName), v.regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/, githubName));

const Unsupported = v.optional(v.unknown());

/** One user as a map. Without a name it stands for the default user, as in cloud-init. */
export const UserEntry = v.strictObject({
  name: v.optional(UserName),
  gecos: v.optional(passwdField('a comment')),
  groups: v.optional(GroupNames),
  primary_group: v.optional(GroupName),
  create_groups: v.optional(v.boolean()),
  homedir: v.optional(AbsolutePath),
  no_create_home: v.optional(v.boolean()),
  no_user_group: v.optional(v.boolean()),
  no_log_init: v.optional(v.boolean()),
  system: v.optional(v.boolean()),
  shell: v.optional(AbsolutePath),
  uid: v.optional(Uid),
  expiredate: v.optional(
    v.pipe(v.string(expectedDate), v.isoDate(expectedDate), v.check(isDayOfCalendar, expectedDate)),
  ),
  inactive: v.optional(Days),
  passwd: v.optional(Hash),
  hashed_passwd: v.optional(Hash),
  plain_text_passwd: v.optional(PlainPassword),
  lock_passwd: v.optional(v.boolean()),
  sudo: v.optional(
    v.union([SudoRule, v.array(SudoRule), v.literal(false), v.null()], 'a sudo rule, a list of them, or false'),
  ),
  ssh_authorized_keys: v.optional(KeyLines),
  ssh_redirect_user: v.optional(v.union([v.boolean(), v.literal('default')], 'true, false or "default"')),
  selinux_user: v.optional(passwdField('a SELinux user')),
  doas: Unsupported,
  ssh_import_id: v.optional(ImportIds),
  snapuser: Unsupported,
  coreos_ssh_import_github: v.optional(GitHubName),
  coreos_ssh_import_github_users: v.optional(v.array(GitHubName, 'a list of names on GitHub')),
  coreos_ssh_import_url: v.optional(
    v.pipe(
      v.string('an https URL'),
      v.check(
        (url) => /^https:\/\/[^\s/]/.test(url) && URL.canParse(url),
        'an https URL: by http anybody could answer',
      ),
    ),
  ),
  'lock-passwd': v.optional(v.boolean()),
  'primary-group': v.optional(GroupName),
  'no-create-home': v.optional(v.boolean()),
  'no-user-group': v.optional(v.boolean()),
  'no-log-init': v.optional(v.boolean()),
  'selinux-user': v.optional(passwdField('a SELinux user')),
  'ssh-import-id': v.optional(ImportIds),
  'ssh-authorized-keys': v.optional(KeyLines),
});
export type UserEntry = v.InferOutput<typeof UserEntry>;

const UserListItem = byForm({
  text: UserListText,
  list: v.pipe(v.array(UserName), v.minLength(1, 'at least one user name')),
  map: UserEntry,
  expected: 'a user name or a map that describes a user',
});

const userOrAnswer = 'a map that describes a user, true or false';
const UserMapValue = byForm({
  text: v.pipe(v.string(), v.check(isAnswer, userOrAnswer)),
  list: v.never(userOrAnswer),
  map: UserEntry,
  other: v.boolean(),
  expected: userOrAnswer,
});

const UsersByName = v.record(UserName, UserMapValue);

/** Users by name, unless the map is one user whose dash was forgotten: its fields would be taken for names. */
const UserMap = v.lazy(
  (input): v.GenericSchema<v.InferInput<typeof UsersByName>, v.InferOutput<typeof UsersByName>> => {
    const field = findFieldOfUser(input);
    return field === undefined ? UsersByName : v.never(`a list of users: put "- " before ${field}`);
  },
);

/** The key of a map that is one user's to put the dash before; undefined of a map of users. */
function findFieldOfUser(input: unknown): string | undefined {
  if (input === null || typeof input !== 'object') return undefined;
  const { name } = input as { name?: unknown };
  if (typeof name === 'string' && !isAnswer(name)) return 'name';
  const keys = Object.keys(input);
  const areFields = keys.every((key) => Object.hasOwn(UserEntry.entries, key));
  // A user may have the name of a field; a map describes one then.
  const describeUsers = Object.values(input).every(
    (value) => value !== null && typeof value === 'object' && !Array.isArray(value),
  );
  return areFields && !describeUsers ? keys[0] : undefined;
}

export const Users = v.object({
  users: v.optional(
    byForm({
      text: UserListText,
      list: v.array(UserListItem),
      map: UserMap,
      expected: 'a list of users',
    }),
  ),
  user: v.optional(
    byForm({
      text: UserName,
      list: v.never('a user name or a map that describes a user'),
      map: UserEntry,
      expected: 'a user name or a map that describes a user',
    }),
  ),
});
export type Users = v.InferOutput<typeof Users>;
