// One executor per action kind; a kind without one does not compile.

import type { Action, ActionKind } from '../core/action.ts';
import { authorizedKeys } from './authorized-keys.ts';
import { exec } from './exec.ts';
import type { Executor } from './executor.ts';
import { file } from './file.ts';
import { group } from './group.ts';
import { hostKeys } from './host-keys.ts';
import { hostname } from './hostname.ts';
import { lines } from './lines.ts';
import { netAddress } from './net-address.ts';
import { netAdvertisements } from './net-advertisements.ts';
import { netBond } from './net-bond.ts';
import { netLink } from './net-link.ts';
import { netProbe } from './net-probe.ts';
import { netRemove } from './net-remove.ts';
import { netRoute } from './net-route.ts';
import { netVerify } from './net-verify.ts';
import { netVlan } from './net-vlan.ts';
import { notify } from './notify.ts';
import { password } from './password.ts';
import { remove } from './remove.ts';
import { service } from './service.ts';
import { symlink } from './symlink.ts';
import { user } from './user.ts';

const executors: { readonly [Kind in ActionKind]: Executor<Extract<Action, { kind: Kind }>> } = {
  file,
  lines,
  symlink,
  group,
  user,
  password,
  authorizedKeys,
  hostname,
  netLink,
  netAdvertisements,
  netVlan,
  netBond,
  netAddress,
  netRoute,
  netRemove,
  netProbe,
  netVerify,
  exec,
  hostKeys,
  service,
  remove,
  notify,
};

/** The executor of an action, typed for that action. */
export function executorFor<A extends Action>(action: A): Executor<A> {
  return executors[action.kind] as unknown as Executor<A>;
}
