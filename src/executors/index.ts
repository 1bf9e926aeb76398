// One executor per action kind; a kind without one does not compile. Kinds that few drives ask for are loaded when a plan has one.

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

type ExecutorOf<Kind extends ActionKind> = Executor<Extract<Action, { kind: Kind }>>;

/** Kinds that most instances have no step of: loaded by `loadExecutors`, so that a boot without them does not pay for them. */
const seldom = {
  daemon: async () => (await import('./daemon.ts')).daemon,
  sections: async () => (await import('./sections.ts')).sections,
  fetchedFile: async () => (await import('./fetched-file.ts')).fetchedFile,
  importKeys: async () => (await import('./import-keys.ts')).importKeys,
  unit: async () => (await import('./unit.ts')).unit,
  debconf: async () => (await import('./debconf.ts')).debconf,
  signingKey: async () => (await import('./signing-key.ts')).signingKey,
  packages: async () => (await import('./packages.ts')).packages,
  fileSystem: async () => (await import('./file-system.ts')).fileSystem,
  fstab: async () => (await import('./fstab.ts')).fstab,
  growFileSystem: async () => (await import('./grow-file-system.ts')).growFileSystem,
  growPartition: async () => (await import('./grow-partition.ts')).growPartition,
  mount: async () => (await import('./mount.ts')).mount,
  partitionTable: async () => (await import('./partition-table.ts')).partitionTable,
  swapFile: async () => (await import('./swap-file.ts')).swapFile,
  locale: async () => (await import('./locale.ts')).locale,
  message: async () => (await import('./message.ts')).message,
  phoneHome: async () => (await import('./phone-home.ts')).phoneHome,
  powerState: async () => (await import('./power-state.ts')).powerState,
  randomSeed: async () => (await import('./random-seed.ts')).randomSeed,
  require: async () => (await import('./require.ts')).require,
} satisfies { readonly [Kind in ActionKind]?: () => Promise<ExecutorOf<Kind>> };

type SeldomKind = keyof typeof seldom;

const executors: { readonly [Kind in Exclude<ActionKind, SeldomKind>]: ExecutorOf<Kind> } = {
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

const loaded = new Map<string, unknown>(Object.entries(executors));

/** Makes `executorFor` answer for each of these steps. */
export async function loadExecutors(steps: readonly { readonly action: Action }[]): Promise<void> {
  for (const { kind } of steps.map(({ action }) => action)) {
    if (!loaded.has(kind)) loaded.set(kind, await seldom[kind as SeldomKind]());
  }
}

/** The executor of an action, typed for that action; for some kinds only after `loadExecutors`. */
export function executorFor<A extends Action>(action: A): Executor<A> {
  const executor = loaded.get(action.kind);
  if (executor === undefined) throw new Error(`the executor of ${action.kind} is not loaded`);
  return executor as Executor<A>;
}
