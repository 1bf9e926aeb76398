// Waits until udev is done with the NICs that a run needs. Early in a boot their driver may not be loaded yet, and a link that is
// used before its rename has the wrong name in every step and, before Linux 6.2, keeps it: a link that is up cannot be renamed.

import type { Facts, LinkFact } from '../core/facts.ts';
import type { AddressConfig, NetworkConfig } from '../core/network-config.ts';
import type { Step } from '../core/plan.ts';
import type { Host } from '../host/host.ts';
import { findAwaitedNic, listNics } from '../network/match.ts';

export type NicWait = {
  readonly host: Host;
  /** Milliseconds; after them the run goes on and says what is missing in its own words. */
  readonly limitMs: number;
  note(message: string): void;
  stopRequested(): boolean;
};

const pollMs = 5;
/** Nobody at a console notices a shorter pause; it is told when it is over. */
const silentMs = 200;

/**
 * For a network that is about to be planned: every NIC that it names is there (any NIC, where it names none), and udev has named all
 * that are. Gives the facts in which that was seen, so that the plan is made of the same. Costs two file reads for each NIC when
 * there is nothing to wait for, and nothing where no udev runs.
 */
export async function awaitPlannedNics(network: NetworkConfig, wait: NicWait): Promise<Facts> {
  let facts = wait.host.facts();
  if (network.addresses.length === 0 || !hasUdev(wait.host)) return facts;
  const needed = { ...network, addresses: spreadToNics(network) };
  const findMissing = ({ links }: Facts): string | undefined =>
    findAwaitedNic(needed, links) ?? findUnfinished(wait.host, listNics(links));
  await waitWhile(findMissing(facts), wait, () => {
    facts = wait.host.facts();
    return findMissing(facts);
  });
  return facts;
}

/** As if each NIC below a bond or VLAN had the networks of that link itself: it is needed as much. */
function spreadToNics({ links, addresses }: NetworkConfig): AddressConfig[] {
  const below = (id: string, seen: readonly string[]): string[] => {
    const link = links.find((entry) => entry.id === id);
    if (link === undefined || seen.includes(id)) return [];
    const lower = [...(link.members ?? []), ...(link.parent === undefined ? [] : [link.parent])];
    return link.kind === 'physical' ? [id] : lower.flatMap((next) => below(next, [...seen, id]));
  };
  return addresses.flatMap((entry) => below(entry.link, []).map((link) => ({ ...entry, link })));
}

/** For a network that is about to be restored at a later boot: the links of its steps are there, under their final names. */
export async function awaitRecordedLinks(steps: readonly Step[], wait: NicWait): Promise<void> {
  if (steps.length === 0 || !hasUdev(wait.host)) return;
  const links = listNeededLinks(steps).map((name) => ({ name }));
  const findMissing = (): string | undefined => findUnfinished(wait.host, links);
  await waitWhile(findMissing(), wait, findMissing);
}

/** Udev has named the NICs that are there. */
export async function awaitNamedNics(wait: NicWait): Promise<void> {
  if (!hasUdev(wait.host)) return;
  const findMissing = (): string | undefined => findUnfinished(wait.host, listNics(wait.host.facts().links));
  await waitWhile(findMissing(), wait, findMissing);
}

/** The links that steps use and do not make: NICs, and whatever else the guest has of its own. */
function listNeededLinks(steps: readonly Step[]): string[] {
  const made = new Set<string>();
  const used = new Set<string>();
  for (const { action } of steps) {
    if (action.kind === 'netBond' || action.kind === 'netVlan') made.add(action.link);
    if (action.kind === 'netBond') for (const member of action.members) used.add(member);
    else if (action.kind === 'netVlan') used.add(action.parent);
    else if ('link' in action) used.add(action.link);
  }
  return [...used].filter((name) => !made.has(name));
}

/** Its socket stands from before its first event to the end of the system. */
function hasUdev(host: Host): boolean {
  return host.live && host.stat('/run/udev/control') !== undefined;
}

/**
 * The first of these links that is missing, or that udev has yet to name. A link has an entry in udev's database from the end of its
 * first event on (sd_device_get_is_initialized(3)); two properties mark an entry that is not the last word.
 */
function findUnfinished(host: Host, links: readonly Pick<LinkFact, 'name'>[]): string | undefined {
  for (const { name } of links) {
    const index = readIfAny(host, `/sys/class/net/${name}/ifindex`)?.trim();
    if (index === undefined) return `NIC ${name}`;
    const entry = readIfAny(host, `/run/udev/data/n${index}`);
    if (entry === undefined || /^E:ID_(?:RENAMING|PROCESSING)=1$/m.test(entry)) return `udev to name ${name}`;
  }
  return undefined;
}

/** The kernel refuses to tell of a link that is just leaving (EINVAL): then it is not there. */
function readIfAny(host: Host, path: string): string | undefined {
  try {
    return host.readText(path);
  } catch {
    return undefined;
  }
}

/** Polls as long as something is missing; tells what it waits for and how long it has waited. */
async function waitWhile(
  first: string | undefined,
  { host, limitMs, note, stopRequested }: NicWait,
  findMissing: () => string | undefined,
): Promise<void> {
  if (first === undefined) return;
  const start = host.monotonic();
  let awaited = first;
  let told = false;
  for (let missing: string | undefined = first; missing !== undefined; missing = findMissing()) {
    const passed = host.monotonic() - start;
    awaited = missing;
    if (passed >= limitMs || stopRequested()) {
      note(`waited ${formatSeconds(passed)} for ${missing}, in vain`);
      return;
    }
    if (passed >= silentMs && !told) {
      note(`waiting up to ${Math.ceil((limitMs - passed) / 1000)} s for ${missing}`);
      told = true;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(pollMs, limitMs - passed)));
  }
  note(`waited ${formatSeconds(host.monotonic() - start)} for ${awaited}`);
}

function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 1000 ? 2 : 1)} s`;
}
