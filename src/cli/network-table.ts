// The network of this guest as a table: a row for each link, and below it further addresses, routes and name servers.

import type { ResolvedLink, ResolvedNetwork, ResolvedRoute } from '../core/resolved-network.ts';

const titles = ['link', 'address', 'routes', 'name servers', 'mtu', 'from'] as const;

/** Aligned lines without indentation, the titles first; none for a network without links. */
export function tabulateNetwork({ links }: ResolvedNetwork): string[] {
  if (links.length === 0) return [];
  const rows: string[][] = [[...titles], ...links.flatMap(describeRows)];
  const widths = titles.map((_, column) => rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), 0));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function describeRows(link: ResolvedLink): string[][] {
  const { name, addresses, routes, dns, mtu, origin } = link;
  const columns: string[][] = [
    [name, ...describeShape(link)],
    [...addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`), ...describeAutomatic(link)],
    routes.map(describeRoute),
    [...dns],
    mtu === undefined ? [] : [String(mtu)],
    [...new Set([origin.source, ...addresses.map((address) => address.origin.source)])],
  ];
  const height = Math.max(...columns.map((column) => column.length));
  return Array.from({ length: height }, (_, row) => columns.map((column) => column[row] ?? ''));
}

function describeShape({ bond, vlan, memberOf }: ResolvedLink): string[] {
  if (memberOf !== undefined) return [`  in ${memberOf}`];
  if (bond !== undefined) return [`  ${bond.mode} of`, ...bond.members.map((member) => `    ${member}`)];
  return vlan === undefined ? [] : [`  vlan ${vlan.id} of ${vlan.parent}`];
}

function describeAutomatic({ automatic: { dhcp4, ipv6 } }: ResolvedLink): string[] {
  const six = { slaac: 'IPv6 advertised', stateless: 'IPv6 advertised, DHCPv6', stateful: 'DHCPv6' } as const;
  return [...(dhcp4 === true ? ['DHCP'] : []), ...(ipv6 === undefined ? [] : [six[ipv6]])];
}

function describeRoute({ destination, prefixLength, gateway, metric, onLink }: ResolvedRoute): string {
  return [
    prefixLength === 0 ? 'default' : `${destination}/${prefixLength}`,
    ...(gateway === undefined ? [] : ['via', gateway]),
    ...(metric === undefined ? [] : ['metric', String(metric)]),
    ...(onLink === true ? ['on link'] : []),
  ].join(' ');
}
