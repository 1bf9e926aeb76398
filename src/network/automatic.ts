// Who brings about what a link gets beside its static addresses: the network service that asks by DHCP, the kernel that hears router
// advertisements, or nobody on this guest.

import type { Severity } from '../core/diagnostic.ts';
import type { Facts } from '../core/facts.ts';
import type { NetworkBackend } from '../core/network-backend.ts';
import type { AddressMethod } from '../core/network-config.ts';
import type { Policy } from '../core/policy.ts';
import type { ResolvedLink } from '../core/resolved-network.ts';
import { chooseBackend } from './backend.ts';

/** What may bring a link up or ask for its addresses. */
export type AutomaticContext = {
  /** Why nobody asks by DHCP on this guest; undefined where the service of the network's files does, or cloud-init's. */
  readonly unasked: string | undefined;
  /** Links that are up, or are brought up by the steps of other entries. */
  readonly up: ReadonlySet<string>;
};

/** One kind of automatic addresses of a link. */
export type AutomaticFinding = {
  readonly method: AddressMethod;
  readonly severity: Severity;
  /** Without the link's name. */
  readonly message: string;
};

const kinds = {
  dhcp4: { method: 'dhcp4', name: 'IPv4 by DHCP' },
  stateful: { method: 'dhcp6', name: 'IPv6 by DHCP' },
  stateless: { method: 'dhcp6-stateless', name: 'IPv6 by router advertisement and DHCP' },
  slaac: { method: 'slaac', name: 'IPv6 by router advertisement' },
} as const;

/** Pure. `backend` is the service that the network is written down for. */
export function findAutomaticContext(
  links: readonly ResolvedLink[],
  { facts, policy, backend }: { facts: Facts; policy: Policy; backend: NetworkBackend | undefined },
): AutomaticContext {
  const { networkServices } = facts;
  const hasClient = backend !== undefined || networkServices.cloudInit;
  const parents = links.flatMap(({ vlan }) => vlan?.parent ?? []);
  const set = links.filter(({ kind, addresses }) => kind !== 'physical' || addresses.length > 0);
  return {
    unasked: hasClient ? undefined : chooseBackend(networkServices, policy.network.backend).reason,
    up: new Set([...facts.links.filter(({ up }) => up), ...set].map(({ name }) => name).concat(parents)),
  };
}

/** What is to be said of each kind that the link is to have: whose it is, or that it is nobody's. */
export function judgeAutomatic(link: ResolvedLink, context: AutomaticContext): AutomaticFinding[] {
  const { dhcp4, ipv6 } = link.automatic;
  const asked = [...(dhcp4 === true ? (['dhcp4'] as const) : []), ...(ipv6 === undefined ? [] : [ipv6])];
  return asked.map((kind) => {
    const { method, name } = kinds[kind];
    const { unasked } = context;
    if (unasked === undefined)
      return { method, severity: 'note', message: `${name} is left to the distribution's network service` };
    if (kind !== 'slaac')
      return { method, severity: 'error', message: `${name}: nothing on this guest asks by DHCP (${unasked})` };
    if (context.up.has(link.name)) return { method, severity: 'note', message: `${name} is left to the kernel` };
    return { method, severity: 'error', message: `${name}: nothing on this guest brings the link up (${unasked})` };
  });
}

/** Links without a static address that get one nevertheless, for the last line, which would not name them: `eth0 by DHCP`. */
export function describeAutomatic(links: readonly ResolvedLink[], { unasked, up }: AutomaticContext): string[] {
  return links.flatMap(({ name, addresses, automatic: { dhcp4, ipv6 } }) => {
    if (addresses.length > 0) return [];
    const hasClient = unasked === undefined;
    if (hasClient && (dhcp4 === true || ipv6 === 'stateful')) return [`${name} by DHCP`];
    // The address of a stateless one is the kernel's, too: DHCP would tell name servers alone.
    const isHeard = (ipv6 === 'slaac' || ipv6 === 'stateless') && (hasClient || up.has(name));
    return isHeard ? [`${name} by router advertisement`] : [];
  });
}
