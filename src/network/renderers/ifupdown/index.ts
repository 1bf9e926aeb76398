// Debian's ifupdown: one file in /etc/network/interfaces.d, and the line that makes /etc/network/interfaces read it. See README.md.

import type { LinesAction } from '../../../core/action.ts';
import type { ResolvedNetwork } from '../../../core/resolved-network.ts';
import { formatInterfaces, orderLinks } from '../interfaces-file.ts';
import type { Rendered, Renderer } from '../renderer.ts';
import { prepareStanzas } from './stanzas.ts';

/** Without a dot: `source-directory` reads no other names. */
const path = '/etc/network/interfaces.d/50-guest-init';

/** A line that reads our file: by any path to it that interfaces(5) takes, with `source` or `source-directory`. */
const folder = '(?:/etc/network/|\\./)?interfaces\\.d';
const covering = `^\\s*(?:source\\s+${folder}/(?:\\*|50-guest-init)|source-dir\\S*\\s+${folder}/?)\\s*$`;

const sourceLine: LinesAction = {
  kind: 'lines',
  path: '/etc/network/interfaces',
  mode: 0o644,
  rules: [{ pattern: covering, line: 'source /etc/network/interfaces.d/*', add: 'end', keep: true }],
};

export const renderer: Renderer = { backend: 'ifupdown', render };

function render(network: ResolvedNetwork): Rendered {
  const links = orderLinks(network);
  if (links.length === 0) return { actions: [], problems: [] };
  const { stanzas, problems } = prepareStanzas(network, links);
  const content = formatInterfaces(stanzas);
  return { actions: [{ kind: 'file', path, content, mode: 0o644 }, sourceLine], problems };
}
