// "#cloud-config" documents: YAML as PyYAML reads it, each key validated by the module that owns it (decisions.md D10, D11).

import type { ModuleDefinition } from '../../../core/define.ts';
import { createDiagnosticList } from '../../../core/diagnostic-list.ts';
import type { InstanceAddresses } from '../../../core/instance-addresses.ts';
import { definePartFormat, type Part, type PartMeaning } from '../../part-format.ts';
import { validateConfig } from '../../validate-config.ts';
import { readConfig, remarkOnConfig } from './read-config.ts';

export const cloudConfig = definePartFormat({
  name: 'cloud-config',
  header: '#cloud-config',
  recognise: recogniseHeader,
  interpret: interpretConfig,
});

/** As cloud-init, every line that begins with "#cloud-config" counts; only the exact line passes without a note. */
function recogniseHeader(firstLine: string): 'exact' | 'loose' | undefined {
  if (firstLine === '#cloud-config') return 'exact';
  return /^#\s*cloud-config/i.test(firstLine) ? 'loose' : undefined;
}

function interpretConfig(
  part: Part,
  modules: readonly ModuleDefinition[],
  addresses: InstanceAddresses | undefined,
): PartMeaning {
  const { source } = part;
  const config = readConfig(part, addresses);
  if (!config.ok) return { diagnostics: [config.refusal], usable: false };
  const { raw, parsed, dropped } = config;
  const list = createDiagnosticList(source);
  remarkOnConfig(list, { part }, config);
  const sections = validateConfig({ raw, locate: parsed.locate, source, modules, list, dropped });
  return { document: { sections, raw }, diagnostics: list.close(), usable: true };
}
