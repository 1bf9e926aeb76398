// The network as profiles of NetworkManager, one keyfile a link.

import type { FileAction } from '../../../core/action.ts';
import type { ResolvedNetwork } from '../../../core/resolved-network.ts';
import { type BondLimits, settleBond } from '../bond-settings.ts';
import { writableRoutes } from '../link-routes.ts';
import { fileMark, type Rendered, type Renderer, type RenderProblem } from '../renderer.ts';
import { placeServers } from '../server-places.ts';
import { usedLinks } from '../used-links.ts';
import { profileName, renderKeyfile } from './keyfile.ts';

const folder = '/etc/NetworkManager/system-connections';
const settingsPath = '/etc/NetworkManager/conf.d/50-guest-init.conf';

/**
 * Not said by NetworkManager before 1.34, or at all. From 1.30 on, one option or value that it does not know makes it refuse the whole
 * profile (nm-settings(5), bond.options).
 */
const bondLimits: BondLimits = {
  unknown: ['lacp_active', 'peer_notif_delay'],
  unknownValues: {
    arp_validate: ['filter', 'filter_active', 'filter_backup'],
    xmit_hash_policy: ['vlan+srcmac'],
  },
};

export const renderer: Renderer = { backend: 'network-manager', render };

function render(network: ResolvedNetwork): Rendered {
  const places = placeServers(network);
  const problems: RenderProblem[] = [...places.problems];
  const links = usedLinks(network);
  const actions = links.map((link): FileAction => {
    const bond = link.bond === undefined ? undefined : settleBond(link.bond, bondLimits);
    for (const message of bond?.problems ?? []) problems.push({ link: link.name, message });
    const { routes, problems: lost } = writableRoutes(link);
    for (const problem of lost) problems.push(problem);
    const servers = places.servers.get(link.name) ?? [];
    return {
      kind: 'file',
      path: `${folder}/${profileName(link.name)}.nmconnection`,
      content: renderKeyfile({ link: { ...link, routes }, servers, bondOptions: bond?.options ?? [] }),
      // NetworkManager ignores profiles that others can read.
      mode: 0o600,
    };
  });
  return { actions: links.length === 0 ? [] : [...actions, renderSettings(links.map(({ name }) => name))], problems };
}

/**
 * A link that is set up before NetworkManager starts would otherwise be left to whoever did it: no lease, no name servers, or each
 * route twice (NetworkManager.conf(5), keep-configuration; since 1.34).
 */
function renderSettings(names: readonly string[]): FileAction {
  const match = names.map((name) => `interface-name:=${name}`).join(';');
  const lines = [`# ${fileMark}`, '[device-guest-init]', `match-device=${match}`, 'keep-configuration=no', ''];
  return { kind: 'file', path: settingsPath, content: lines.join('\n'), mode: 0o600 };
}
