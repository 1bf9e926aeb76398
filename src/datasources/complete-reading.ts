// The second half of reading a drive: what needs a parser that most drives do not.

import type { Diagnostic } from '../core/diagnostic.ts';
import { mergeEc2Address } from './config-drive/network-data.ts';
import type { DatasourceReading } from './datasource.ts';

/** The reading with its interfaces(5) text as the instance's network; the same reading where there is none. */
export async function completeReading(reading: DatasourceReading): Promise<DatasourceReading> {
  const { interfacesText, instance, ...rest } = reading;
  if (interfacesText === undefined || instance === undefined) return reading;
  const { parseInterfaces } = await import('./config-drive/interfaces-text/parse.ts');
  const { text, source, localIpv4 } = interfacesText;
  const parsed = parseInterfaces(text, source);
  const diagnostics: Diagnostic[] = [...rest.diagnostics, ...parsed.diagnostics];
  const network =
    localIpv4 === undefined
      ? parsed.network
      : mergeEc2Address(parsed.network, localIpv4.address, localIpv4.source, diagnostics);
  const added = diagnostics.slice(rest.diagnostics.length);
  const damage = added.some(({ severity }) => severity === 'error') ? ({ networkDamage: 'part' } as const) : {};
  return { instance: { ...instance, ...damage, network }, diagnostics };
}
