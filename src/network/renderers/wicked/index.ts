// The network as ifcfg, ifroute and ifsysctl files of the SUSE family, for wicked; name servers for netconfig.

import type { FileAction, LinesAction } from '../../../core/action.ts';
import type { ResolvedLink, ResolvedNetwork, ResolvedRoute } from '../../../core/resolved-network.ts';
import { type BondLimits, settleBond } from '../bond-settings.ts';
import { writableRoutes } from '../link-routes.ts';
import { fileMark, type Rendered, type Renderer, type RenderProblem } from '../renderer.ts';
import { renderAssignment, renderAssignments } from '../shell-assignments.ts';
import { usedLinks } from '../used-links.ts';
import { describeLink } from './ifcfg.ts';

const folder = '/etc/sysconfig/network';

/** wicked refuses the whole bond where it does not know an option or a value, or thinks that it does not go with the mode. */
const bondLimits: BondLimits = {
  unknown: ['lacp_active', 'peer_notif_delay'],
  unknownValues: { xmit_hash_policy: ['vlan+srcmac'] },
  modes: {
    ad_select: ['802.3ad'],
    arp_validate: ['active-backup'],
    fail_over_mac: ['active-backup'],
    min_links: ['802.3ad'],
    num_grat_arp: ['active-backup'],
    num_unsol_na: ['active-backup'],
    primary_reselect: ['active-backup', 'balance-tlb', 'balance-alb'],
    resend_igmp: ['active-backup', 'balance-rr', 'balance-tlb', 'balance-alb'],
    tlb_dynamic_lb: ['balance-tlb'],
    xmit_hash_policy: ['balance-xor', '802.3ad'],
  },
};

export const renderer: Renderer = { backend: 'wicked', render };

function render(network: ResolvedNetwork): Rendered {
  const problems: RenderProblem[] = [];
  const file = (name: string, content: string): FileAction => {
    return { kind: 'file', path: `${folder}/${name}`, content, mode: 0o644 };
  };
  const files = usedLinks(network).flatMap((link): FileAction[] => {
    const { name } = link;
    const bond = link.bond === undefined ? undefined : settleBond(link.bond, bondLimits);
    for (const message of bond?.problems ?? []) problems.push({ link: name, message });
    const { routes, problems: lost } = writableRoutes(link);
    for (const problem of lost) problems.push(problem);
    return [
      file(`ifcfg-${name}`, renderAssignments(describeLink(link, bond?.options ?? []))),
      ...(routes.length === 0 ? [] : [file(`ifroute-${name}`, renderRoutes(routes, name))]),
      ...(refusesAdvertisements(link) ? [file(`ifsysctl-${name}`, renderSysctl(name))] : []),
    ];
  });
  return { actions: [...files, ...nameServers(network)], problems };
}

/** IPv6 is static alone. */
function refusesAdvertisements({ automatic, addresses }: ResolvedLink): boolean {
  return automatic.ipv6 === undefined && addresses.some(({ family }) => family === 6);
}

/** ifsysctl(5); with slashes, because names of VLANs have dots. */
function renderSysctl(name: string): string {
  const settings = ['accept_ra', 'autoconf'].map((setting) => `net/ipv6/conf/${name}/${setting} = 0`);
  return [`# ${fileMark}`, ...settings, ''].join('\n');
}

/** ifroute(5): destination, gateway, netmask, interface, options. */
function renderRoutes(routes: readonly ResolvedRoute[], name: string): string {
  const line = (destination: string, gateway = '-', metric?: number): string =>
    [destination, gateway, '-', name, ...(metric === undefined ? [] : ['metric', metric])].join(' ');
  const gateways = routes.flatMap(({ gateway, onLink }) => (gateway !== undefined && onLink === true ? [gateway] : []));
  // The flag onlink is read for multipath routes only.
  const ways = [...new Set(gateways)].map((gateway) => line(`${gateway}/${gateway.includes(':') ? 128 : 32}`));
  const lines = routes.map(({ destination, prefixLength, gateway, metric }) => {
    // The word default takes its family from the gateway.
    const isNamed = prefixLength === 0 && gateway !== undefined;
    return line(isNamed ? 'default' : `${destination}/${prefixLength}`, gateway, metric);
  });
  return [`# ${fileMark}`, ...ways, ...lines, ''].join('\n');
}

/** netconfig(8) has one list for the whole guest, in a file that the distribution owns. */
function nameServers({ links }: ResolvedNetwork): LinesAction[] {
  const servers = [...new Set(links.flatMap(({ dns }) => dns))];
  if (servers.length === 0) return [];
  const name = 'NETCONFIG_DNS_STATIC_SERVERS';
  const rule = { pattern: `^\\s*${name}=`, line: renderAssignment(name, servers.join(' ')), add: 'end' } as const;
  return [{ kind: 'lines', path: `${folder}/config`, mode: 0o644, rules: [rule] }];
}
