// Who receives what the cloud hands out without naming a user: launch keys, ssh_authorized_keys, password, admin_pass.
// cloud-init's rule for its default user, with an answer for documents whose `users` leaves that one out.

import type { Facts } from '../../core/facts.ts';
import type { Policy } from '../../core/policy.ts';
import type { DefaultUser } from '../../distros/distro.ts';
import { selectDistro } from '../../distros/select.ts';
import { listUserRequests, readLegacyUser, type UserRequest } from './requests.ts';

export type LoginUser = {
  /** The default user under the name it has on this guest. */
  readonly defaultUser: DefaultUser;
  /** False when `users` is given and leaves the default user out. */
  readonly wantsDefault: boolean;
  /** The receiving user; undefined when the document wants none at all (`users: []`). */
  readonly name: string | undefined;
};

/** Decides from the document, as written or validated: `users` and `user` are all that is looked at. */
export function resolveLoginUser(given: {
  document: Readonly<Record<string, unknown>>;
  facts: Pick<Facts, 'os'>;
  policy: Pick<Policy, 'default_user'>;
}): LoginUser {
  const usual = selectDistro(given.facts.os).defaultUser;
  const legacy = readLegacyUser(given.document.user);
  const requests = listUserRequests(given.document.users);
  const defaultUser = { ...usual, name: legacy?.name ?? given.policy.default_user ?? usual.name };
  const wantsDefault =
    legacy !== undefined || requests === undefined || requests.some(({ name }) => name === 'default');
  return {
    defaultUser,
    wantsDefault,
    name: wantsDefault ? defaultUser.name : requests?.find(canLogIn)?.name,
  };
}

function canLogIn({ fields }: UserRequest): boolean {
  const redirected = fields.ssh_redirect_user === true || fields.ssh_redirect_user === 'default';
  return fields.system !== true && fields.no_create_home !== true && !redirected;
}
