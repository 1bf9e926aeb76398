// Gateways that have not answered yet, asked with the addresses that the guest has by now.

import type { NetworkCheck } from '../core/network-check.ts';
import type { Host } from '../host/host.ts';
import { parseIpv6Usability } from '../network/proc-tables.ts';
import { type Neighbour, nameNeighbour } from './net-probe-memory.ts';
import {
  askNeighbours,
  broadcast,
  endQuestions,
  forgetNeighbours,
  hasCarrier,
  pause,
  readArpAnswers,
  readIpv6Answers,
} from './net-segment.ts';

/** Each look at IPv6 is a spawn: the next one comes later than the one before. */
const longestPauseMs = 200;

/** A gateway of everything else, the one of a default route; its silence is the guest's trouble. */
export type Gateway = Neighbour & { readonly isDefault: boolean };

/** Longest wait for the answer of a gateway that only a few destinations are reached through. */
const fewMs = 200;

/** One check for each; waits up to `timeoutMs` for carrier and for an answer of each, and not for long where that is no default gateway. */
export async function awaitGateways(
  gateways: readonly Gateway[],
  host: Host,
  timeoutMs: number,
): Promise<NetworkCheck[]> {
  const start = host.monotonic();
  const asked = new Set<Gateway>();
  const table = new Map<string, string>();
  const isOver = (gateway: Gateway): boolean =>
    hasAnswered(gateway) || host.monotonic() - start >= (gateway.isDefault ? timeoutMs : Math.min(fewMs, timeoutMs));
  let failure: string | undefined;
  for (let step = 1; ; step = Math.min(step * 2, longestPauseMs)) {
    const now = gateways.filter((gateway) => !asked.has(gateway) && hasCarrier(host, gateway.link));
    if (now.length > 0) {
      const answer = askNeighbours(host, { targets: now, anew: true, show: now.some(isIpv6) });
      failure ??= answer.failure;
      for (const gateway of now) asked.add(gateway);
      note(table, answer.table);
    } else if (step > 1 && gateways.some((gateway) => isIpv6(gateway) && asked.has(gateway) && !hasAnswered(gateway)))
      note(table, readIpv6Answers(host));
    note(table, readArpAnswers(host));
    if (gateways.every(isOver) || (failure !== undefined && asked.size === gateways.length)) break;
    await pause(step);
  }
  endQuestions(host);
  // These would be sent to everybody.
  forgetNeighbours(
    host,
    gateways.filter((gateway) => table.get(nameNeighbour(gateway)) === broadcast),
  );
  const speaking = listSpeaking(host);
  return gateways.map((gateway): NetworkCheck => {
    const { link, address } = gateway;
    const check = { link, what: 'gateway', subject: address } as const;
    const mac = table.get(nameNeighbour(gateway));
    if (mac !== undefined && mac !== '')
      return { ...check, result: 'ok', ...(mac === broadcast ? {} : { detail: mac }) };
    if (!hasCarrier(host, link)) return { ...check, result: 'unknown', detail: `${link} has no carrier` };
    if (mac === undefined) return { ...check, result: 'unknown', detail: failure ?? 'the kernel has not asked' };
    if (isIpv6(gateway) && !speaking.has(link))
      return { ...check, result: 'unknown', detail: `${link} has no link-local address to ask from` };
    return { ...check, result: gateway.isDefault ? 'trouble' : 'silent' };
  });

  function hasAnswered(gateway: Neighbour): boolean {
    return (table.get(nameNeighbour(gateway)) ?? '') !== '';
  }
}

function note(table: Map<string, string>, seen: ReadonlyMap<string, string>): void {
  for (const [name, mac] of seen) if (mac !== '' || !table.get(name)) table.set(name, mac);
}

function isIpv6({ address }: Neighbour): boolean {
  return address.includes(':');
}

/** Links whose link-local address may be used: solicitations are sent from it. */
function listSpeaking(host: Host): Set<string> {
  const own = parseIpv6Usability(host.readText('/proc/net/if_inet6') ?? '');
  const usable = own.filter(
    ({ address, isTentative, isDuplicate }) => /^fe[89ab]/.test(address) && !isTentative && !isDuplicate,
  );
  return new Set(usable.map(({ link }) => link));
}
