// An 802.1Q link. Tag and parent cannot be changed: a VLAN that has others is made anew.

import type { NetVlanAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Host } from '../host/host.ts';
import type { Change, Executor } from './executor.ts';
import { restoreAdvertisements } from './net-advertisements.ts';
import { formatIpVlan, runIpCommands, runNetworkCommand } from './net-commands.ts';
import { rememberMade } from './net-made.ts';
import { hasLink, readAttribute, readVlan } from './net-sysfs.ts';

type Comparison = {
  readonly isThere: boolean;
  readonly isVlan: boolean;
  readonly isSameTag: boolean;
  /** The hardware address that it has and shall not have. */
  readonly wrongMac: string | undefined;
  readonly isUp: boolean;
};

function compareVlan(action: NetVlanAction, host: Host): Comparison {
  const live = readVlan(host, action.link);
  const mac = readAttribute(host, action.link, 'address')?.toLowerCase();
  return {
    isThere: hasLink(host, action.link),
    isVlan: live !== undefined,
    isSameTag: live?.id === action.vlanId && live.parent === action.parent,
    wrongMac: action.mac === undefined || mac === action.mac ? undefined : mac,
    isUp: host.facts().links.some(({ name, up }) => name === action.link && up),
  };
}

export const netVlan: Executor<NetVlanAction> = {
  inspect: (action, host) => {
    const { link, parent, vlanId, mac } = action;
    const { isThere, isVlan, isSameTag, wrongMac, isUp } = compareVlan(action, host);
    const wanted = `VLAN ${vlanId} on ${parent} as ${link}`;
    if (!isThere) return { state: 'differs', changes: [{ op: '+', what: wanted }] };
    if (!isVlan || !isSameTag) return { state: 'differs', changes: [{ op: '~', what: wanted }] };
    const changes: Change[] = [];
    if (wrongMac !== undefined) changes.push({ op: '~', what: `${link} address ${wrongMac} -> ${mac}` });
    if (!isUp) changes.push({ op: '~', what: `${link} up` });
    return changes.length === 0 ? { state: 'same' } : { state: 'differs', changes };
  },
  apply: (action, host) => {
    const { link, parent, mac } = action;
    const { isThere, isVlan, isSameTag, wrongMac, isUp } = compareVlan(action, host);
    if (isThere && !isVlan) return { failed: `${link}: something else has this name` };
    if (!hasLink(host, parent))
      throw new AgentError(exitCodes.linkMissing, `${parent}: no such link any more`, { hint: 'see: ip link' });
    if (!isThere || !isSameTag) {
      if (isThere) runNetworkCommand(host, ['ip', 'link', 'del', 'dev', link]);
      runNetworkCommand(host, ['ip', ...formatIpVlan(action)]);
      if (!isThere) rememberMade(host, link);
      if (action.refusesAdvertisements) restoreAdvertisements(host, link, '0');
      runIpCommands(host, [['link', 'set', 'dev', link, 'up']]);
      return isThere ? { message: `${link} was another VLAN` } : undefined;
    }
    runIpCommands(host, [
      ...(wrongMac === undefined || mac === undefined ? [] : [['link', 'set', 'dev', link, 'address', mac]]),
      ...(isUp ? [] : [['link', 'set', 'dev', link, 'up']]),
    ]);
    return undefined;
  },
};
