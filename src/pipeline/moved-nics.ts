// Names come and go with slots, drivers and kernels; the drive tells NICs by their MAC addresses. What was set up under a name is restored
// under it only while it means the NIC that it meant then.

import { AgentError, exitCodes } from '../core/error.ts';
import type { NetworkConfig } from '../core/network-config.ts';
import type { ResolvedNetwork } from '../core/resolved-network.ts';
import { readAttribute } from '../executors/net-sysfs.ts';
import type { Host } from '../host/host.ts';
import { listNics } from '../network/match.ts';
import type { InstanceRecord } from '../state/record.ts';
import { awaitNamedNics, type NicWait } from './await-nics.ts';
import type { KeptNetwork } from './keep-network.ts';

/** MAC address by the guest's name, of the NICs that the drive tells by it. Pure. */
export function listKnownNics(asked: NetworkConfig, { links }: ResolvedNetwork): Readonly<Record<string, string>> {
  const said = new Set(asked.links.flatMap(({ mac }) => mac ?? []));
  return Object.fromEntries(
    links.flatMap(({ kind, name, mac }) =>
      kind === 'physical' && mac !== undefined && said.has(mac) ? [[name, mac] as const] : [],
    ),
  );
}

/**
 * Names of the record that mean another of its NICs today, or whose NIC has another name. A NIC that is gone, or that has got a new MAC
 * address, is not among them: its name is all that is left to go by. None where nothing is to be restored, as after an undo. Costs a read for
 * each NIC when nothing has moved.
 */
export async function findMovedNics(
  { nics = {}, networkSteps }: InstanceRecord,
  wait: NicWait,
): Promise<readonly string[]> {
  if (networkSteps.length === 0) return [];
  const isInPlace = ([name, mac]: readonly [string, string]): boolean => readPermanentMac(wait.host, name) === mac;
  if (Object.entries(nics).every(isInPlace)) return [];
  await awaitNamedNics(wait);
  const doubtful = Object.entries(nics).filter((entry) => !isInPlace(entry));
  if (doubtful.length === 0) return [];
  const present = new Set(listNics(wait.host.facts().links).map(({ mac }) => mac.toLowerCase()));
  const ours = new Set(Object.values(nics));
  return doubtful
    .filter(([name, mac]) => present.has(mac) || ours.has(readPermanentMac(wait.host, name) ?? ''))
    .map(([name]) => name);
}

/** An address on the wrong NIC is worse than none: without the drive nobody can say whose it is. */
export function refuseMovedNics(moved: readonly string[]): KeptNetwork {
  const message = `${moved.join(', ')}: not the NIC that it was when the network was set up`;
  const failure = new AgentError(exitCodes.linkMissing, message, {
    hint: 'attach the config drive, then: guest-init run',
  });
  return { description: '', restored: false, failure };
}

function readPermanentMac(host: Host, name: string): string | undefined {
  const own = readAttribute(host, name, 'bonding_slave/perm_hwaddr') ?? readAttribute(host, name, 'address');
  return own?.toLowerCase();
}
