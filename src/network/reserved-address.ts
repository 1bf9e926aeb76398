// Which way a link that the drive announces as DHCP gets its address when the metadata says that address as well: by asking, or by being
// told. Nova announces so wherever Neutron has a DHCP server on the subnet; a guest made for clouds without DHCP has nobody who asks it.

import type { Facts } from '../core/facts.ts';
import type { AddressConfig, NetworkConfig } from '../core/network-config.ts';
import type { Policy } from '../core/policy.ts';
import { chooseBackend } from './backend.ts';

/**
 * The network without reserved addresses: each is static, or its link is left to DHCP. `auto` of policy network.dhcp_address: DHCP where
 * the link is written down for a network service, which then asks for a lease, or where cloud-init does so; else the address. Pure.
 */
export function settleReserved(
  network: NetworkConfig,
  { facts, policy }: { facts: Pick<Facts, 'networkServices'>; policy: Policy },
): NetworkConfig {
  if (!network.addresses.some(({ reserved }) => reserved !== undefined)) return network;
  const isTaken = takesReserved(facts, policy);
  return { ...network, addresses: network.addresses.map((entry) => settle(entry, isTaken)) };
}

function takesReserved({ networkServices }: Pick<Facts, 'networkServices'>, { network }: Policy): boolean {
  if (network.dhcp_address !== 'auto') return network.dhcp_address === 'local-ipv4';
  return chooseBackend(networkServices, network.backend).backend === undefined && !networkServices.cloudInit;
}

function settle({ reserved, ...entry }: AddressConfig, isTaken: boolean): AddressConfig {
  return reserved === undefined || !isTaken ? entry : { ...entry, ...reserved, method: 'static' };
}
