import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { NetworkInterfaceInfo } from 'node:os';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type NetworkRoots, readLinks, readRoutes } from './network-facts.ts';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A fixture tree: `net/NAME/FILE` below sysClassNet, `proc/FILE` below procNet; a path that ends in / is a folder. */
function makeRoots(
  files: Readonly<Record<string, string>>,
  running: Record<string, [string, number][]> = {},
): NetworkRoots {
  const folder = mkdtempSync(join(tmpdir(), 'guest-init-facts-'));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path);
    mkdirSync(path.endsWith('/') ? target : dirname(target), { recursive: true });
    if (!path.endsWith('/')) writeFileSync(target, content);
  }
  const interfaces = (): NodeJS.Dict<NetworkInterfaceInfo[]> =>
    Object.fromEntries(
      Object.entries(running).map(([name, list]) => [
        name,
        list.map(([address, prefix]) => ({
          address,
          netmask: '',
          family: 'IPv4' as const,
          mac: '',
          internal: false,
          cidr: `${address}/${prefix}`,
        })),
      ]),
    );
  return { sysClassNet: join(folder, 'net'), procNet: join(folder, 'proc'), interfaces };
}

function link(
  name: string,
  fields: { mac?: string; flags?: string; type?: string; uevent?: string; extra?: string[] } = {},
): Record<string, string> {
  const base: Record<string, string> = {
    [`net/${name}/address`]: `${fields.mac ?? 'FA:16:3E:00:00:05'}\n`,
    [`net/${name}/flags`]: `${fields.flags ?? '0x1003'}\n`,
    [`net/${name}/type`]: `${fields.type ?? '1'}\n`,
    [`net/${name}/uevent`]: `${fields.uevent ?? ''}INTERFACE=${name}\n`,
  };
  for (const entry of fields.extra ?? []) base[`net/${name}/${entry}`] = '';
  return base;
}

const nic = { extra: ['device/'] };
const header = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';

function trie(...addresses: string[]): string {
  return `Main:\n  +-- 10.0.0.0/12 2 0 2\nLocal:\n${addresses.map((address) => `        |-- ${address}\n           /32 host LOCAL\n`).join('')}     |-- 127.0.0.1\n        /32 host LOCAL\n     |-- 10.0.0.255\n        /32 link BROADCAST\n`;
}

describe('readLinks', () => {
  type Kind = { physical: boolean; ethernet: boolean };
  const kinds: [string, Parameters<typeof link>[1], Kind][] = [
    ['a virtio NIC', nic, { physical: true, ethernet: true }],
    ['a veth', {}, { physical: false, ethernet: true }],
    ['a bridge', { extra: ['bridge/'], uevent: 'DEVTYPE=bridge\n' }, { physical: false, ethernet: false }],
    ['a bond', { extra: ['bonding/'], uevent: 'DEVTYPE=bond\n' }, { physical: false, ethernet: false }],
    ['a VLAN', { extra: ['lower_eth0/'], uevent: 'DEVTYPE=vlan\n' }, { physical: false, ethernet: false }],
    ['a macvlan', { extra: ['lower_eth0/'] }, { physical: false, ethernet: false }],
    ...(['vlan', 'macvlan', 'bond'] as const).map((type): [string, Parameters<typeof link>[1], Kind] => [
      `a ${type} whose driver names a device`,
      { extra: ['device/', 'lower_eth0/'], uevent: `DEVTYPE=${type}\n` },
      { physical: false, ethernet: false },
    ]),
    ['a bond without members', { extra: ['device/', 'bonding/'] }, { physical: false, ethernet: false }],
    ['a failover NIC', { extra: ['device/', 'lower_eth0/'] }, { physical: true, ethernet: true }],
    ["a bond's member", { extra: ['device/', 'upper_bond0/'] }, { physical: true, ethernet: true }],
    ['a tap', { extra: ['tun_flags'] }, { physical: false, ethernet: false }],
    ['a dummy or ifb', { flags: '0x82' }, { physical: false, ethernet: false }],
    ['a tunnel', { type: '776' }, { physical: false, ethernet: false }],
    [
      'a WireGuard link',
      { type: '65534', uevent: 'DEVTYPE=wireguard\n', flags: '0x10091' },
      { physical: false, ethernet: false },
    ],
    ['an InfiniBand NIC', { type: '32', ...nic }, { physical: true, ethernet: true }],
    ['a CAN bus', { type: '280', ...nic }, { physical: false, ethernet: false }],
  ];
  for (const [name, fields, expected] of kinds) {
    it(`knows ${name}`, () => {
      const [fact] = readLinks(makeRoots(link('x0', fields)));
      assert.deepEqual({ physical: fact?.physical, ethernet: fact?.ethernet }, expected);
    });
  }

  it('leaves out loopback and files that are no links, and gives the MAC in lower case', () => {
    const roots = makeRoots({
      ...link('lo', { flags: '0x9', type: '772' }),
      ...link('eth0', nic),
      'net/bonding_masters': '',
    });
    assert.deepEqual(readLinks(roots), [
      { name: 'eth0', mac: 'fa:16:3e:00:00:05', physical: true, ethernet: true, up: true, addresses: [] },
    ]);
  });

  it("gives a bond's member its own MAC, not that of the bond", () => {
    const shown = { ...nic, mac: 'fa:16:3e:00:00:05' };
    const roots = makeRoots({
      ...link('eth0', shown),
      ...link('eth1', shown),
      'net/eth0/bonding_slave/perm_hwaddr': 'fa:16:3e:00:00:05\n',
      'net/eth1/bonding_slave/perm_hwaddr': 'FA:16:3E:00:00:06\n',
      ...link('eth2', shown),
      'net/eth2/bonding_slave/state': 'active\n',
    });
    assert.deepEqual(
      readLinks(roots).map(({ mac }) => mac),
      ['fa:16:3e:00:00:05', 'fa:16:3e:00:00:06', 'fa:16:3e:00:00:05'],
    );
  });

  it('sees that a link is down', () =>
    assert.equal(readLinks(makeRoots(link('eth0', { flags: '0x1002' })))[0]?.up, false));

  it('sorts links by name, numbers by value', () => {
    const roots = makeRoots({ ...link('eth10'), ...link('eth2'), ...link('ens3') });
    assert.deepEqual(
      readLinks(roots).map((fact) => fact.name),
      ['ens3', 'eth2', 'eth10'],
    );
  });

  it('takes addresses of links with carrier as getifaddrs gives them, aliases included', () => {
    const roots = makeRoots(
      { ...link('eth0', nic), 'proc/fib_trie': trie('10.0.0.5', '10.9.9.9') },
      { eth0: [['10.0.0.5', 24]], 'eth0:1': [['10.9.9.9', 32]], lo: [['127.0.0.1', 8]] },
    );
    assert.deepEqual(readLinks(roots)[0]?.addresses, [
      { family: 4, address: '10.0.0.5', prefixLength: 24 },
      { family: 4, address: '10.9.9.9', prefixLength: 32 },
    ]);
  });

  it('finds the address of a link that is up without carrier by its subnet', () => {
    const route = `${header}eth1\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\neth0\t00000A0A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\neth0\t00010A0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n`;
    const roots = makeRoots(
      {
        ...link('eth0', nic),
        ...link('eth1', nic),
        'proc/fib_trie': trie('10.0.0.5', '10.10.1.7'),
        'proc/route': route,
      },
      { eth1: [['10.0.0.5', 24]] },
    );
    assert.deepEqual(
      readLinks(roots).map((fact) => fact.addresses),
      [[{ family: 4, address: '10.10.1.7', prefixLength: 24 }], [{ family: 4, address: '10.0.0.5', prefixLength: 24 }]],
    );
  });

  it('does not take the subnet of a link with carrier for the address of another', () => {
    const route = `${header}eth1\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n`;
    const roots = makeRoots(
      {
        ...link('eth0', nic),
        ...link('eth1', nic),
        'proc/fib_trie': trie('10.0.0.5', '10.0.0.6'),
        'proc/route': route,
      },
      { eth1: [['10.0.0.5', 24]] },
    );
    assert.deepEqual(
      readLinks(roots).map((fact) => fact.addresses.map((entry) => entry.address)),
      [[], ['10.0.0.5']],
    );
  });

  it('reads global IPv6 addresses and leaves out link-local ones', () => {
    const inet6 =
      'fe80000000000000181795fffe4b6d40 03 40 20 c0     eth0\n20010db8000000000000000000000005 03 38 00 80     eth0\n';
    assert.deepEqual(readLinks(makeRoots({ ...link('eth0', nic), 'proc/if_inet6': inet6 }))[0]?.addresses, [
      { family: 6, address: '2001:db8::5', prefixLength: 56 },
    ]);
  });

  it('gives nothing where there is nothing', () => assert.deepEqual(readLinks(makeRoots({})), []));
});

describe('readRoutes', () => {
  it('reads the main table, without routes that are down or refuse', () => {
    const text = `${header}eth0\t00000000\tFE00000A\t0003\t0\t0\t100\t00000000\t0\t0\t0\neth0\t0000000A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\neth0\tFEA9FEA9\t0300000A\t0007\t0\t0\t7\tFFFFFFFF\t0\t0\t0\n*\t000014AC\t00000000\t0200\t0\t0\t0\t0000FFFF\t0\t0\t0\neth9\t0000000B\t00000000\t0000\t0\t0\t0\t000000FF\t0\t0\t0\n`;
    assert.deepEqual(readRoutes(makeRoots({ 'proc/route': text })), [
      { link: 'eth0', destination: '0.0.0.0', gateway: '10.0.0.254', prefixLength: 0, metric: 100 },
      { link: 'eth0', destination: '10.0.0.0', gateway: '0.0.0.0', prefixLength: 24, metric: 0 },
      { link: 'eth0', destination: '169.254.169.254', gateway: '10.0.0.3', prefixLength: 32, metric: 7 },
    ]);
  });

  it('gives nothing without the file', () => assert.deepEqual(readRoutes(makeRoots({})), []));
});
