// The name servers of network_data.json: services[] at the top, of a network or of a route, and dns_nameservers of a network.

import { describeType } from '../../core/diagnostic.ts';
import { formatAddress, parseAddress } from '../../network/address.ts';
import {
  type Fields,
  fieldOf,
  type KeyPath,
  mostOf,
  type Reading,
  readMaps,
  readText,
  report,
} from './network-data-fields.ts';

/** Addresses of the services of type dns, in order. */
export function readServers(reading: Reading, fields: Fields, parent: KeyPath): string[] {
  const servers: string[] = [];
  for (const entry of readMaps(reading, fields, 'services', parent)) {
    const type = readText(reading, entry.fields, 'type', entry.path);
    if (type !== 'dns') {
      report(reading, entry.path, 'note', 'unsupported-key', 'a service of another type than dns; not used');
      continue;
    }
    for (const server of readServer(reading, fieldOf(entry.fields, 'address'), entry.path)) servers.push(server);
  }
  return servers;
}

/** Addresses of `dns_nameservers`, the word of cloud-init and cloudbase-init for the servers of a network: a list, or a text of several. */
export function readNameservers(reading: Reading, fields: Fields, parent: KeyPath): string[] {
  if (fieldOf(fields, 'dns_search') !== undefined)
    report(reading, [...parent, 'dns_search'], 'note', 'unsupported-key', 'search domains of a network; not used');
  const value = fieldOf(fields, 'dns_nameservers');
  if (value === undefined) return [];
  const path = [...parent, 'dns_nameservers'];
  const list = typeof value === 'string' ? value.split(/[\s,]+/).filter((word) => word !== '') : value;
  if (Array.isArray(list)) return list.flatMap((entry: unknown) => readServer(reading, entry, path));
  report(reading, path, 'error', 'type', `expected a list, found ${describeType(value)}`);
  return [];
}

function readServer(reading: Reading, value: unknown, path: KeyPath): string[] {
  const address = typeof value === 'string' ? parseAddress(value.trim()) : undefined;
  if (address !== undefined) return takeServer(reading, formatAddress(address), path);
  const found = typeof value === 'string' ? 'another string' : describeType(value);
  report(reading, path, 'error', 'value', `expected the IP address of a name server, found ${found}`);
  return [];
}

/** None that is over the limit. */
function takeServer(reading: Reading, server: string, path: KeyPath): string[] {
  const { allowance } = reading;
  const { servers } = allowance;
  if (servers.has(server)) return [server];
  if (servers.size < mostOf.servers) {
    servers.add(server);
    return [server];
  }
  const message = `more than ${mostOf.servers} different name servers; this one and others after it are left out`;
  if (!allowance.hasMoreServers) report(reading, path, 'error', 'limit', message);
  allowance.hasMoreServers = true;
  return [];
}
