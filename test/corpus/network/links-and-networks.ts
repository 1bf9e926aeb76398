// Links, networks, routes and name servers that are wrong or odd.

import type { Entry } from '../entry.ts';
import { link, network } from './data.ts';

export const linksAndNetworks: readonly Entry[] = [
  [
    'a network: a link that is unknown',
    network({ link: 'S3cr3t' }),
    'missing 11:3; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'a network: a link that is a number',
    network({ link: 5 }),
    'missing 11:3; note missing openstack/latest/network_data.json links[0]',
  ],
  ['a network: no link', network({ link: undefined }), 'warning missing 11:3'],
  ['a network: a type that is unknown', network({ type: 'S3cr3t' }), 'warning value 11:3'],
  ['a network: no type', network({ type: undefined }), 'warning value 11:3'],
  ['a network: a type that is a list', network({ type: ['ipv4'] }), 'warning value 11:3; type 13:4'],
  [
    'a network: DHCP',
    network({ type: 'ipv4_dhcp', ip_address: undefined, netmask: undefined, routes: [] }),
    'missing openstack/latest/network_data.json networks[0]',
  ],
  [
    'a network: DHCP with an address',
    network({ type: 'ipv4_dhcp' }),
    'missing openstack/latest/network_data.json networks[0]',
  ],
  [
    'a network: DHCPv6',
    network({ type: 'ipv6_dhcp', ip_address: undefined, netmask: undefined, routes: [] }),
    'missing openstack/latest/network_data.json networks[0]',
  ],
  [
    'a network: SLAAC',
    network({ type: 'ipv6_slaac', ip_address: undefined, netmask: undefined, routes: [] }),
    'missing openstack/latest/network_data.json networks[0]',
  ],
  ['a network: manual', network({ type: 'manual' }), 'warning value 11:3'],
  [
    'a network: routes as a map',
    network({ routes: {} }),
    'type 17:4; note missing openstack/latest/network_data.json networks[0]',
  ],
  [
    'a network: routes of texts',
    network({ routes: ['S3cr3t'] }),
    'type 18:5; note missing openstack/latest/network_data.json networks[0]',
  ],
  [
    'a network: a route without gateway',
    network({ routes: [{ network: '0.0.0.0', netmask: '0.0.0.0' }] }),
    'missing 18:5; note missing openstack/latest/network_data.json networks[0]',
  ],
  [
    'a network: a route with a gateway elsewhere',
    network({ routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '198.51.100.1' }] }),
    'plan',
  ],
  [
    'a network: a route with the own address as gateway',
    network({ routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '192.0.2.5' }] }),
    'value 21:6; note missing openstack/latest/network_data.json networks[0]',
  ],
  [
    'a network: a route with a gateway of the other family',
    network({ routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '2001:db8::1' }] }),
    'value 21:6; note missing openstack/latest/network_data.json networks[0]',
  ],
  [
    'a network: a route with host bits',
    network({ routes: [{ network: '10.0.0.1', netmask: '255.0.0.0', gateway: '192.0.2.1' }] }),
    'warning value 19:6; note missing openstack/latest/network_data.json networks[0]',
  ],
  [
    'a network: a route with a broken mask',
    network({ routes: [{ network: '10.0.0.0', netmask: '255.0.255.0', gateway: '192.0.2.1' }] }),
    'value 20:6; note missing openstack/latest/network_data.json networks[0]',
  ],
  [
    'a network: a route with a broken gateway',
    network({ routes: [{ network: '10.0.0.0', netmask: '255.0.0.0', gateway: 'S3cr3t' }] }),
    'value 21:6; note missing openstack/latest/network_data.json networks[0]',
  ],
  [
    'a network: a route with a gateway of zero',
    network({ routes: [{ network: '10.0.0.0', netmask: '255.0.0.0', gateway: '0.0.0.0' }] }),
    'note missing openstack/latest/network_data.json networks[0]',
  ],
  [
    'a network: a route with a negative metric',
    network({ routes: [{ network: '10.0.0.0', netmask: '255.0.0.0', gateway: '192.0.2.1', metric: -1 }] }),
    'value 22:6; note missing openstack/latest/network_data.json networks[0]',
  ],
  [
    'a network: a route with a metric that is too large',
    network({ routes: [{ network: '10.0.0.0', netmask: '255.0.0.0', gateway: '192.0.2.1', metric: 4294967296 }] }),
    'value 22:6; note missing openstack/latest/network_data.json networks[0]',
  ],
  [
    'a network: a route twice',
    network({
      routes: [
        { network: '10.0.0.0', netmask: '255.0.0.0', gateway: '192.0.2.1' },
        { network: '10.0.0.0', netmask: '255.0.0.0', gateway: '192.0.2.2' },
      ],
    }),
    'warning conflict 23:5; note missing openstack/latest/network_data.json networks[0]',
  ],
  [
    'a network: two default routes',
    network({
      routes: [
        { network: '0.0.0.0', netmask: '0.0.0.0', gateway: '192.0.2.1' },
        { network: '0.0.0.0', netmask: '0.0.0.0', gateway: '192.0.2.2' },
      ],
    }),
    'warning conflict 23:5',
  ],
  ['a network: a gateway field', network({ gateway: '192.0.2.1', routes: [] }), 'plan'],
  [
    'a network: a gateway field that is none',
    network({ gateway: 'S3cr3t', routes: [] }),
    'value 18:4; note missing openstack/latest/network_data.json networks[0]',
  ],
  ['a network: services as a text', network({ services: 'S3cr3t' }), 'type 24:4'],
  ['a network: a service without an address', network({ services: [{ type: 'dns' }] }), 'value 25:5'],
  [
    'a network: a service of another type',
    network({ services: [{ type: 'ntp', address: '192.0.2.1' }] }),
    'note unsupported-key 25:5',
  ],
  ['a network: a name server that is none', network({ services: [{ type: 'dns', address: 'S3cr3t' }] }), 'value 25:5'],
  [
    'a network: a name server with a line break',
    network({ services: [{ type: 'dns', address: '192.0.2.1\nPWNED' }] }),
    'value 25:5',
  ],
  ['a network: name servers in a text', network({ dns_nameservers: '192.0.2.1, 192.0.2.2' }), 'plan'],
  ['a network: search domains', network({ dns_search: ['example.com'] }), 'note unsupported-key 24:4'],
  ['a network: an unknown field', network({ S3cr3t: 'S3cr3t' }), 'plan'],
  ['a network: __proto__', network(JSON.parse('{"__proto__": {"type": "ipv6"}}')), 'plan'],
  ['networks: the same address twice', network({}, {}), 'warning duplicate-key 25:3'],
  [
    'networks: the same address with another mask',
    network({}, { netmask: '255.255.0.0' }),
    'conflict openstack/latest/network_data.json networks[1]',
  ],
  ['networks: another address of the subnet', network({}, { ip_address: '192.0.2.6', routes: [] }), 'plan'],
  ['networks: an id twice', network({}, { ip_address: '198.51.100.5', routes: [] }), 'plan'],
  [
    'networks: IPv6 beside it',
    network({}, { id: 'n1', type: 'ipv6', ip_address: '2001:db8::5', netmask: '64', routes: [] }),
    'plan',
  ],
  ['networks: a null among the networks', network({}, null as never), 'warning duplicate-key 25:3'],
  [
    'a link: a MAC address of digits',
    link({ ethernet_mac_address: 525400123456 }),
    'value 6:4; missing 11:3; note missing network_data.json',
  ],
  ['a link: a MAC address with hyphens', link({ ethernet_mac_address: 'fa-16-3e-00-00-05' }), 'plan'],
  ['a link: a MAC address in capitals', link({ ethernet_mac_address: 'FA:16:3E:00:00:05' }), 'plan'],
  ['a link: a MAC address with dots', link({ ethernet_mac_address: 'fa16.3e00.0005' }), 'plan'],
  [
    'a link: a MAC address that is too short',
    link({ ethernet_mac_address: 'fa:16:3e:00:00' }),
    'value 6:4; missing 11:3; note missing network_data.json',
  ],
  [
    'a link: a MAC address that is too long',
    link({ ethernet_mac_address: 'fa:16:3e:00:00:05:06' }),
    'value 6:4; missing 11:3; note missing network_data.json',
  ],
  [
    'a link: a MAC address of zeros',
    link({ ethernet_mac_address: '00:00:00:00:00:00' }),
    'value 6:4; missing 11:3; note missing network_data.json',
  ],
  ['a link: a MAC address of a group', link({ ethernet_mac_address: 'ff:ff:ff:ff:ff:ff' }), 'plan'],
  ['a link: a MAC address that nobody has', link({ ethernet_mac_address: 'fa:16:3e:00:00:99' }), 'plan'],
  [
    'a link: a MAC address with a line break',
    link({ ethernet_mac_address: 'fa:16:3e:00:00:05\nPWNED' }),
    'value 6:4; missing 11:3; note missing network_data.json',
  ],
  ['a link: no MAC address', link({ ethernet_mac_address: undefined }), 'plan'],
  [
    'a link: an id that is a number',
    link({ id: 5 }),
    'missing 11:3; note missing openstack/latest/network_data.json links[0]',
  ],
  ['a link: no id', link({ id: undefined }), 'missing 3:3; missing 10:3; note missing network_data.json'],
  [
    'a link: an id with a slash',
    link({ id: 'a/b' }),
    'missing 11:3; note missing openstack/latest/network_data.json links[0]',
  ],
  [
    'a link: an id of 300 characters',
    link({ id: 'a'.repeat(300) }),
    'missing 11:3; note missing openstack/latest/network_data.json links[0]',
  ],
  ['a link: an MTU of zero', link({ mtu: 0 }), 'value 7:4'],
  ['a link: an MTU of 67', link({ mtu: 67 }), 'value 7:4'],
  ['a link: an MTU of 1279', link({ mtu: 1279 }), 'plan'],
  ['a link: an MTU of 65536', link({ mtu: 65536 }), 'value 7:4'],
  ['a link: an MTU that is negative', link({ mtu: -1 }), 'value 7:4'],
  ['a link: an MTU that is a text', link({ mtu: '1500' }), 'plan'],
  ['a link: an MTU that is no number', link({ mtu: 'S3cr3t' }), 'type 7:4'],
  ['a link: an MTU with a fraction', link({ mtu: 1500.5 }), 'value 7:4'],
  ['a link: an MTU of null', link({ mtu: null }), 'plan'],
  ['a link: a type that is unknown', link({ type: 'S3cr3t' }), 'warning value 3:3'],
  ['a link: no type', link({ type: undefined }), 'plan'],
  ['a link: a type that is a number', link({ type: 5 }), 'warning value 3:3'],
  [
    'links: an id twice',
    link({}, { id: 'tap0', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' }),
    'duplicate-key 9:3',
  ],
  [
    'links: a MAC address twice',
    link({}, { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:05' }),
    'plan',
  ],
  ['links: null among the links', link({}, null as never), 'type 9:3'],
  ['links: a text among the links', link({}, 'S3cr3t' as never), 'type 9:3'],
];
