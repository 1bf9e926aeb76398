// The rehearsal's network: for every NIC that the drive means, a cable whose far end owns the gateway that the plan will use.

import { randomBytes } from 'node:crypto';
import type { LinkFact } from '../core/facts.ts';
import type { InstanceConfig } from '../core/instance-config.ts';
import type { LinkConfig } from '../core/network-config.ts';
import type { Step } from '../core/plan.ts';
import type { Policy } from '../core/policy.ts';
import type { Host } from '../host/host.ts';
import { addressBits, isInNetwork, parseAddress } from '../network/address.ts';
import { matchLinks } from '../network/match.ts';
import { planFromInput } from '../pipeline/plan-input.ts';

export type Cable = {
  /** Name and address of the guest's end. */
  readonly name: string;
  readonly mac: string;
  /** `10.0.0.254/24`: what the far end owns and answers for. */
  readonly farAddresses: readonly string[];
  /** `10.0.0.5/32`: what the far end reaches through the cable although it is outside its own subnets. */
  readonly farRoutes: readonly string[];
};

/** Plans as the run will, on a guest that has just these NICs. `gateway` is owned by the far end in place of the planned ones. */
export async function planCables(given: {
  readonly instance: InstanceConfig;
  readonly host: Host;
  readonly policy: Policy;
  readonly gateway?: string;
}): Promise<readonly Cable[]> {
  const { instance, host, policy, gateway } = given;
  const facts = host.facts();
  const nics = nameNics(instance.network.links, facts.links, policy.network.interface);
  const links = nics.map((nic): LinkFact => ({ ...nic, physical: false, ethernet: true, up: false, addresses: [] }));
  const { steps } = await planFromInput({ instance, host, policy, facts: { ...facts, links, routes: [] } });
  return nics.map((nic) => ({ ...nic, ...planFarEnd(nic.name, steps, gateway) }));
}

type Nic = { readonly name: string; readonly mac: string };

/**
 * A NIC that this machine has keeps its name and address; others get the policy's name, then eth0, eth1 and so on. Where some links
 * name a MAC address, none is invented for those that do not: a real guest would lack it too.
 */
function nameNics(links: readonly LinkConfig[], present: readonly LinkFact[], preferred: string): readonly Nic[] {
  const physical = links.filter((link) => link.kind === 'physical');
  if (physical.length === 0) return [{ name: preferred, mac: drawMac() }];
  const { found } = matchLinks(physical, present, preferred);
  const taken = new Set([...found.values()].map(({ fact }) => fact.name));
  const nics = new Map<string, Nic>();
  const isNamed = physical.some((link) => link.mac !== undefined);
  for (const link of physical) {
    if (isNamed && link.mac === undefined && !found.has(link.id)) continue;
    const fact = found.get(link.id)?.fact;
    const name = fact?.name ?? pickName(preferred, taken);
    taken.add(name);
    const mac = link.mac ?? fact?.mac;
    nics.set(name, { name, mac: mac !== undefined && isUnicast(mac) ? mac : drawMac() });
  }
  return [...nics.values()];
}

function pickName(preferred: string, taken: ReadonlySet<string>): string {
  if (!taken.has(preferred)) return preferred;
  for (let index = 0; ; index += 1) if (!taken.has(`eth${index}`)) return `eth${index}`;
}

/** The kernel refuses a group address, and all zeros, as the address of a link. */
function isUnicast(mac: string): boolean {
  return /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/.test(mac) && mac !== '00:00:00:00:00:00';
}

/** Locally administered, unicast. */
function drawMac(): string {
  return ['02', ...[...randomBytes(5)].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}

function planFarEnd(
  name: string,
  steps: readonly Step[],
  gateway: string | undefined,
): Pick<Cable, 'farAddresses' | 'farRoutes'> {
  const farAddresses = new Set<string>();
  const farRoutes = new Set<string>();
  const own = steps.flatMap(({ action }) => (action.kind === 'netAddress' && action.link === name ? [action] : []));
  const planned = steps.flatMap(({ action }) =>
    action.kind === 'netRoute' && action.link === name ? [action.gateway] : [],
  );
  for (const text of gateway === undefined ? planned : [gateway]) {
    const far = parseAddress(text);
    const mine = own.find((action) => action.family === far?.family);
    const address = mine === undefined ? undefined : parseAddress(mine.address);
    // `via 0.0.0.0`: the destination is on the link.
    if (
      far === undefined ||
      far.value === 0n ||
      mine === undefined ||
      address === undefined ||
      far.value === address.value
    )
      continue;
    const inside = isInNetwork(far, address, mine.prefixLength);
    farAddresses.add(`${text}/${inside ? mine.prefixLength : addressBits(far.family)}`);
    if (!inside) farRoutes.add(`${mine.address}/${addressBits(far.family)}`);
  }
  return { farAddresses: [...farAddresses], farRoutes: [...farRoutes] };
}
