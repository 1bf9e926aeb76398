// Alpine: /etc/network/interfaces as a whole, in what ifupdown-ng and the ifup of busybox both understand alike. See README.md.

import type { ResolvedNetwork } from '../../../core/resolved-network.ts';
import { formatInterfaces, orderLinks, type Stanza } from '../interfaces-file.ts';
import type { Rendered, Renderer } from '../renderer.ts';
import { prepareStanzas } from './stanzas.ts';

export const renderer: Renderer = { backend: 'ifupdown-alpine', render };

const loopback: Stanza = { link: 'lo', family: 'inet', method: 'loopback' };

function render(network: ResolvedNetwork): Rendered {
  const links = orderLinks(network);
  if (links.length === 0) return { actions: [], problems: [] };
  const { stanzas, problems } = prepareStanzas(links);
  const content = formatInterfaces([loopback, ...stanzas]);
  return { actions: [{ kind: 'file', path: '/etc/network/interfaces', content, mode: 0o644 }], problems };
}
