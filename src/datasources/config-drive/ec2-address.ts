// local-ipv4 of the EC2 metadata: the one static address that a cloud without DHCP always says, here joined with network_data.json.

import type { Diagnostic } from '../../core/diagnostic.ts';
import type { AddressConfig, LinkConfig, NetworkConfig } from '../../core/network-config.ts';
import { formatAddress, type IpAddress, isHostAddress, isInNetwork, parseAddress } from '../../network/address.ts';

/**
 * The network with `localIpv4` in it: unchanged when a static network has it or when it is absent (Nova writes null for guests
 * without IPv4). Of the link that is announced as DHCP it becomes the reserved address; else it is added to the link whose static network
 * holds it, to the only NIC, or to a link entry without MAC. A value that is no IPv4 address is added to `diagnostics`. `source` is the
 * file, such as `ec2/latest/meta-data.json`.
 */
export function mergeEc2Address(
  network: NetworkConfig,
  localIpv4: string | undefined | null,
  source: string,
  diagnostics: Diagnostic[] = [],
): NetworkConfig {
  if (localIpv4 === undefined || localIpv4 === null || localIpv4.trim() === '') return network;
  const parsed = parseAddress(localIpv4.trim());
  if (parsed?.family !== 4 || !isHostAddress(parsed)) {
    const message = `expected an IPv4 address of a host, found ${parsed === undefined ? 'another string' : 'an address of another kind'}`;
    diagnostics.push({ severity: 'error', code: 'value', source, path: 'local-ipv4', message });
    return network;
  }
  const address = formatAddress(parsed);
  if (network.addresses.some((entry) => entry.method === 'static' && entry.address === address)) return network;
  const said = `${source} local-ipv4`;
  const holder = findHolder(network, parsed);
  const prefix =
    holder?.prefixLength === undefined ? {} : { prefixLength: holder.prefixLength, prefixOrigin: holder.origin };
  const dhcp = findAnnouncedByDhcp(network);
  if (dhcp !== undefined) {
    const origin = { source: `${said} (${dhcp.origin.source} says DHCP without an address)` };
    const reserved = { address, ...prefix, origin };
    return {
      ...network,
      addresses: network.addresses.map((entry) => (entry === dhcp ? { ...dhcp, reserved } : entry)),
    };
  }
  const origin = { source: said };
  const common = { family: 4, method: 'static', address, ...prefix, routes: [], dns: [], origin } as const;
  if (holder !== undefined) return { ...network, addresses: [...network.addresses, { ...common, link: holder.link }] };
  const link = findOnlyNic(network) ?? { id: 'local-ipv4', kind: 'physical', origin };
  const links = network.links.includes(link) ? network.links : [...network.links, link];
  return { ...network, links, addresses: [...network.addresses, { ...common, link: link.id }] };
}

/** The static network whose prefix has the address in it. */
function findHolder({ addresses }: NetworkConfig, address: IpAddress): AddressConfig | undefined {
  return addresses.find((entry) => {
    if (entry.method !== 'static' || entry.family !== 4 || entry.prefixLength === undefined) return false;
    const own = parseAddress(entry.address ?? '');
    return own !== undefined && isInNetwork(address, own, entry.prefixLength);
  });
}

/**
 * Nova announces a static NIC on a subnet where Neutron runs DHCP as ipv4_dhcp without address; local-ipv4 is then the address of
 * the first NIC that has an IPv4 network. Undefined when that first network is static: the two files then speak of different things.
 */
function findAnnouncedByDhcp(network: NetworkConfig): AddressConfig | undefined {
  const first = network.addresses.find((entry) => entry.family === 4);
  return first?.method === 'dhcp4' ? first : undefined;
}

function findOnlyNic(network: NetworkConfig): LinkConfig | undefined {
  const nics = network.links.filter((link) => link.kind === 'physical');
  return nics.length === 1 ? nics[0] : undefined;
}
