// The file as a whole; bonds and VLANs that hang together wrongly.

import type { Entry } from '../entry.ts';
import { data } from './data.ts';

export const stacks: readonly Entry[] = [
  ['the file: no links', data({ links: undefined }), 'missing 3:3; note missing network_data.json'],
  ['the file: no networks', data({ networks: undefined }), 'note missing openstack/latest/network_data.json links[0]'],
  ['the file: links as a map', data({ links: {} }), 'type 2:2; missing 4:3; note missing network_data.json'],
  [
    'the file: networks as a text',
    data({ networks: 'S3cr3t' }),
    'type 10:2; note missing openstack/latest/network_data.json links[0]',
  ],
  ['the file: networks null', data({ networks: null }), 'note missing openstack/latest/network_data.json links[0]'],
  ['the file: no entries at all', data({ links: [], networks: [] }), 'note missing network_data.json'],
  ['the file: services as a map', data({ services: {} }), 'type 26:2'],
  [
    'the file: a service twice',
    data({
      services: [
        { type: 'dns', address: '192.0.2.2' },
        { type: 'dns', address: '192.0.2.2' },
      ],
    }),
    'plan',
  ],
  ['the file: an unknown key', data({ S3cr3t: 1 }), 'plan'],
  [
    'the file: version 2 of cloud-init',
    data({ links: undefined, networks: undefined, version: 2, ethernets: {} }),
    'note missing network_data.json',
  ],
  [
    'the file: version 1 of cloud-init',
    data({ links: undefined, networks: undefined, version: 1, config: [] }),
    'note missing network_data.json',
  ],
  [
    'a bond',
    data({
      links: [
        {
          id: 'tap0',
          type: 'bond',
          ethernet_mac_address: 'fa:16:3e:00:00:06',
          bond_links: ['tap1', 'tap2'],
          bond_mode: '802.3ad',
        },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
        { id: 'tap2', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:07' },
      ],
    }),
    'plan',
  ],
  [
    'a bond without members',
    data({
      links: [
        { id: 'tap0', type: 'bond', ethernet_mac_address: 'fa:16:3e:00:00:06', bond_links: [], bond_mode: '802.3ad' },
      ],
    }),
    'plan',
  ],
  [
    'a bond of unknown links',
    data({
      links: [
        {
          id: 'tap0',
          type: 'bond',
          ethernet_mac_address: 'fa:16:3e:00:00:06',
          bond_links: ['S3cr3t'],
          bond_mode: '802.3ad',
        },
      ],
    }),
    'missing openstack/latest/network_data.json links[0]',
  ],
  [
    'a bond of itself',
    data({
      links: [
        {
          id: 'tap0',
          type: 'bond',
          ethernet_mac_address: 'fa:16:3e:00:00:06',
          bond_links: ['tap0'],
          bond_mode: '802.3ad',
        },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'missing openstack/latest/network_data.json links[0]',
  ],
  [
    'a bond with a member twice',
    data({
      links: [
        {
          id: 'tap0',
          type: 'bond',
          ethernet_mac_address: 'fa:16:3e:00:00:06',
          bond_links: ['tap1', 'tap1'],
          bond_mode: '802.3ad',
        },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'plan',
  ],
  [
    'bond_links as a text',
    data({
      links: [
        { id: 'tap0', type: 'bond', bond_links: 'tap1', bond_mode: 'active-backup' },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'missing 3:3',
  ],
  [
    'no bond_links',
    data({
      links: [
        { id: 'tap0', type: 'bond', bond_mode: 'active-backup' },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'missing 3:3',
  ],
  [
    'a bond without mode',
    data({
      links: [
        { id: 'tap0', type: 'bond', bond_links: ['tap1'] },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'plan',
  ],
  [
    'a mode that is unknown',
    data({
      links: [
        {
          id: 'tap0',
          type: 'bond',
          ethernet_mac_address: 'fa:16:3e:00:00:06',
          bond_links: ['tap1', 'tap2'],
          bond_mode: 'S3cr3t',
        },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
        { id: 'tap2', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:07' },
      ],
    }),
    'warning value openstack/latest/network_data.json links[0]',
  ],
  [
    'a mode as a number',
    data({
      links: [
        {
          id: 'tap0',
          type: 'bond',
          ethernet_mac_address: 'fa:16:3e:00:00:06',
          bond_links: ['tap1', 'tap2'],
          bond_mode: 4,
        },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
        { id: 'tap2', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:07' },
      ],
    }),
    'plan',
  ],
  [
    'a mode that is too large',
    data({
      links: [
        {
          id: 'tap0',
          type: 'bond',
          ethernet_mac_address: 'fa:16:3e:00:00:06',
          bond_links: ['tap1', 'tap2'],
          bond_mode: 7,
        },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
        { id: 'tap2', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:07' },
      ],
    }),
    'warning value openstack/latest/network_data.json links[0]',
  ],
  [
    'a bond in a bond',
    data({
      links: [
        {
          id: 'tap0',
          type: 'bond',
          ethernet_mac_address: 'fa:16:3e:00:00:06',
          bond_links: ['b1', 'tap2'],
          bond_mode: '802.3ad',
        },
        { id: 'b1', type: 'bond', bond_links: ['tap1'], bond_mode: 'active-backup' },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
        { id: 'tap2', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:07' },
      ],
    }),
    'missing openstack/latest/network_data.json links[0]',
  ],
  [
    'two bonds of one link',
    data({
      links: [
        {
          id: 'tap0',
          type: 'bond',
          ethernet_mac_address: 'fa:16:3e:00:00:06',
          bond_links: ['tap1', 'tap2'],
          bond_mode: '802.3ad',
        },
        { id: 'b1', type: 'bond', bond_links: ['tap1'], bond_mode: 'active-backup' },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
        { id: 'tap2', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:07' },
      ],
    }),
    'conflict openstack/latest/network_data.json links[1]; warning missing openstack/latest/network_data.json links[1]',
  ],
  [
    'bonds in a ring',
    data({
      links: [
        { id: 'tap0', type: 'bond', bond_links: ['b1'], bond_mode: 'active-backup' },
        { id: 'b1', type: 'bond', bond_links: ['tap0'], bond_mode: 'active-backup' },
      ],
    }),
    'missing openstack/latest/network_data.json links[0]; missing openstack/latest/network_data.json links[1]',
  ],
  [
    'a bond option with a line break',
    data({
      links: [
        {
          id: 'tap0',
          type: 'bond',
          ethernet_mac_address: 'fa:16:3e:00:00:06',
          bond_links: ['tap1', 'tap2'],
          bond_mode: '802.3ad',
          bond_miimon: '100\nPWNED',
        },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
        { id: 'tap2', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:07' },
      ],
    }),
    'warning value openstack/latest/network_data.json links[0]',
  ],
  [
    'a bond option that is unknown',
    data({
      links: [
        {
          id: 'tap0',
          type: 'bond',
          ethernet_mac_address: 'fa:16:3e:00:00:06',
          bond_links: ['tap1', 'tap2'],
          bond_mode: '802.3ad',
          bond_s3cr3t: 'S3cr3t',
        },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
        { id: 'tap2', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:07' },
      ],
    }),
    'warning value openstack/latest/network_data.json links[0]',
  ],
  [
    'a hash policy',
    data({
      links: [
        {
          id: 'tap0',
          type: 'bond',
          ethernet_mac_address: 'fa:16:3e:00:00:06',
          bond_links: ['tap1', 'tap2'],
          bond_mode: '802.3ad',
          bond_xmit_hash_policy: 'layer3+4',
        },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
        { id: 'tap2', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:07' },
      ],
    }),
    'plan',
  ],
  [
    'miimon as a text',
    data({
      links: [
        {
          id: 'tap0',
          type: 'bond',
          ethernet_mac_address: 'fa:16:3e:00:00:06',
          bond_links: ['tap1', 'tap2'],
          bond_mode: '802.3ad',
          bond_miimon: '100',
        },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
        { id: 'tap2', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:07' },
      ],
    }),
    'plan',
  ],
  [
    'miimon negative',
    data({
      links: [
        {
          id: 'tap0',
          type: 'bond',
          ethernet_mac_address: 'fa:16:3e:00:00:06',
          bond_links: ['tap1', 'tap2'],
          bond_mode: '802.3ad',
          bond_miimon: -1,
        },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
        { id: 'tap2', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:07' },
      ],
    }),
    'warning value openstack/latest/network_data.json links[0]',
  ],
  [
    'a VLAN',
    data({
      links: [
        { id: 'tap0', type: 'vlan', vlan_link: 'tap1', vlan_id: 101, vlan_mac_address: 'fa:16:3e:00:00:06' },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'plan',
  ],
  [
    'a VLAN of an unknown link',
    data({ links: [{ id: 'tap0', type: 'vlan', vlan_link: 'S3cr3t', vlan_id: 101 }] }),
    'missing openstack/latest/network_data.json links[0]',
  ],
  [
    'a VLAN of itself',
    data({ links: [{ id: 'tap0', type: 'vlan', vlan_link: 'tap0', vlan_id: 101 }] }),
    'value openstack/latest/network_data.json links[0]',
  ],
  [
    'a VLAN without an id',
    data({
      links: [
        { id: 'tap0', type: 'vlan', vlan_link: 'tap1' },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'missing 3:3; missing 15:3; note missing openstack/latest/network_data.json links[1]',
  ],
  [
    'a VLAN without a link',
    data({
      links: [
        { id: 'tap0', type: 'vlan', vlan_id: 101 },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'missing 3:3; missing 15:3; note missing openstack/latest/network_data.json links[1]',
  ],
  [
    'VLAN 0',
    data({
      links: [
        { id: 'tap0', type: 'vlan', vlan_link: 'tap1', vlan_id: 0 },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'value 7:4; missing 16:3; note missing openstack/latest/network_data.json links[1]',
  ],
  [
    'VLAN 4095',
    data({
      links: [
        { id: 'tap0', type: 'vlan', vlan_link: 'tap1', vlan_id: 4095 },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'value 7:4; missing 16:3; note missing openstack/latest/network_data.json links[1]',
  ],
  [
    'VLAN 4094',
    data({
      links: [
        { id: 'tap0', type: 'vlan', vlan_link: 'tap1', vlan_id: 4094 },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'plan',
  ],
  [
    'VLAN -1',
    data({
      links: [
        { id: 'tap0', type: 'vlan', vlan_link: 'tap1', vlan_id: -1 },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'value 7:4; missing 16:3; note missing openstack/latest/network_data.json links[1]',
  ],
  [
    'a VLAN id as a text',
    data({
      links: [
        { id: 'tap0', type: 'vlan', vlan_link: 'tap1', vlan_id: '101' },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'plan',
  ],
  [
    'a VLAN id that is no number',
    data({
      links: [
        { id: 'tap0', type: 'vlan', vlan_link: 'tap1', vlan_id: 'S3cr3t' },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'type 7:4; missing 16:3; note missing openstack/latest/network_data.json links[1]',
  ],
  [
    'a VLAN in a VLAN',
    data({
      links: [
        { id: 'tap0', type: 'vlan', vlan_link: 'v1', vlan_id: 5 },
        { id: 'v1', type: 'vlan', vlan_link: 'tap1', vlan_id: 6 },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'plan',
  ],
  [
    'VLANs in a ring',
    data({
      links: [
        { id: 'tap0', type: 'vlan', vlan_link: 'v1', vlan_id: 5 },
        { id: 'v1', type: 'vlan', vlan_link: 'tap0', vlan_id: 6 },
      ],
    }),
    'value openstack/latest/network_data.json links[1]; value openstack/latest/network_data.json links[0]',
  ],
  [
    'one VLAN twice',
    data({
      links: [
        { id: 'tap0', type: 'vlan', vlan_link: 'tap1', vlan_id: 5 },
        { id: 'v1', type: 'vlan', vlan_link: 'tap1', vlan_id: 5 },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'warning conflict openstack/latest/network_data.json links[1]',
  ],
  [
    'a VLAN on a bond',
    data({
      links: [
        { id: 'tap0', type: 'vlan', vlan_link: 'b0', vlan_id: 5 },
        {
          id: 'b0',
          type: 'bond',
          ethernet_mac_address: 'fa:16:3e:00:00:06',
          bond_links: ['tap1', 'tap2'],
          bond_mode: '802.3ad',
        },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
        { id: 'tap2', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:07' },
      ],
    }),
    'plan',
  ],
  [
    'a VLAN of a member of a bond',
    data({
      links: [
        {
          id: 'tap0',
          type: 'bond',
          ethernet_mac_address: 'fa:16:3e:00:00:06',
          bond_links: ['tap1', 'tap2'],
          bond_mode: '802.3ad',
        },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
        { id: 'tap2', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:07' },
        { id: 'v1', type: 'vlan', vlan_link: 'tap1', vlan_id: 5 },
      ],
    }),
    'conflict openstack/latest/network_data.json links[3]',
  ],
  [
    'a VLAN with a broken MAC address',
    data({
      links: [
        { id: 'tap0', type: 'vlan', vlan_link: 'tap1', vlan_id: 5, vlan_mac_address: 'S3cr3t' },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'value 8:4; missing 17:3; note missing openstack/latest/network_data.json links[1]',
  ],
  [
    'a bridge',
    data({
      links: [
        { id: 'tap0', type: 'bridge', bridge_links: ['tap1'] },
        { id: 'tap1', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' },
      ],
    }),
    'plan',
  ],
];
