// What the question to the segment has brought, for the steps of the same run that come after it.

import type { Host } from '../host/host.ts';

/** An address on the segment of a link. */
export type Neighbour = { readonly link: string; readonly address: string };

export type Probe = {
  /** By `nameNeighbour`: MAC address of who has answered. */
  readonly answers: ReadonlyMap<string, string>;
  /** Gateways of default routes from before this run that answered. */
  readonly workingBefore: readonly Neighbour[];
  /** Entries of the neighbour table that nobody answered for and that are still to be removed. */
  readonly leftovers: readonly Neighbour[];
};

const probes = new WeakMap<Host, Probe>();

export function nameNeighbour({ link, address }: Neighbour): string {
  return `${link} ${address}`;
}

export function rememberProbe(host: Host, probe: Probe): void {
  probes.set(host, probe);
}

export function recallProbe(host: Host): Probe | undefined {
  return probes.get(host);
}

/** The entries left on this link. */
export function listLeftovers(host: Host, link: string): readonly Neighbour[] {
  return probes.get(host)?.leftovers.filter((entry) => entry.link === link) ?? [];
}

/** Those of this link have been removed. */
export function forgetLeftovers(host: Host, link: string): void {
  const probe = probes.get(host);
  const left = probe?.leftovers.filter((entry) => entry.link !== link) ?? [];
  if (probe !== undefined && left.length < probe.leftovers.length) probes.set(host, { ...probe, leftovers: left });
}

/** MAC address of another machine that has this address; undefined: none, or nobody was asked. */
export function findHolder(host: Host, neighbour: Neighbour): string | undefined {
  const mac = probes.get(host)?.answers.get(nameNeighbour(neighbour));
  return mac === undefined || listOwnMacs(host).has(mac) ? undefined : mac;
}

/** Answers from these are our own: another NIC of this guest on the same segment. */
export function listOwnMacs(host: Host): ReadonlySet<string> {
  const { links } = host.facts();
  const shown = links.map(({ name }) => host.readText(`/sys/class/net/${name}/address`)?.trim().toLowerCase() ?? '');
  return new Set([...links.map(({ mac }) => mac), ...shown]);
}
