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

/** What few boots do: loaded by `loadExecutors`. */
const lazyExecutors = {
  unit: async () => (await import('./unit.ts')).unit,
} satisfies { readonly [Kind in ActionKind]?: () => Promise<Executor<Extract<Action, { kind: Kind }>>> };

type LazyKind = keyof typeof lazyExecutors;

const executors: { readonly [Kind in Exclude<ActionKind, LazyKind>]: Executor<Extract<Action, { kind: Kind }>> } = {
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

const loaded = new Map<ActionKind, unknown>(Object.entries(executors) as [ActionKind, unknown][]);

/** Makes the executors of these actions ready for `executorFor`. */
export async function loadExecutors(actions: readonly Action[]): Promise<void> {
  for (const { kind } of actions) {
    if (!loaded.has(kind)) loaded.set(kind, await lazyExecutors[kind as LazyKind]());
  }
}

/** The executor of an action, typed for that action; it must be loaded. */
export function executorFor<A extends Action>(action: A): Executor<A> {
  const executor = loaded.get(action.kind);
  if (executor === undefined) throw new Error(`the executor of ${action.kind} is not loaded`);
  return executor as Executor<A>;
}
