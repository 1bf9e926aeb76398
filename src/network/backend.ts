// Which network service the network is written down for: the one that the guest starts at boot, or the one that the image names.

import type { NetworkServices } from '../core/facts.ts';
import type { NetworkBackend } from '../core/network-backend.ts';
import type { Policy } from '../core/policy.ts';

export type BackendChoice = {
  /** Undefined: nothing is written, and the network is restored by guest-init at each boot. */
  readonly backend: NetworkBackend | undefined;
  /** For plan and log, in a few words. */
  readonly reason: string;
};

/** In order: who starts others comes before whom it starts. A guest with two owners belongs to the one that takes the link from the other. */
const order: readonly [keyof NetworkServices, NetworkBackend, string][] = [
  ['netplan', 'netplan', 'netplan is installed'],
  ['wicked', 'wicked', 'wicked starts at boot'],
  ['networkManager', 'network-manager', 'NetworkManager starts at boot'],
  ['sysconfig', 'sysconfig', 'the network script starts at boot'],
  ['networkd', 'networkd', 'systemd-networkd starts at boot'],
  ['ifupdown', 'ifupdown', 'networking.service (ifupdown) starts at boot'],
  ['alpine', 'ifupdown-alpine', "Alpine's networking starts at boot"],
];

/** Pure. `services` are the guest's, `setting` is network.backend. */
export function chooseBackend(services: NetworkServices, setting: Policy['network']['backend']): BackendChoice {
  if (setting === 'none') return { backend: undefined, reason: 'network.backend is none' };
  if (setting !== 'auto') return { backend: setting, reason: 'config: network.backend' };
  if (services.cloudInit) return { backend: undefined, reason: 'cloud-init writes the network of this guest' };
  const found = order.find(([service]) => services[service]);
  if (found === undefined) return { backend: undefined, reason: 'no network service starts at boot' };
  return { backend: found[1], reason: found[2] };
}
