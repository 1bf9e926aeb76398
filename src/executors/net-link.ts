// A link set up with its MTU. The kernel's own files tell how it is; ifconfig or ip change it.

import type { NetLinkAction } from '../core/action.ts';
import type { Host } from '../host/host.ts';
import type { Change, Executor } from './executor.ts';
import { runIpCommands, runNetworkCommand } from './net-commands.ts';

/** MTU in bytes of a link; undefined when the link is gone or the kernel does not say. */
export function readMtu(host: Host, link: string): number | undefined {
  const text = host.readText(`/sys/class/net/${link}/mtu`)?.trim();
  return text !== undefined && /^[0-9]+$/.test(text) ? Number(text) : undefined;
}

function listChanges(action: NetLinkAction, host: Host): { changes: Change[]; isUnknown: boolean } {
  const fact = host.facts().links.find((link) => link.name === action.link);
  const mtu = readMtu(host, action.link);
  const changes: Change[] = [];
  if (fact?.up !== true) changes.push({ op: '~', what: `${action.link} up` });
  if (action.mtu !== undefined && mtu !== action.mtu) {
    changes.push({ op: '~', what: `${action.link} mtu ${mtu === undefined ? '' : `${mtu} -> `}${action.mtu}` });
  }
  return { changes, isUnknown: fact === undefined || (action.mtu !== undefined && mtu === undefined) };
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
