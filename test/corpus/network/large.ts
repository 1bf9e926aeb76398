// Descriptions of very many links, networks and routes.

import type { Entry } from '../entry.ts';
import { data } from './data.ts';

const many = <Item>(count: number, make: (at: number) => Item): Item[] =>
  Array.from({ length: count }, (_, at) => make(at));
/** 'fa:16:3e:' and the number. */
const mac = (at: number): string =>
  `fa:16:3e:${(at >> 16).toString(16).padStart(2, '0')}:${((at >> 8) & 255).toString(16).padStart(2, '0')}:${(at & 255).toString(16).padStart(2, '0')}`;
const address = (at: number): string => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
/** An IPv6 address whose groups are those of a number. */
const address6 = (value: bigint): string =>
  value
    .toString(16)
    .padStart(32, '0')
    .replace(/(.{4})(?=.)/g, '$1:');
const compact = (text: string): string => JSON.stringify(JSON.parse(text));

export const large: readonly Entry[] = [
  [
    '20 000 links',
    () =>
      compact(data({ links: many(20_000, (at) => ({ id: `t${at}`, type: 'ovs', ethernet_mac_address: mac(at) })) })),
    'limit 1:71605; missing 1:1428914',
  ],
  [
    '20 000 networks',
    () =>
      compact(
        data({
          networks: many(20_000, (at) => ({ link: 'tap0', type: 'ipv4', ip_address: address(at + 1), netmask: '8' })),
        }),
      ),
    'limit 1:142585',
  ],
  [
    '30 000 routes',
    () =>
      compact(
        data({
          networks: [
            {
              link: 'tap0',
              type: 'ipv4',
              ip_address: '192.0.2.5',
              netmask: '24',
              routes: many(30_000, (at) => ({ network: address(at), netmask: '32', gateway: '192.0.2.1' })),
            },
          ],
        }),
      ),
    'limit 1:253912',
  ],
  [
    '30 000 broken routes',
    () =>
      compact(
        data({
          networks: [
            {
              link: 'tap0',
              type: 'ipv4',
              ip_address: '192.0.2.5',
              netmask: '24',
              routes: many(30_000, () => ({ network: 'x' })),
            },
          ],
        }),
      ),
    `${many(49, (at) => `value 1:${185 + 16 * at}`).join('; ')}; limit 1:65720; more -`,
  ],
  [
    '50 000 name servers',
    () => compact(data({ services: many(50_000, (at) => ({ type: 'dns', address: address(at + 1) })) })),
    'limit 1:9902',
  ],
  [
    'a chain of 3 000 VLANs',
    () =>
      compact(
        data({
          links: [
            { id: 'v0', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:05' },
            ...many(3000, (at) => ({
              id: at === 2999 ? 'tap0' : `v${at + 1}`,
              type: 'vlan',
              vlan_link: `v${at}`,
              vlan_id: 5,
            })),
          ],
        }),
      ),
    'limit 1:60265; missing 1:180874',
  ],
  [
    'a bond of 20 000 links',
    () =>
      compact(
        data({
          links: [
            { id: 'tap0', type: 'bond', bond_mode: 'active-backup', bond_links: many(20_000, (at) => `t${at}`) },
            ...many(20_000, (at) => ({ id: `t${at}`, type: 'ovs', ethernet_mac_address: mac(at) })),
          ],
        }),
      ),
    'limit 1:240495',
  ],
  [
    'a parent of 1 023 VLANs with 2 048 networks and 4 096 routes',
    () =>
      compact(
        data({
          links: [
            { id: 'tap0', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:05' },
            ...many(1023, (at) => ({ id: `v${at}`, type: 'vlan', vlan_link: 'tap0', vlan_id: at + 1, mtu: 1400 })),
          ],
          networks: many(2048, (at) => ({
            ...{ link: `v${at % 1023}`, type: 'ipv4', ip_address: address(at * 4 + 1), netmask: '30' },
            routes: many(2, (route) => ({
              ...{
                network: `172.16.${at >> 7}.${(at & 127) * 2 + route}`,
                netmask: '32',
                gateway: address(at * 4 + 2),
              },
            })),
          })),
        }),
      ),
    'plan',
  ],
  [
    'a hundred prefix lengths and 4 096 gateways that are in none',
    () =>
      compact(
        data({
          networks: many(100, (at) => ({
            ...{ link: 'tap0', type: 'ipv6', ip_address: address6((0x2000n << 112n) + (BigInt(at) << 20n) + 5n) },
            netmask: String(at + 20),
            routes:
              at < 99
                ? []
                : many(4096, (route) => ({
                    ...{ network: address6((0x3000n << 112n) + (BigInt(route) << 8n)), netmask: '128' },
                    gateway: address6((0x3100n << 112n) + BigInt(route)),
                  })),
          })),
        }),
      ),
    'plan',
  ],
  [
    '256 subnets of one link and 4 096 gateways in the last',
    () =>
      compact(
        data({
          networks: many(256, (at) => ({
            ...{ link: 'tap0', type: 'ipv4', ip_address: address(at * 4 + 1), netmask: '30' },
            routes:
              at < 255
                ? []
                : many(4096, (route) => ({
                    ...{ network: `172.16.${route >> 8}.${route & 255}`, netmask: '32', gateway: address(255 * 4 + 2) },
                  })),
          })),
        }),
      ),
    'plan',
  ],
  [
    'two links that want the same 2 048 metrics',
    () =>
      compact(
        data({
          links: many(2, (at) => ({ id: `tap${at}`, type: 'ovs', ethernet_mac_address: `fa:16:3e:00:00:0${at + 5}` })),
          networks: many(2, (at) => ({
            ...{ link: `tap${at}`, type: 'ipv4', ip_address: `10.0.${at}.2`, netmask: '24' },
            routes: many(2048, (route) => ({
              ...{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: `10.0.${at}.1`, metric: 10 + route },
            })),
          })),
        }),
      ),
    'plan',
  ],
  [
    'network after network until 4 MiB are full',
    () => {
      const network = '{"link":"tap0","type":"ipv4"},';
      const count = Math.floor((4 * 1024 * 1024 - 400) / network.length / 2);
      return compact(data({ networks: [] })).replace(
        '"networks":[',
        `"networks":[${network.repeat(count).slice(0, -1)}`,
      );
    },
    'limit 1:2000025',
  ],
];
