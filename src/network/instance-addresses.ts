// The addresses of an instance by the names that CoreOS documents call them by: the EC2 metadata first, then the network of the drive.

import type { InstanceAddresses } from '../core/instance-addresses.ts';
import type { InstanceConfig } from '../core/instance-config.ts';
import { formatAddress, type IpAddress, isHostAddress, isInNetwork, isLinkLocal, parseAddress } from './address.ts';

/** RFC 1918, RFC 6598 and RFC 4193: no address of the Internet. */
const privateNetworks = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['fc00::', 7],
] as const;

/**
 * `private`: local-ipv4, else the first private address of the network, else its first one. `public`: public-ipv4, else the first that is
 * not private. What only a DHCP server knows is absent.
 */
export function listInstanceAddresses({ metadata, network }: InstanceConfig): InstanceAddresses {
  const ec2 = metadata?.reveal().ec2;
  const known = network.addresses.flatMap(({ method, address, reserved }) => {
    const parsed = readAddress(method === 'static' ? address : reserved?.address);
    return parsed === undefined ? [] : [parsed];
  });
  const inside = known.filter(isPrivate);
  const outside = known.filter((address) => !isPrivate(address));
  const first = (list: readonly IpAddress[], family: 4 | 6): IpAddress | undefined =>
    list.find((address) => address.family === family);
  const found = {
    private_ipv4: readAddress(ec2?.['local-ipv4'], 4) ?? first([...inside, ...known], 4),
    public_ipv4: readAddress(ec2?.['public-ipv4'], 4) ?? first(outside, 4),
    private_ipv6: first([...inside, ...known], 6),
    public_ipv6: first(outside, 6),
  };
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, address]) => (address === undefined ? [] : [[name, formatAddress(address)]])),
  );
}

function readAddress(value: unknown, family?: 4): IpAddress | undefined {
  const address = typeof value === 'string' ? parseAddress(value.trim()) : undefined;
  if (address === undefined || !isHostAddress(address) || isLinkLocal(address)) return undefined;
  return family === undefined || address.family === family ? address : undefined;
}

function isPrivate(address: IpAddress): boolean {
  return privateNetworks.some(([network, prefixLength]) => {
    const base = parseAddress(network);
    return base !== undefined && isInNetwork(address, base, prefixLength);
  });
}
