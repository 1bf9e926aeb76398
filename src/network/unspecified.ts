// A drive that says nothing about the network: CloudStack writes `{}` for networks without DHCP. What becomes of the guest's network then
// is the image's to say, and never nothing without a word.

import type { Diagnostic } from '../core/diagnostic.ts';
import type { InstanceConfig } from '../core/instance-config.ts';
import type { NetworkConfig } from '../core/network-config.ts';
import type { Policy } from '../core/policy.ts';

export type SpecifiedNetwork = { readonly network: NetworkConfig; readonly diagnostics: readonly Diagnostic[] };

const setting = 'network.when_unspecified';

/** Whether the drive can be read and asks for no address anywhere. */
export function isUnspecified({ network, networkDamage }: Pick<InstanceConfig, 'network' | 'networkDamage'>): boolean {
  return network.addresses.length === 0 && networkDamage !== 'whole';
}

/**
 * The network with what policy network.when_unspecified says of one that is not specified: `dhcp` asks for a lease on network.interface or
 * the only NIC; `keep` leaves it empty, so that nothing is changed. A drive that names links and gives them no network means just that.
 */
export function specifyNetwork(
  instance: Pick<InstanceConfig, 'network' | 'networkDamage'>,
  { network: policy }: Pick<Policy, 'network'>,
): SpecifiedNetwork {
  const { network } = instance;
  if (!isUnspecified(instance)) return { network, diagnostics: [] };
  const note = (message: string): Diagnostic[] => [
    { severity: 'note', code: 'missing', source: network.links[0]?.origin.source ?? 'network_data.json', message },
  ];
  if (network.links.length > 0)
    return { network, diagnostics: note('links without a network; the network stays as it is') };
  if (policy.when_unspecified === 'keep')
    return { network, diagnostics: note(`says nothing about the network, which stays as it is (config: ${setting})`) };
  const origin = { source: setting, guessedBy: setting };
  return {
    network: {
      links: [{ id: setting, kind: 'physical', origin }],
      addresses: [{ link: setting, family: 4, method: 'dhcp4', routes: [], dns: [], origin }],
      dns: network.dns,
    },
    diagnostics: note(`says nothing about the network: DHCP (config: ${setting})`),
  };
}
