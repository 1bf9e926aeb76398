// services[] of network_data.json, at the top, of a network or of a route: the name servers.

import { describeType } from '../../core/diagnostic.ts';
import { formatAddress, parseAddress } from '../../network/address.ts';
import { type Fields, fieldOf, type KeyPath, type Reading, readMaps, readText, report } from './network-data-fields.ts';

/** Addresses of the services of type dns, in order. */
export function readServers(reading: Reading, fields: Fields, parent: KeyPath): string[] {
  const servers: string[] = [];
  for (const entry of readMaps(reading, fields, 'services', parent)) {
    const type = readText(reading, entry.fields, 'type', entry.path);
    if (type !== 'dns') {
      report(reading, entry.path, 'note', 'unsupported-key', 'a service of another type than dns; not used');
      continue;
    }
    const value = fieldOf(entry.fields, 'address');
    const address = typeof value === 'string' ? parseAddress(value.trim()) : undefined;
    if (address !== undefined) servers.push(formatAddress(address));
    else {
      const found = typeof value === 'string' ? 'another string' : describeType(value);
      report(reading, entry.path, 'error', 'value', `expected the IP address of a name server, found ${found}`);
    }
  }
  return servers;
}
