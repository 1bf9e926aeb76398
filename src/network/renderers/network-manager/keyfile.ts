// One profile as a keyfile. Follows nm-settings-keyfile(5) and nm-settings(5), in the spellings that NetworkManager has read since 1.22.

import type { ResolvedLink, ResolvedRoute } from '../../../core/resolved-network.ts';
import { effectiveMetric } from '../link-routes.ts';
import { fileMark } from '../renderer.ts';
import { isInfiniband, largestDatagram } from '../used-links.ts';
import { profileUuid } from './uuid.ts';

type Entry = readonly [key: string, value: string | number];
type Group = readonly [name: string, entries: readonly Entry[]];

/** Above the profiles of images and of cloud-init (120); NetworkManager takes -999 to 999. */
const priority = 200;

export type Profile = {
  readonly link: ResolvedLink;
  /** Name servers of the families that the link has. */
  readonly servers: readonly string[];
  /** kind bond: names and values. */
  readonly bondOptions: readonly (readonly [string, string])[];
};

/** The name of the profile, and of its file without the suffix. */
export function profileName(link: string): string {
  return `guest-init-${link}`;
}

/** The whole file, newline-terminated. */
export function renderKeyfile(profile: Profile): string {
  const { link, servers, bondOptions } = profile;
  const groups: Group[] = [
    ['connection', connectionEntries(link)],
    ...(link.kind === 'bond' ? [['bond', bondOptions] as const] : []),
    ...(link.vlan === undefined ? [] : [vlanGroup(link.vlan)]),
    hardwareGroup(link),
    // A member of a bond has no addresses: NetworkManager takes the groups away again.
    ...(link.memberOf === undefined ? ([addressGroup(link, 4, servers), addressGroup(link, 6, servers)] as const) : []),
  ];
  const blocks = groups
    .filter(([, entries]) => entries.length > 0)
    .map(([name, entries]) => `[${name}]\n${entries.map(([key, value]) => `${key}=${value}\n`).join('')}`);
  return `# ${fileMark}\n${blocks.join('\n')}`;
}

function connectionEntries(link: ResolvedLink): Entry[] {
  const type = link.kind === 'physical' ? (isInfiniband(link) ? 'infiniband' : 'ethernet') : link.kind;
  return [
    ['id', profileName(link.name)],
    ['uuid', profileUuid(link.name)],
    ['type', type],
    ['interface-name', link.name],
    ['autoconnect-priority', priority],
    // The names of 1.22; those of today (controller, port-type, autoconnect-ports) are unknown before 1.46, and these go on being read.
    ...(link.memberOf === undefined
      ? []
      : ([['master', link.memberOf] as const, ['slave-type', 'bond'] as const] as const)),
    ...(link.kind === 'bond' ? ([['autoconnect-slaves', 1]] as const) : []),
  ];
}

function vlanGroup({ id, parent }: { id: number; parent: string }): Group {
  return [
    'vlan',
    [
      ['id', id],
      ['parent', parent],
    ],
  ];
}

function hardwareGroup(link: ResolvedLink): Group {
  const mtu: Entry[] = link.mtu === undefined ? [] : [['mtu', link.mtu]];
  if (isInfiniband(link)) {
    const mode = (link.mtu ?? 0) > largestDatagram ? 'connected' : 'datagram';
    return ['infiniband', [...mtu, ['transport-mode', mode]]];
  }
  const mac: Entry[] = link.kind === 'physical' || link.mac === undefined ? [] : [['cloned-mac-address', link.mac]];
  return ['ethernet', [...mac, ...mtu]];
}

function addressGroup(link: ResolvedLink, family: 4 | 6, servers: readonly string[]): Group {
  const method = chooseMethod(link, family);
  const addresses = link.addresses.filter((address) => address.family === family);
  const routes = link.routes.filter((route) => route.family === family);
  // In IPv6 the metric of the group is the subnets', another one than the kernel takes for the default route.
  const gateway = method === 'manual' && family === 4 ? routes.find(isPlainDefault) : undefined;
  const rest = routes.filter((route) => route !== gateway);
  const own = servers.filter((server) => server.includes(':') === (family === 6));
  return [
    `ipv${family}`,
    [
      ['method', method],
      ...addresses.map(
        ({ address, prefixLength }, index): Entry => [`address${index + 1}`, `${address}/${prefixLength}`],
      ),
      ...(gateway?.gateway === undefined ? [] : [['gateway', gateway.gateway] as const]),
      ...rest.flatMap((route, index) => routeEntries(route, index + 1, method)),
      // As the kernel sets the routes of subnets. Without it the device's type decides: 100 for Ethernet, 300 for bonds, 400 for VLANs.
      ...(method === 'manual' || (routes.length > 0 && method === 'link-local')
        ? ([['route-metric', subnetMetric[family]]] as const)
        : []),
      ...(own.length === 0 ? [] : [['dns', own.map((server) => `${server};`).join('')] as const]),
      // Neutron lets out only the address that is made of the MAC address.
      ...(family === 6 && method === 'auto' ? ([['addr-gen-mode', 'eui64']] as const) : []),
    ],
  ];
}

/** fib_frontend.c; IP6_RT_PRIO_ADDRCONF. */
const subnetMetric = { 4: 0, 6: 256 } as const;

function chooseMethod(link: ResolvedLink, family: 4 | 6): string {
  const { automatic, addresses, routes } = link;
  const hasStatic = addresses.some((address) => address.family === family);
  if (family === 4) return automatic.dhcp4 ? 'auto' : hasStatic ? 'manual' : 'disabled';
  if (automatic.ipv6 !== undefined) return 'auto';
  if (hasStatic) return 'manual';
  // Ignore leaves IPv6 as the kernel has it.
  return routes.some((route) => route.family === 6) ? 'link-local' : 'ignore';
}

function isPlainDefault({ prefixLength, gateway, metric, onLink }: ResolvedRoute): boolean {
  return prefixLength === 0 && gateway !== undefined && metric === undefined && onLink !== true;
}

function routeEntries(route: ResolvedRoute, number: number, method: string): Entry[] {
  const { family, destination, prefixLength, onLink } = route;
  // Beside a lease the group's metric would be the lease's too.
  const metric = method === 'auto' || family === 6 ? effectiveMetric(route) : route.metric;
  const gateway = route.gateway ?? (metric === undefined ? undefined : family === 4 ? '0.0.0.0' : '::');
  const words = [`${destination}/${prefixLength}`, gateway, metric].filter((word) => word !== undefined);
  return [
    [`route${number}`, words.join(',')],
    ...(onLink === true ? ([[`route${number}_options`, 'onlink=true']] as const) : []),
  ];
}
