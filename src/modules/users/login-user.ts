// Who receives what the cloud hands out without naming a user: launch keys, ssh_authorized_keys, password, admin_pass.
// cloud-init's rule for its default user, with an answer for documents whose `users` leaves that one out.

import type { ModuleContext } from '../../core/define.ts';
import type { DefaultUser } from '../../distros/distro.ts';
import { selectDistro } from '../../distros/select.ts';
import { listsDefaultUser, listUserRequests, readLegacyUser, type UserRequest } from './requests.ts';

export type LoginUser = {
  /** The default user under the name it has on this guest. */
  readonly defaultUser: DefaultUser;
  /** Whether the default user is wanted: by the author, by an absent `users`, or because nobody else is left. */
  readonly wantsDefault: boolean;
  /** Whether the module of users makes the default user: it is asked for, or wanted and there is something to receive. */
  readonly makesDefault: boolean;
  /** True when the default user receives only because faulty entries of `users` were dropped. */
  readonly standsIn: boolean;
  /** The receiving user; undefined when the document wants none (`users: []`, or only users without a login). */
  readonly name: string | undefined;
  /** Whether `users` names anybody. */
  readonly asksForUsers: boolean;
  /** Names of the accounts that the module of users plans. */
  readonly planned: ReadonlySet<string>;
};

/**
 * Decides among the users that are really planned: an entry that was dropped for a fault receives nothing. Where such faults leave
 * nobody, the default user stands in, so that they never lock out the owner of the launch key.
 */
export function resolveLoginUser(
  context: Pick<ModuleContext<unknown>, 'document' | 'validated' | 'instance' | 'facts' | 'policy'>,
): LoginUser {
  const { document, validated, policy } = context;
  const usual = selectDistro(context.facts.os).defaultUser;
  // The wish for the default user, and its name, count even where its fields were faulty: it can be made without them.
  const legacy = readLegacyUser(document.user);
  const defaultUser = { ...usual, name: legacy?.name ?? policy.default_user ?? usual.name };
  const requests = listUserRequests(validated.users) ?? [];
  const isListed = requests.some(isDefault);
  const isAsked = legacy !== undefined || isListed || document.users === undefined || document.users === null;
  const hasLostEntries = countEntries(validated.users) < countEntries(document.users);
  const standsIn = !isAsked && hasLostEntries && (!requests.some(canLogIn) || listsDefaultUser(document.users));
  const wantsDefault = isAsked || standsIn;
  const takesOver = defaultUser.name !== coreosUser && meansCoreosUser(context, requests);
  const makesDefault =
    isListed || validated.user !== undefined || (wantsDefault && !takesOver && receivesSomething(context));
  return {
    defaultUser,
    wantsDefault,
    makesDefault,
    standsIn,
    asksForUsers: requests.length > 0,
    name: takesOver ? coreosUser : wantsDefault ? defaultUser.name : requests.find(canLogIn)?.name,
    planned: new Set([
      ...requests.map((request) => (isDefault(request) ? defaultUser.name : request.name)),
      // root is there: it gets no account.
      ...(makesDefault && defaultUser.name !== 'root' ? [defaultUser.name] : []),
    ]),
  };
}

/** Whom CoreOS documents mean without naming a user (decision D20). */
const coreosUser = 'core';

/** Whether the document is CoreOS', and the guest has that user or the document makes it. */
function meansCoreosUser(
  { document, facts }: Pick<ModuleContext<unknown>, 'document' | 'facts'>,
  requests: readonly UserRequest[],
): boolean {
  if (document['coreos'] === undefined) return false;
  const made = requests.find(({ name }) => name === coreosUser);
  return made === undefined ? facts.users.some(({ name }) => name === coreosUser) : canLogIn(made);
}

function isDefault({ name }: UserRequest): boolean {
  return name === 'default';
}

function canLogIn({ fields }: UserRequest): boolean {
  const redirected = fields.ssh_redirect_user === true || fields.ssh_redirect_user === 'default';
  return fields.system !== true && fields.no_create_home !== true && !redirected;
}

/** Entries of `users` in any form, to see whether some were dropped. */
function countEntries(users: unknown): number {
  if (users === undefined || users === null) return 0;
  if (Array.isArray(users)) return users.length;
  return typeof users === 'object' ? Object.keys(users).length : 1;
}

/** Whether anything is waiting for the login user: keys or a password. */
export function receivesSomething({
  validated,
  instance,
  policy,
}: Pick<ModuleContext<unknown>, 'validated' | 'instance' | 'policy'>): boolean {
  const keys = validated.ssh_authorized_keys;
  const metadataKeys = validated.allow_public_ssh_keys === false ? [] : instance.publicKeys;
  return (
    metadataKeys.length > 0 ||
    (Array.isArray(keys) && keys.length > 0) ||
    (typeof keys === 'string' && keys !== '') ||
    (Array.isArray(validated.ssh_import_id) && validated.ssh_import_id.length > 0) ||
    (typeof validated.password === 'string' && validated.password !== '') ||
    (policy.admin_pass && instance.adminPassword !== undefined)
  );
}
