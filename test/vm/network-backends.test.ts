// The network as the guest's own network service keeps it, on real kernels: bond, VLAN, two families, a gateway outside the subnet. Set up at
// the first boot, written down, and the same at the next ones: with the drive, without it, and without guest-init.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { NetworkBackend } from '../../src/core/network-backend.ts';
import { type DriveFiles, makeIsoDrive } from '../support/vm/config-drive.ts';
import type { GuestRoot } from '../support/vm/guest-image.ts';
import {
  Disk,
  explainSkippedGuest,
  type FurtherNic,
  guessedNetwork,
  type Machine,
  withMachine,
} from '../support/vm/machine.ts';
import { describeInstance, LaunchKey, preparePackagedImage } from '../support/vm/scenario.ts';

const enableNetworkd = 'systemctl enable systemd-networkd.service';

type Guest = {
  readonly root: GuestRoot;
  readonly backend: NetworkBackend;
  readonly script?: string;
  /** Booted once more, without guest-init. */
  readonly alone?: true;
  readonly keptInCi?: true;
};

const guests: readonly Guest[] = [
  { root: 'bookworm-guest', backend: 'ifupdown', alone: true, keptInCi: true },
  { root: 'bookworm-guest-netplan', backend: 'netplan', script: enableNetworkd },
  { root: 'bookworm-guest-networkd', backend: 'networkd', script: enableNetworkd },
  { root: 'bookworm-guest-nm', backend: 'network-manager' },
  { root: 'trixie-guest-networkd', backend: 'networkd', script: enableNetworkd, alone: true },
  { root: 'trixie-guest-netplan', backend: 'netplan', script: enableNetworkd, keptInCi: true },
];

const key = new LaunchKey();

type Json = Readonly<Record<string, unknown>>;

const memberMacs = ['fa:16:3e:00:00:11', 'fa:16:3e:00:00:12'] as const;
const dual: FurtherNic = {
  ...{ mac: 'fa:16:3e:00:00:13', subnet: '172.16.1.0/24', router: '172.16.1.1' },
  ipv6: { subnet: '2001:db8:1::/64', router: '2001:db8:1::1' },
};
const offSubnet: FurtherNic = { mac: 'fa:16:3e:00:00:14', subnet: '203.0.113.0/24', router: '203.0.113.1' };

function describeNetwork(): Json {
  const nic = (id: string, mac: string): Json => ({ id, type: 'phy', ethernet_mac_address: mac, mtu: 1500 });
  const { guest, gateway, mac } = guessedNetwork;
  return {
    links: [
      nic('nic0', mac),
      nic('nic1', memberMacs[0]),
      nic('nic2', memberMacs[1]),
      nic('nic3', dual.mac),
      nic('nic4', offSubnet.mac),
      {
        ...{ id: 'bond0', type: 'bond', bond_links: ['nic1', 'nic2'], ethernet_mac_address: 'fa:16:3e:00:00:21' },
        ...{ bond_mode: 'active-backup', bond_miimon: 100, mtu: 1500 },
      },
      { id: 'vlan30', type: 'vlan', vlan_link: 'bond0', vlan_id: 30, vlan_mac_address: 'fa:16:3e:00:00:22', mtu: 1400 },
    ],
    networks: [
      {
        ...{ link: 'nic0', type: 'ipv4', ip_address: guest, netmask: '255.255.255.0' },
        routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway }],
        services: [{ type: 'dns', address: '10.0.0.253' }],
      },
      {
        ...{ link: 'vlan30', type: 'ipv4', ip_address: '172.16.30.5', netmask: '255.255.255.0' },
        routes: [{ network: '10.99.0.0', netmask: '255.255.0.0', gateway: '172.16.30.1' }],
      },
      { link: 'vlan30', type: 'ipv4', ip_address: '172.16.30.6', netmask: '255.255.255.0' },
      {
        ...{ link: 'nic3', type: 'ipv4', ip_address: '172.16.1.5', netmask: '255.255.255.0' },
        routes: [{ network: '10.98.0.0', netmask: '255.255.0.0', gateway: dual.router, metric: 50 }],
      },
      {
        ...{ link: 'nic3', type: 'ipv6', ip_address: '2001:db8:1::5/64' },
        routes: [
          { network: '::', netmask: '0', gateway: dual.ipv6?.router },
          { network: '2001:db8:99::', netmask: '48', gateway: 'fe80::1' },
        ],
        services: [{ type: 'dns', address: '2001:db8:1::3' }],
      },
      {
        ...{ link: 'nic4', type: 'ipv4', ip_address: '192.0.2.5', netmask: '255.255.255.255' },
        routes: [{ network: '198.51.100.0', netmask: '255.255.255.0', gateway: offSubnet.router }],
      },
    ],
  };
}

/** What the kernel and the resolver say, word for word but for what is another at each boot. */
type Seen = { readonly addresses: readonly Json[]; readonly routes: readonly string[]; readonly resolver: string };

const volatile = new Set([
  'ifindex',
  'link_index',
  'valid_life_time',
  'preferred_life_time',
  'qdisc',
  'txqlen',
  'group',
]);

/** Without what another boot numbers anew, and without order: that of links is the order in which the kernel has found them. */
function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !volatile.has(name))
      .map(([name, item]) => [name, strip(item)]),
  );
}

async function show(machine: Machine, command: string): Promise<Json[]> {
  const { output, status } = await machine.shell.run(command);
  assert.equal(status, 0, output);
  return strip(JSON.parse(output)) as Json[];
}

async function readNetwork(machine: Machine): Promise<Seen> {
  // An address is tentative until nobody has answered for it.
  await machine.shell.run('while ip -6 -o addr show tentative | grep -q .; do sleep 0.2; done');
  const addresses = await show(machine, 'ip -j addr');
  const routes = [...(await show(machine, 'ip -j route')), ...(await show(machine, 'ip -j -6 route'))];
  const resolver = await machine.shell.run(
    'if systemctl -q is-active systemd-resolved; then resolvectl dns | sed "s/^Link [0-9]* //" | sort; else grep ^nameserver /etc/resolv.conf; fi',
  );
  return {
    addresses: [...addresses].sort((a, b) => String(a.ifname).localeCompare(String(b.ifname))),
    routes: routes.map((route) => JSON.stringify(route)).sort(),
    resolver: resolver.output.trim(),
  };
}

async function assertHealthy(machine: Machine): Promise<void> {
  const { output } = await machine.shell.run('systemctl is-system-running --wait; systemctl --failed --plain');
  assert.match(output, /^running\n/, output);
  const status = await machine.shell.run('guest-init status');
  assert.equal(status.status, 0, status.output);
}

async function comeUp(machine: Machine, backend: NetworkBackend): Promise<Seen> {
  await machine.waitForSsh({ user: 'ops', key: key.file });
  await machine.shell.ready();
  await assertHealthy(machine);
  const seen = await readNetwork(machine);
  return backend === 'netplan' ? withoutAlternativeNames(seen) : seen;
}

/**
 * netplan says an MTU in a .link file of its own, which takes the place of the one that gives a NIC its alternative names: from the second
 * boot on they are not there.
 */
function withoutAlternativeNames({ addresses, ...rest }: Seen): Seen {
  return { ...rest, addresses: addresses.map(({ altnames: _, ...link }) => link) };
}

function assertSameNetwork(now: Seen, first: Seen, boot: string): void {
  assert.deepEqual(now, first, boot);
}

/** What the drive asks for is there, each route once. */
function assertAsked({ addresses, routes, resolver }: Seen): void {
  const of = (name: string): Json => addresses.find(({ ifname }) => ifname === name) ?? {};
  const held = (name: string): string[] =>
    ((of(name).addr_info ?? []) as Json[])
      .filter(({ scope }) => scope !== 'link')
      .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
  assert.deepEqual(
    Object.fromEntries(['eth0', 'eth1', 'eth2', 'eth3', 'eth4', 'bond0', 'bond0.30'].map((name) => [name, held(name)])),
    {
      eth0: ['10.0.0.5/24'],
      eth1: [],
      eth2: [],
      eth3: ['172.16.1.5/24', '2001:db8:1::5/64'],
      eth4: ['192.0.2.5/32'],
      bond0: [],
      'bond0.30': ['172.16.30.5/24', '172.16.30.6/24'],
    },
  );
  assert.deepEqual([of('bond0.30').mtu, of('bond0.30').link, of('eth1').master], [1400, 'bond0', 'bond0']);
  assert.deepEqual([of('bond0').address, of('bond0.30').address], ['fa:16:3e:00:00:21', 'fa:16:3e:00:00:22']);
  const said = routes
    .map((text) => JSON.parse(text) as Json)
    .filter(({ protocol }) => protocol !== 'kernel')
    .map(({ dst, gateway, dev, metric }) => [dst, gateway, dev, metric].filter((word) => word !== undefined).join(' '))
    .sort();
  assert.deepEqual(said, [
    '10.98.0.0/16 172.16.1.1 eth3 50',
    '10.99.0.0/16 172.16.30.1 bond0.30',
    '198.51.100.0/24 203.0.113.1 eth4',
    '2001:db8:99::/48 fe80::1 eth3 1024',
    'default 10.0.0.254 eth0',
    'default 2001:db8:1::1 eth3 1024',
  ]);
  for (const server of ['10.0.0.253', '2001:db8:1::3']) assert.ok(resolver.includes(server), resolver);
}

const furtherNics = [...memberMacs, dual, offSubnet];

for (const { root, backend, script, alone, keptInCi = false } of guests)
  describe(`${root} (${backend})`, { skip: explainSkippedGuest({ keptInCi }) }, () => {
    test('has the same network at the first boot, at the next, and without the drive', async () => {
      const image = await preparePackagedImage(root, {
        ...{ name: 'packaged-network', hasHostKeys: true },
        ...(script === undefined ? {} : { script }),
      });
      const files: DriveFiles = {
        ...describeInstance({ key }),
        'openstack/latest/network_data.json': describeNetwork(),
      };
      const file = makeIsoDrive({ folder: key.folder, name: `network-${root}`, files });
      const disk = new Disk(image);
      try {
        const first = await withMachine(
          { image, disk, furtherNics, drives: [{ file, as: 'cdrom' }] },
          async (machine) => {
            const seen = await comeUp(machine, backend);
            const plan = await machine.shell.run('guest-init plan');
            const [chosen] = /for [\w-]+: .*$/m.exec(plan.output) ?? [];
            assert.ok(chosen?.startsWith(`for ${backend}: `), chosen ?? plan.output);
            assertAsked(seen);
            await machine.reboot();
            assertSameNetwork(await comeUp(machine, backend), seen, 'with the drive');
            // The service, not guest-init, has brought it up.
            const last = machine.console().slice(machine.console().lastIndexOf('Linux version'));
            assert.doesNotMatch(last, /the network was restored/);
            await machine.powerOff();
            return seen;
          },
        );
        for (const kernelWords of ['net.ifnames=0', ...(alone ? ['net.ifnames=0 guest-init=off'] : [])])
          await withMachine({ image, disk, furtherNics, kernelWords }, async (machine) => {
            assertSameNetwork(await comeUp(machine, backend), first, `without the drive (${kernelWords})`);
            await machine.powerOff();
          });
      } finally {
        disk.remove();
      }
    });
  });
