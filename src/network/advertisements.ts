// Who listens to router advertisements: the same live and in the files of every service.

import type { ResolvedLink } from '../core/resolved-network.ts';

/**
 * Whether router advertisements are taken: not where IPv6 is static alone, else they would add addresses and routes. Undefined: the
 * network says nothing of IPv6 on this link, and it stays as the guest has it.
 */
export function acceptsAdvertisements({ automatic, addresses }: ResolvedLink): boolean | undefined {
  if (automatic.ipv6 !== undefined) return true;
  return addresses.some(({ family }) => family === 6) ? false : undefined;
}
