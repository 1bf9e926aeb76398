// The model of the kernel's routing table that the comparison with cloud-init rests on, against the kernel: the same routes are set by
// ip(8) and by route(8), one after the other, and both say which of them are there.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { asState } from '../differential/as-state.ts';
import type { EffectiveLink, EffectiveNetwork } from '../differential/effective-network.ts';
import type { RouteAttempt } from '../differential/route-table.ts';
import { readLiveState } from '../support/network-state.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { withSandbox } from '../support/sandbox.ts';

const plain = { kind: 'physical', dhcp4: false } as const;
const links: Readonly<Record<string, EffectiveLink>> = {
  eth0: { ...plain, addresses: ['10.0.0.5/24', '2001:db8::5/64'] },
  eth1: { ...plain, addresses: ['10.1.0.5/24'] },
};

const defaultRoute = { link: 'eth0', destination: '0.0.0.0/0', via: '10.0.0.1' } as const;

const cases: readonly { readonly name: string; readonly routes: readonly RouteAttempt[] }[] = [
  {
    name: 'a second default route of the same metric is refused, one of another metric is not',
    routes: [
      { ...defaultRoute, how: 'add' },
      { ...defaultRoute, link: 'eth1', via: '10.1.0.1', how: 'add' },
      { ...defaultRoute, link: 'eth1', via: '10.1.0.2', metric: 7, how: 'add' },
    ],
  },
  {
    name: 'or it takes the place of the first',
    routes: [
      { ...defaultRoute, how: 'add' },
      { ...defaultRoute, link: 'eth1', via: '10.1.0.1', how: 'replace' },
    ],
  },
  {
    name: 'route(8) sets them beside each other',
    routes: [
      { ...defaultRoute, how: 'append', anyLink: true },
      { ...defaultRoute, via: '10.0.0.2', how: 'append', anyLink: true },
      { ...defaultRoute, via: '10.0.0.1', how: 'append', anyLink: true },
    ],
  },
  {
    name: 'route(8) without a link takes the one with the subnet of the gateway',
    routes: [{ ...defaultRoute, via: '10.1.0.9', how: 'append', anyLink: true }],
  },
  {
    name: 'a gateway outside the subnets is refused, unless it is said or shown to be on the link',
    routes: [
      { link: 'eth0', destination: '10.8.0.0/16', via: '10.9.0.1', how: 'add' },
      { link: 'eth0', destination: '10.10.0.0/16', via: '10.9.0.1', onLink: true, how: 'add' },
      { link: 'eth1', destination: '10.11.0.1/32', how: 'add' },
      { link: 'eth1', destination: '10.12.0.0/16', via: '10.11.0.1', how: 'add' },
      { link: 'eth0', destination: '10.13.0.0/16', via: '10.1.0.1', how: 'add' },
    ],
  },
  {
    name: "the guest's own address is a gateway like others",
    routes: [
      { link: 'eth0', destination: '10.8.0.0/16', via: '10.0.0.5', how: 'add' },
      { link: 'eth1', destination: '10.9.0.0/16', via: '10.0.0.5', how: 'add' },
    ],
  },
  {
    name: 'IPv6: a link-local gateway needs its link, and route(8) names none',
    routes: [
      { link: 'eth0', destination: '::/0', via: 'fe80::1', metric: 1, how: 'append', anyLink: true },
      { link: 'eth0', destination: '2001:db8:8::/48', via: 'fe80::1', how: 'add' },
      { link: 'eth0', destination: '2001:db8:9::/48', via: '2001:db8:77::1', how: 'add' },
      { link: 'eth0', destination: '2001:db8:10::/48', via: '2001:db8::1', metric: 1, how: 'append', anyLink: true },
      { link: 'eth0', destination: '2001:db8:11::/48', via: '2001:db8::1', metric: 7, how: 'add' },
    ],
  },
];

/** As the tools take it. route(8) gives IPv6 routes metric 1 by itself. */
function commandOf({ link, destination, via, metric, onLink, how, anyLink }: RouteAttempt): string[] {
  const isIpv6 = destination.includes(':');
  if (anyLink === true) {
    const target = isIpv6 ? ['-A', 'inet6', destination] : ['-net', destination];
    return [
      'route',
      'add',
      ...target,
      'gw',
      via ?? '',
      ...(metric === undefined || isIpv6 ? [] : ['metric', `${metric}`]),
    ];
  }
  return [
    ...['ip', isIpv6 ? '-6' : '-4', 'route', how, destination],
    ...(via === undefined ? [] : ['via', via]),
    ...['dev', link],
    ...(metric === undefined ? [] : ['metric', String(metric)]),
    ...(onLink === true ? ['onlink'] : []),
  ];
}

function routesOf(network: EffectiveNetwork): Record<string, string[]> {
  const entries = Object.entries(asState(network)).map(([name, { routes }]): [string, string[]] => [
    name,
    routes.filter((line) => !/ (?:refused:|replaced by) /.test(line)),
  ]);
  return Object.fromEntries(entries);
}

describe('the model of the routing table is the kernel', { skip: explainMissingRoots() ?? false }, () => {
  for (const { name, routes } of cases) {
    it(name, async () => {
      const nics = Object.keys(links).map((link, index) => ({
        name: link,
        mac: `02:00:00:00:00:0${index}`,
        gateways: [],
      }));
      await withSandbox({ root: 'bookworm', links: nics }, async (box) => {
        for (const [link, { addresses }] of Object.entries(links)) {
          await box.exec(['ip', 'link', 'set', link, 'up']);
          for (const address of addresses)
            await box.exec(['ip', 'addr', 'add', address, 'dev', link, ...(address.includes(':') ? ['nodad'] : [])]);
        }
        const refused: string[] = [];
        for (const route of routes) {
          const argv = commandOf(route);
          const { status } = await box.run(argv);
          if (status !== 0) refused.push(argv.join(' '));
        }
        const live = await readLiveState((argv) => box.inNetwork(argv));
        const found = Object.fromEntries(Object.keys(links).map((link) => [link, live[link]?.routes ?? []]));
        assert.deepEqual(routesOf({ links, routes, servers: [], search: [] }), found, `refused: ${refused.join('; ')}`);
      });
    });
  }
});
