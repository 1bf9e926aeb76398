// The network as files of systemd-networkd: a .network for each link, and a .netdev for each bond and VLAN.

import type { FileAction } from '../../../core/action.ts';
import type { ResolvedLink, ResolvedNetwork } from '../../../core/resolved-network.ts';
import { type BondSettings, settleBond } from '../bond-settings.ts';
import { fileMark, type Rendered, type Renderer, type RenderProblem } from '../renderer.ts';
import { usedLinks } from '../used-links.ts';
import { bondLimits, netdevSections } from './netdev.ts';
import { networkSections } from './network-file.ts';
import type { Section } from './section.ts';

/** Before 10-netplan-*, 10-cloud-init-* and 70-*, 80-*, 99-* of images: the first file that matches a link has it alone. */
const prefix = '/etc/systemd/network/05-guest-init-';

export const renderer: Renderer = { backend: 'networkd', render };

function render(network: ResolvedNetwork): Rendered {
  const problems: RenderProblem[] = [];
  const bonds = new Map<string, BondSettings>();
  const used = usedLinks(network);
  for (const { name, bond } of used) {
    if (bond === undefined) continue;
    const settings = settleBond(bond, bondLimits);
    bonds.set(name, settings);
    for (const message of settings.problems) problems.push({ link: name, message });
  }
  const actions = used.flatMap((link): FileAction[] => {
    const file = describeFile(link, 'network', networkSections(link, { network, bonds }));
    if (link.kind === 'physical') return [file];
    return [describeFile(link, 'netdev', netdevSections(link, { network, bonds })), file];
  });
  return { actions, problems };
}

function describeFile({ name }: ResolvedLink, suffix: 'network' | 'netdev', sections: readonly Section[]): FileAction {
  const blocks = sections
    .filter(([, entries]) => entries.length > 0)
    .map(([title, entries]) => `[${title}]\n${entries.map(([key, value]) => `${key}=${value}\n`).join('')}`);
  const content = `# ${fileMark}\n${blocks.join('\n')}`;
  return { kind: 'file', path: `${prefix}${name}.${suffix}`, content, mode: 0o644 };
}
