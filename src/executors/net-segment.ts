// Asks who has an address on a segment: the kernel sends ARP requests (RFC 826; from 0.0.0.0 where the link has no address) or neighbour
// solicitations (RFC 4861), and its neighbour table holds the answers. ip-neighbour(8), proc(5).

import type { Host } from '../host/host.ts';
import { sleepSync } from '../host/sleep.ts';
import { formatAddress, parseAddress } from '../network/address.ts';
import { parseArpTable } from '../network/proc-tables.ts';
import { isBusyboxIp } from './net-commands.ts';
import { forgetBefore } from './net-live-view.ts';
import { type Neighbour, nameNeighbour } from './net-probe-memory.ts';
import { readAttribute } from './net-sysfs.ts';

/** By `nameNeighbour`: the MAC address of who has answered; empty where the kernel has asked and nobody has. */
export type NeighbourTable = ReadonlyMap<string, string>;

export type Question = {
  /** Neighbours that are asked for. */
  readonly targets: readonly Neighbour[];
  /** Links to be set up first. */
  readonly up?: readonly string[];
  /** The kernel shall forget that it has asked before. */
  readonly anew?: boolean;
  /** Wants the answers of IPv6, which no file tells. */
  readonly show?: boolean;
};

export type Answer = {
  /** Of IPv6, where it was wanted. */
  readonly table: NeighbourTable;
  /** Why the question may not have been sent. */
  readonly failure?: string;
};

const patienceMs = 3000;
const nobody = new Map<string, string>();
/** What a neighbour is taken to have whose own address is not known. */
export const broadcast = 'ff:ff:ff:ff:ff:ff';

/** Guests whose iproute2 is older than 5.16. */
const old = new WeakSet<Host>();
/** By path: kernel variables as they were. */
const changed = new WeakMap<Host, Map<string, string>>();

/** One spawn, whatever the number of links; a failure is told, not thrown: a network can work without this. */
export function askNeighbours(host: Host, question: Question): Answer {
  if (host.which('ip') === undefined) return { table: nobody, failure: 'ip is not installed' };
  if (isBusyboxIp(host)) return { table: nobody, failure: "busybox's ip cannot ask" };
  // A kernel that has never had an address, not even the loopback's, takes every neighbour for a broadcast address.
  const isBare = readAttribute(host, 'lo', 'operstate') === 'down';
  const wanted = isBare ? { ...question, up: ['lo', ...(question.up ?? [])] } : question;
  const first = old.has(host) ? undefined : runBatch(host, formatQuestion(wanted, 'use'));
  if (first?.isUnknownWord) old.add(host);
  if (old.has(host)) hearFirstAnswer(host, question.targets);
  const { failure, stdout } =
    old.has(host) || first === undefined ? runBatch(host, formatQuestion(wanted, 'probe')) : first;
  return { table: parseNeighbours(stdout), ...(failure === undefined ? {} : { failure }) };
}

/**
 * iproute2 before 5.16 knows no `use`: there a neighbour that claims the broadcast address is asked whether it is still there. For a
 * second (locktime, arp(7)) the kernel would not take another address from the answer.
 */
function hearFirstAnswer(host: Host, targets: readonly Neighbour[]): void {
  const before = changed.get(host) ?? new Map<string, string>();
  for (const link of new Set(targets.map((target) => target.link))) {
    const path = `/proc/sys/net/ipv4/neigh/${link}/locktime`;
    const value = host.readText(path)?.trim();
    if (value === undefined || before.has(path)) continue;
    if (setVariable(host, path, '0')) changed.set(host, before.set(path, value));
  }
}

/** Gives back what the questions have changed. */
export function endQuestions(host: Host): void {
  for (const [path, value] of changed.get(host) ?? []) setVariable(host, path, value);
  changed.delete(host);
}

/** Where the kernel's variables cannot be set, the answer takes its second. */
function setVariable(host: Host, path: string, value: string): boolean {
  try {
    host.writeKernelVariable(path, value);
    return true;
  } catch {
    return false;
  }
}

function formatQuestion({ targets, up = [], anew, show }: Question, form: 'use' | 'probe'): string[] {
  const how = form === 'use' ? 'use' : `lladdr ${broadcast} nud probe`;
  return [
    ...up.map((link) => `link set dev ${link} up`),
    ...(anew ? targets.map(formatFlush) : []),
    ...targets.map(({ link, address }) => `neigh replace ${address} dev ${link} ${how}`),
    ...(show ? ['neigh show'] : []),
  ];
}

function formatFlush({ link, address }: Neighbour): string {
  return `neigh flush to ${address} dev ${link}`;
}

/** Neighbours that never answered are forgotten. */
export function forgetNeighbours(host: Host, neighbours: readonly Neighbour[]): void {
  if (neighbours.length > 0) runBatch(host, neighbours.map(formatFlush));
}

/** Those of them that the kernel still has an entry of and no answer for. */
export function forgetSilent(host: Host, neighbours: readonly Neighbour[]): void {
  const table = readArpAnswers(host);
  const silent = neighbours.filter((neighbour) => table.get(nameNeighbour(neighbour)) === '');
  if (!isBusyboxIp(host)) forgetNeighbours(host, silent);
}

type BatchResult = { readonly stdout: string; readonly failure?: string; readonly isUnknownWord: boolean };

function runBatch(host: Host, lines: readonly string[]): BatchResult {
  const ip = host.which('ip');
  if (ip === undefined) return { stdout: '', failure: 'ip is not installed', isUnknownWord: false };
  forgetBefore(host, ['ip'], lines);
  let result: ReturnType<Host['run']>;
  try {
    result = host.run([ip, '-force', '-batch', '-'], { input: `${lines.join('\n')}\n`, timeoutMs: patienceMs });
  } catch {
    return { stdout: '', failure: 'ip cannot be run', isUnknownWord: false };
  }
  const { status, stdout, stderr, timedOut } = result;
  const ending = timedOut ? 'ip ran out of time' : status === null ? 'ip was killed' : `ip exited ${status}`;
  const isUnknownWord = /"use" is a garbage/.test(stderr);
  return { stdout, isUnknownWord, ...(status === 0 ? {} : { failure: ending }) };
}

/** Answers of IPv4, as they are now; costs no spawn. */
export function readArpAnswers(host: Host): NeighbourTable {
  return parseArpTable(host.readText('/proc/net/arp') ?? '');
}

/** Answers of IPv6, as they are now; costs a spawn. */
export function readIpv6Answers(host: Host): NeighbourTable {
  return parseNeighbours(runBatch(host, ['neigh show']).stdout);
}

/** `fe80::1 dev eth0 lladdr 02:00:00:00:00:01 router REACHABLE`. */
function parseNeighbours(text: string): NeighbourTable {
  const table = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, host, link, mac = ''] = /^(\S+) dev (\S+)(?: lladdr (\S+))?/.exec(line) ?? [];
    const address = parseAddress(host ?? '');
    if (address === undefined || link === undefined) continue;
    // An answer to a solicitation need not name the address that it comes from.
    const states = mac === broadcast ? /\bREACHABLE\b/ : /\b(?:REACHABLE|STALE|DELAY|PROBE|PERMANENT)\b/;
    const isAnswer = states.test(line);
    table.set(nameNeighbour({ link, address: formatAddress(address) }), isAnswer ? mac : '');
  }
  return table;
}

/** A link that the kernel tells nothing of counts as one that has. */
export function hasCarrier(host: Host, link: string): boolean {
  return readAttribute(host, link, 'carrier') !== '0';
}

/** What a neighbour takes to answer is a fraction of what a timer rounds up to. Signals are heard after a longer pause. */
const shortMs = 3;

/** `ms` may be a fraction. */
export async function pause(ms: number): Promise<void> {
  if (ms < shortMs) sleepSync(ms);
  else await new Promise((resolve) => setTimeout(resolve, ms));
}
