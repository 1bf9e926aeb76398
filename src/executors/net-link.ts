// A link set up with its MTU. The kernel's own files tell how it is; ifconfig or ip change it.

import type { NetLinkAction } from '../core/action.ts';
import type { Host } from '../host/host.ts';
import type { Change, Executor } from './executor.ts';
import { runIpCommands, runNetworkCommand } from './net-commands.ts';
import { findLiveLink } from './net-live-view.ts';

/** MTU in bytes of a link; undefined when the link is gone or the kernel does not say. */
export function readMtu(host: Host, link: string): number | undefined {
  const text = host.readText(`/sys/class/net/${link}/mtu`)?.trim();
  return text !== undefined && /^[0-9]+$/.test(text) ? Number(text) : undefined;
}

/** Administratively, by IFF_UP of the kernel's own file (netdevice(7)): one read, whatever else there is; undefined for a link that is not there. */
function readUp(host: Host, link: string): boolean | undefined {
  const flags = host.readText(`/sys/class/net/${link}/flags`)?.trim();
  return flags === undefined ? findLiveLink(host, link)?.up : (Number(flags) & 1) === 1;
}

function listChanges(action: NetLinkAction, host: Host): { changes: Change[]; isUnknown: boolean } {
  const isUp = readUp(host, action.link);
  const mtu = readMtu(host, action.link);
  const changes: Change[] = [];
  if (isUp !== true) changes.push({ op: '~', what: `${action.link} up` });
  if (action.mtu !== undefined && mtu !== action.mtu) {
    changes.push({ op: '~', what: `${action.link} mtu ${mtu === undefined ? '' : `${mtu} -> `}${action.mtu}` });
  }
  return { changes, isUnknown: isUp === undefined || (action.mtu !== undefined && mtu === undefined) };
}

export const netLink: Executor<NetLinkAction> = {
  inspect: (action, host) => {
    const { changes, isUnknown } = listChanges(action, host);
    if (changes.length === 0) return { state: 'same' };
    return { state: isUnknown ? 'unknown' : 'differs', changes };
  },
  apply: (action, host) => {
    const mtu = action.mtu === undefined ? [] : ['mtu', String(action.mtu)];
    if (action.tool === 'net-tools') runNetworkCommand(host, ['ifconfig', action.link, ...mtu, 'up']);
    else runIpCommands(host, [['link', 'set', 'dev', action.link, ...mtu, 'up']]);
    return undefined;
  },
};
