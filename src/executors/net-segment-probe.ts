// The question itself: one spawn for all links, then the kernel's files are looked at until each segment has shown that it lives.

import type { NetProbeAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Facts, LiveRoute } from '../core/facts.ts';
import type { NetworkCheck } from '../core/network-check.ts';
import type { Host } from '../host/host.ts';
import { isUnspecified, parseAddress } from '../network/address.ts';
import { parseIpv6Routes } from '../network/proc-tables.ts';
import type { Applied, ApplyContext } from './executor.ts';
import { listOwnMacs, type Neighbour, nameNeighbour, rememberProbe } from './net-probe-memory.ts';
import {
  askNeighbours,
  endQuestions,
  forgetNeighbours,
  hasCarrier,
  type NeighbourTable,
  pause,
  readArpAnswers,
  readIpv6Answers,
} from './net-segment.ts';

type LinkProbe = NetProbeAction['links'][number];

/** A gateway that does not answer a guest without an address: some segments drop what is sent from 0.0.0.0. */
const silentGatewayMs = 200;
/** Where there is no gateway whose answer would tell that all have been heard. */
const noGatewayMs = 50;
/** Who has one of our addresses was asked right after the gateway, and may be a little slower. */
const rivalMs = 2;
/** The first question may be lost on a link that has just come up. */
const repeatMs = 30;

type ProbeOptions = {
  /** As they are now. */
  readonly facts: Facts;
  readonly timeoutMs: number;
  readonly meanwhile: ApplyContext['meanwhile'] | undefined;
};

/** Gives one check for each address. Throws AgentError 20 when another machine has one of them. */
export async function probeSegments(links: readonly LinkProbe[], host: Host, options: ProbeOptions): Promise<Applied> {
  const targets = links.flatMap(listTargets);
  const { facts } = options;
  const earlier = listDefaultGateways(facts.routes, host);
  const down = new Set(facts.links.flatMap(({ name, up }) => (up ? [] : [name])));
  const { table: ipv6, failure } = askNeighbours(host, {
    targets: [...targets, ...earlier],
    up: links.map(({ link }) => link).filter((link) => down.has(link)),
    show: earlier.some(({ address }) => address.includes(':')),
  });
  const isSent = failure === undefined || targets.some((target) => readArpAnswers(host).has(nameNeighbour(target)));
  const table = isSent ? await awaitAnswers(links, host, options) : readArpAnswers(host);
  endQuestions(host);
  const leftovers = targets.filter((target) => table.get(nameNeighbour(target)) === '');
  const conflicts = describeConflicts(links, table, host);
  const late = await hearIpv6(earlier, ipv6, host);
  const answers = new Map([...table, ...ipv6, ...late].filter(([, mac]) => mac !== ''));
  const workingBefore = earlier.filter((gateway) => answers.has(nameNeighbour(gateway)));
  rememberProbe(host, { answers, workingBefore, leftovers });
  if (conflicts.length > 0) {
    forgetNeighbours(host, leftovers);
    throw new AgentError(exitCodes.networkRolledBack, conflicts.slice(0, 3).join('; '), {
      hint: 'give this guest another address, or take it from the other machine; then: guest-init run --force',
    });
  }
  const checks = links.flatMap((link) => describeChecks(link, { host, table, failure }));
  const open = checks.find(({ result }) => result === 'unknown');
  return { checks, ...(open?.detail === undefined ? {} : { message: `not asked: ${open.detail}` }) };
}

/** Answers for our addresses, but for those of our own NICs. */
function describeConflicts(links: readonly LinkProbe[], table: NeighbourTable, host: Host): string[] {
  const held = links.flatMap(({ link, addresses }) => addresses.map((address) => ({ link, address })));
  const answered = held.flatMap((entry) => {
    const mac = table.get(nameNeighbour(entry)) ?? '';
    return mac === '' ? [] : [{ ...entry, mac }];
  });
  if (answered.length === 0) return [];
  const own = listOwnMacs(host);
  return answered
    .filter(({ mac }) => !own.has(mac))
    .map(({ link, address, mac }) => `${address} is in use on ${link} by ${mac}`);
}

/** Gateways first: on a link that has just come up a question may be lost, and when theirs was not, ours that came later was not. */
function listTargets({ link, addresses, gateways }: LinkProbe): Neighbour[] {
  return [...gateways, ...addresses].map((address) => ({ link, address }));
}

/** What reaches the world now; whether it works is asked before any of it is changed. */
function listDefaultGateways(routes: readonly LiveRoute[], host: Host): Neighbour[] {
  const live = [...routes, ...parseIpv6Routes(host.readText('/proc/net/ipv6_route') ?? '')];
  return live.flatMap(({ link, prefixLength, gateway: address }) => {
    const parsed = parseAddress(address);
    return prefixLength > 0 || parsed === undefined || isUnspecified(parsed) ? [] : [{ link, address }];
  });
}

/** The answers that were not there yet when the question was sent; IPv6 has no file that tells of them. */
async function hearIpv6(earlier: readonly Neighbour[], table: NeighbourTable, host: Host): Promise<NeighbourTable> {
  if (!earlier.some((gateway) => table.get(nameNeighbour(gateway)) === '')) return new Map();
  await pause(noGatewayMs);
  return readIpv6Answers(host);
}

/** Ends when somebody has one of the addresses, or each link has an answer, or none is to be expected any more. */
async function awaitAnswers(
  links: readonly LinkProbe[],
  host: Host,
  { timeoutMs, meanwhile }: ProbeOptions,
): Promise<NeighbourTable> {
  const start = host.monotonic();
  meanwhile?.();
  const seen = new Map<string, string>();
  /** When a link with carrier was last asked, and how often. */
  const asked = new Map<string, { at: number; times: number }>();
  /** When a gateway of each link had answered. */
  const alive = new Map<string, number>();
  for (let step = 1, isFirst = true; ; step = Math.min(step * 2, 10), isFirst = false) {
    for (const [name, mac] of readArpAnswers(host)) if (mac !== '' || !seen.get(name)) seen.set(name, mac);
    const now = host.monotonic();
    const isAnswered = ({ link }: LinkProbe, addresses: readonly string[]): boolean =>
      addresses.some((address) => (seen.get(nameNeighbour({ link, address })) ?? '') !== '');
    const isHeard = (entry: LinkProbe): boolean => {
      if (isAnswered(entry, entry.addresses)) return true;
      if (!isAnswered(entry, entry.gateways)) return false;
      // What is there at the first look came while other work was done.
      const since = alive.get(entry.link) ?? (isFirst ? start : now);
      alive.set(entry.link, since);
      return entry.addresses.length === 0 || now - since >= Math.min(rivalMs, timeoutMs);
    };
    const open = links.filter((entry) => !isHeard(entry));
    const again: LinkProbe[] = [];
    const waiting = open.filter((entry) => {
      const last = asked.get(entry.link);
      if (last === undefined) {
        if (!hasCarrier(host, entry.link)) return now - start < timeoutMs;
        // What was sent before there was carrier is lost.
        if (step > 1) again.push(entry);
        asked.set(entry.link, { at: now, times: 1 });
        return true;
      }
      if (last.times === 1 && now - last.at >= Math.min(repeatMs, timeoutMs)) {
        again.push(entry);
        asked.set(entry.link, { at: now, times: 2 });
        return true;
      }
      return now - last.at < Math.min(entry.gateways.length === 0 ? noGatewayMs : silentGatewayMs, timeoutMs);
    });
    if (waiting.length === 0) return seen;
    if (again.length > 0) askNeighbours(host, { targets: again.flatMap(listTargets), anew: true });
    else await pause(Math.min(step, ...listRivalTimes(alive, now)));
  }
}

/** Milliseconds in which somebody who has one of our addresses may still say so, on each link whose gateway has answered. */
function listRivalTimes(alive: ReadonlyMap<string, number>, now: number): number[] {
  return [...alive.values()].map((since) => since + rivalMs - now).filter((ms) => ms > 0);
}

function describeChecks(
  { link, addresses }: LinkProbe,
  { host, table, failure }: { host: Host; table: NeighbourTable; failure: string | undefined },
): NetworkCheck[] {
  return addresses.map((subject): NetworkCheck => {
    const check = { link, what: 'address-free', subject } as const;
    if (!hasCarrier(host, link)) return { ...check, result: 'unknown', detail: `${link} has no carrier` };
    if (table.has(nameNeighbour({ link, address: subject }))) return { ...check, result: 'ok' };
    return { ...check, result: 'unknown', detail: failure ?? 'the kernel has not asked' };
  });
}
