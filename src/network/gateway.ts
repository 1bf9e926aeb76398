// Decides the gateway of an address: the route that came with it, or the guess for clouds that say none (decision D6).

import type { AddressConfig } from '../core/network-config.ts';
import type { Policy } from '../core/policy.ts';
import { formatAddress, type IpAddress, parseAddress } from './address.ts';

export type GuessedGateway = {
  readonly gateway: string;
  /** What was guessed and which setting says it instead. */
  readonly guess: string;
};

/**
 * Whether nothing says the gateway of this address: IPv4, static, and neither prefix nor default route given. An entry of
 * network_data.json with a netmask and without a default route does say it: that subnet has no gateway.
 */
export function needsGatewayGuess(entry: AddressConfig): boolean {
  if (entry.method !== 'static' || entry.family !== 4 || entry.prefixLength !== undefined) return false;
  return !entry.routes.some((route) => route.family === 4 && route.prefixLength === 0);
}

/**
 * The guess of policy network.default_gateway: a number replaces the last octet of the address, an address is taken as it is,
 * `none` gives undefined; so does a guess that is the guest's own address.
 */
export function guessGateway(
  address: IpAddress,
  setting: Policy['network']['default_gateway'],
): GuessedGateway | undefined {
  if (setting === 'none') return undefined;
  if (typeof setting === 'number') {
    const value = (address.value & ~0xffn) | BigInt(setting);
    if (value === address.value) return undefined;
    return {
      gateway: formatAddress({ family: 4, value }),
      guess: `first three octets + .${setting} (config: network.default_gateway)`,
    };
  }
  const gateway = parseAddress(setting);
  if (gateway?.family !== 4 || gateway.value === address.value) return undefined;
  return { gateway: formatAddress(gateway), guess: "the image's own setting (config: network.default_gateway)" };
}
