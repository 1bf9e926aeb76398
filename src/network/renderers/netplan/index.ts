// The network as one file of netplan, for whichever service netplan hands it to.

import type { ResolvedNetwork } from '../../../core/resolved-network.ts';
import { fileMark, type Rendered, type Renderer, type RenderProblem } from '../renderer.ts';
import { usedLinks } from '../used-links.ts';
import { describeLinks } from './definitions.ts';
import { emitYaml } from './emit-yaml.ts';

const path = '/etc/netplan/90-guest-init.yaml';

const aboutIds = '# The ids of NICs begin with 0- so that they come before those of the image.\n';

export const renderer: Renderer = { backend: 'netplan', render };

function render(network: ResolvedNetwork): Rendered {
  if (usedLinks(network).length === 0) return { actions: [], problems: [] };
  const problems: RenderProblem[] = [];
  const document = { network: { version: 2, ...describeLinks(network, problems) } };
  const content = `# ${fileMark}\n${aboutIds}${emitYaml(document)}`;
  // netplan warns of files that others can read.
  return { actions: [{ kind: 'file', path, content, mode: 0o600 }], problems };
}
