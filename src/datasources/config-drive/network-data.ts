// openstack/<version>/network_data.json: the union of Nova's schema and what CloudStack, Ironic and the vendors write, read permissively.

import { type Diagnostic, describeType } from '../../core/diagnostic.ts';
import { createDiagnosticList } from '../../core/diagnostic-list.ts';
import { emptyNetwork, type NetworkConfig } from '../../core/network-config.ts';
import { readServers } from './network-data-dns.ts';
import { asFields, createAllowance, type KeyPath, type Reading, report } from './network-data-fields.ts';
import { readLinks } from './network-data-links.ts';
import { readNetworks } from './network-data-networks.ts';

export { mergeEc2Address } from './ec2-address.ts';

/**
 * The whole format as the model. A bad link, network, route or server costs that element alone, with a diagnostic. `{}` is an
 * empty network (CloudStack writes it for networks without DHCP). `context.place` gives line and column of a key path. Linear.
 */
export function parseNetworkData(
  json: unknown,
  context: { source: string; place(path: KeyPath): { line: number; column: number } },
): { network: NetworkConfig; diagnostics: Diagnostic[] } {
  const { source, place } = context;
  const problems = createDiagnosticList(source);
  const reading: Reading = { source, place, problems, allowance: createAllowance() };
  const document = asFields(json);
  if (document === undefined) {
    report(reading, [], 'error', 'type', `expected a map, found ${describeType(json)}`);
    return { network: emptyNetwork, diagnostics: problems.close() };
  }
  const links = readLinks(reading, document);
  const addresses = readNetworks(reading, document, links);
  const dns = [...new Set(readServers(reading, document, []))];
  return { network: { links, addresses, dns }, diagnostics: problems.close() };
}
