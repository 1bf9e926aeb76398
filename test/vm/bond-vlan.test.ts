// Bonds and VLANs on a real kernel: set up by the first boot, set up again by us at the next, changed in place, and taken back when a
// command fails. The guest's network service is told nothing of them (network.backend: none).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type DriveFiles, makeIsoDrive } from '../support/vm/config-drive.ts';
import { explainMissingMachines, guessedNetwork, type Machine, withMachine } from '../support/vm/machine.ts';
import { describeInstance, LaunchKey, preparePackagedImage } from '../support/vm/scenario.ts';

const skip = explainMissingMachines() ?? false;
const id = 'i-0000000a';
const [firstMac, secondMac] = ['fa:16:3e:00:00:11', 'fa:16:3e:00:00:12'] as const;
const bondMac = 'fa:16:3e:00:00:21';
const vlanMac = 'fa:16:3e:00:00:22';

const key = new LaunchKey();

type Json = Readonly<Record<string, unknown>>;

/** A NIC for ssh, bond0 of two others, a VLAN on it with two IPv4 addresses and one of IPv6, and routes of both families. */
function describeNetwork(
  change: { bond?: Json; vlan?: Json; links?: readonly Json[]; networks?: readonly Json[] } = {},
) {
  const nic = (name: string, mac: string): Json => ({ id: name, type: 'phy', ethernet_mac_address: mac, mtu: 1500 });
  const ipv4 = { link: 'vlan30', type: 'ipv4', netmask: '255.255.255.0' };
  const { guest, gateway, mac } = guessedNetwork;
  return {
    links: [
      {
        ...{ id: 'vlan30', type: 'vlan', vlan_link: 'bond0', vlan_id: 30, vlan_mac_address: vlanMac, mtu: 1400 },
        ...change.vlan,
      },
      {
        ...{ id: 'bond0', type: 'bond', bond_links: ['nic1', 'nic2'], ethernet_mac_address: bondMac, mtu: 1500 },
        ...{ bond_mode: 'active-backup', bond_miimon: 50, bond_updelay: 120, bond_primary: 'nic2' },
        ...{ bond_fail_over_mac: 'none', bond_num_grat_arp: 2, bond_xmit_hash_policy: 'vlan+srcmac' },
        ...change.bond,
      },
      ...[nic('nic1', firstMac), nic('nic2', secondMac.toUpperCase()), nic('nic0', mac)],
      ...(change.links ?? []),
    ],
    networks: [
      {
        ...{ link: 'nic0', type: 'ipv4', ip_address: guest, netmask: '255.255.255.0' },
        routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway }],
      },
      {
        ...{ ...ipv4, ip_address: '172.16.30.5' },
        routes: [{ network: '10.99.0.0', netmask: '255.255.0.0', gateway: '172.16.30.1' }],
      },
      { ...ipv4, ip_address: '172.16.30.4' },
      {
        ...{ link: 'vlan30', type: 'ipv6', ip_address: '2001:db8:30::5/64' },
        routes: [{ network: '2001:db8:99::', netmask: '48', gateway: 'fe80::1', metric: 7 }],
      },
      ...(change.networks ?? []),
    ],
  };
}

function describeDrive(network: Json): DriveFiles {
  return { ...describeInstance({ key, id }), 'openstack/latest/network_data.json': network };
}

type GuestNetwork = {
  /** By name; `index` tells a link that was made anew. */
  readonly links: Readonly<Record<string, Json>>;
  readonly bond: Readonly<Record<string, string>>;
  readonly routes: readonly string[];
};

const bondFiles = ['mode', 'slaves', 'miimon', 'updelay', 'primary', 'fail_over_mac', 'num_grat_arp'];
const moreBondFiles = ['xmit_hash_policy', 'lacp_rate', 'lacp_active', 'arp_ip_target', 'arp_interval'];

/** Links without loopback; addresses in the kernel's order; routes without those of link-local addresses. */
async function readNetwork(machine: Machine): Promise<GuestNetwork> {
  const show = async (command: string): Promise<Json[]> => {
    const { output, status } = await machine.shell.run(command);
    assert.equal(status, 0, output);
    return JSON.parse(output);
  };
  // An address is tentative until nobody has answered for it.
  await machine.shell.run('while ip -6 -o addr show tentative | grep -q .; do sleep 0.2; done');
  const links = (await show('ip -j -d addr')).filter(({ ifname }) => ifname !== 'lo');
  const routes = [...(await show('ip -j route')), ...(await show('ip -6 -j route'))];
  const bond = await machine.shell.run(
    `cd /sys/class/net/bond0/bonding && for name in ${[...bondFiles, ...moreBondFiles].join(' ')}; do echo "$name=$(cat $name)"; done`,
  );
  return {
    links: Object.fromEntries(links.map((link) => [String(link.ifname), describeLink(link)])),
    bond: Object.fromEntries(
      bond.output
        .trim()
        .split('\n')
        .map((line) => line.split('=') as [string, string])
        // In the order in which they have joined.
        .map(([name, value]) => [name, name === 'slaves' ? value.split(' ').sort().join(' ') : value]),
    ),
    routes: routes
      .filter(({ dst }) => !String(dst).startsWith('fe80'))
      .map(({ dst, gateway, dev, metric, protocol }) =>
        [dst, gateway ?? '-', dev, metric ?? 0, protocol ?? 'boot'].join(' '),
      )
      .sort(),
  };
}

function describeLink(link: Json): Json {
  const { ifindex, address, mtu, master, flags, linkinfo, link: parent } = link as Json & { flags: string[] };
  const info = linkinfo as { info_kind?: string; info_data?: { id?: number }; info_slave_data?: Json } | undefined;
  const addresses = (link.addr_info as Json[]).filter(({ scope }) => scope !== 'link');
  return {
    ...{ index: ifindex, mac: address, mtu, up: flags.includes('UP') },
    ...(master === undefined ? {} : { master, own: info?.info_slave_data?.perm_hwaddr }),
    ...(info?.info_kind === 'vlan' ? { vlan: `${info.info_data?.id} on ${parent}` } : {}),
    addresses: addresses.map(
      ({ local, prefixlen, broadcast, secondary }) =>
        `${local}/${prefixlen}${broadcast === undefined ? '' : ` ${broadcast}`}${secondary ? ' secondary' : ''}`,
    ),
  };
}

const vlanAddresses = [
  '172.16.30.5/24 172.16.30.255',
  '172.16.30.4/24 172.16.30.255 secondary',
  '2001:db8:30::5/64',
] as const;

/** What the drive says, in the kernel's words; `index` is left to the guest. */
function expectNetwork(found: GuestNetwork): GuestNetwork {
  const member = (name: string, own: string): [string, Json] => [
    name,
    { index: found.links[name]?.index, mac: bondMac, mtu: 1500, up: true, master: 'bond0', own, addresses: [] },
  ];
  const { guest, gateway, mac } = guessedNetwork;
  return {
    links: Object.fromEntries([
      ['eth0', { index: found.links.eth0?.index, mac, mtu: 1500, up: true, addresses: [`${guest}/24 10.0.0.255`] }],
      member('eth1', firstMac),
      member('eth2', secondMac),
      ['bond0', { index: found.links.bond0?.index, mac: bondMac, mtu: 1500, up: true, addresses: [] }],
      [
        'bond0.30',
        {
          ...{ index: found.links['bond0.30']?.index, mac: vlanMac, mtu: 1400, up: true, vlan: '30 on bond0' },
          addresses: vlanAddresses,
        },
      ],
    ]),
    bond: {
      ...{ mode: 'active-backup 1', slaves: 'eth1 eth2', miimon: '50', updelay: '100', primary: 'eth2' },
      ...{ fail_over_mac: 'none 0', num_grat_arp: '2', xmit_hash_policy: 'vlan+srcmac 5', lacp_rate: 'slow 0' },
      ...{ lacp_active: 'on 1', arp_ip_target: '', arp_interval: '0' },
    },
    routes: [
      '10.0.0.0/24 - eth0 0 kernel',
      '10.99.0.0/16 172.16.30.1 bond0.30 0 boot',
      '172.16.30.0/24 - bond0.30 0 kernel',
      '2001:db8:30::/64 - bond0.30 256 kernel',
      '2001:db8:99::/48 fe80::1 bond0.30 7 boot',
      `default ${gateway} eth0 0 boot`,
    ].sort(),
  };
}

/** The same, whatever the numbers of the links. */
function withoutIndexes({ links, ...rest }: GuestNetwork): GuestNetwork {
  const named = Object.entries(links).map(([name, { index: _, ...link }]) => [name, link] as const);
  return { ...rest, links: Object.fromEntries(named) };
}

async function assertHealthy(machine: Machine): Promise<void> {
  const { output } = await machine.shell.run('systemctl is-system-running --wait; systemctl --failed --plain');
  assert.match(output, /^running\n/);
  const status = await machine.shell.run('guest-init status');
  assert.equal(status.status, 0, status.output);
}

/** Puts a drive's files into a folder of the guest and runs the whole job with them. */
async function runWith(machine: Machine, network: Json): Promise<{ status: number; output: string }> {
  const folder = '/root/changed';
  const puts = Object.entries(describeDrive(network)).map(([path, content]) => {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    const encoded = Buffer.from(text).toString('base64');
    return `mkdir -p $(dirname ${folder}/${path}) && echo ${encoded} | base64 -d > ${folder}/${path}`;
  });
  await machine.shell.run(puts.join('\n'));
  return machine.shell.run(`guest-init run --force --stage early --source ${folder}`);
}

describe('Debian 12 with a bond, and a VLAN on it', { skip }, () => {
  test('is set up at the first boot and at the next, changed in place, and put back when a command fails', async () => {
    // Nobody is at the end of these wires: a bond that asks for an answer has no carrier.
    const config = 'network: {backend: none, verify_timeout: 0}\n';
    const image = await preparePackagedImage('bookworm-guest', { name: 'packaged-no-backend', config });
    const file = makeIsoDrive({ folder: key.folder, name: 'bond-vlan', files: describeDrive(describeNetwork()) });
    const options = { image, drives: [{ file, as: 'cdrom' } as const], furtherNics: [firstMac, secondMac] };
    await withMachine(options, async (machine) => {
      const login = { user: 'ops', key: key.file };
      await machine.waitForSsh(login);
      await machine.shell.ready();
      await assertHealthy(machine);
      const first = await readNetwork(machine);
      assert.deepEqual(first, expectNetwork(first));

      await machine.reboot();
      await machine.waitForSsh(login);
      await machine.shell.ready();
      await assertHealthy(machine);
      assert.match(
        machine.console(),
        /guest-init: OK web-1 eth0 10\.0\.0\.5\/24 .*: already applied; the network was restored/,
      );
      const second = await readNetwork(machine);
      assert.deepEqual(withoutIndexes(second), withoutIndexes(first));

      await assertChanges(machine, second);
      await assertTakenBack(machine);
      await machine.powerOff();
    });
  });
});

/** A second run changes nothing; other options, members and another mode are reached without making the bond or the VLAN anew. */
async function assertChanges(machine: Machine, before: GuestNetwork): Promise<void> {
  const same = await runWith(machine, describeNetwork());
  assert.equal(same.status, 0, same.output);
  assert.deepEqual(await readNetwork(machine), before, same.output);

  const arp = {
    bond_miimon: undefined,
    bond_updelay: undefined,
    bond_arp_interval: 1000,
    bond_arp_ip_target: '172.16.30.1',
  };
  const changes: { bond: Json; wanted: GuestNetwork['bond']; isRepeated?: true }[] = [
    {
      bond: { ...arp, bond_links: ['nic2'], bond_primary: undefined },
      wanted: { slaves: 'eth2', arp_interval: '1000', arp_ip_target: '172.16.30.1', miimon: '0' },
      isRepeated: true,
    },
    {
      bond: { bond_mode: '802.3ad', bond_primary: undefined, bond_lacp_rate: 'fast', bond_lacp_active: 'off' },
      wanted: { mode: '802.3ad 4', slaves: 'eth1 eth2', lacp_rate: 'fast 1', lacp_active: 'off 0', miimon: '50' },
      isRepeated: true,
    },
    { bond: { bond_fail_over_mac: 'follow' }, wanted: { mode: 'active-backup 1', fail_over_mac: 'follow 2' } },
    {
      bond: {},
      wanted: { ...before.bond, ...{ arp_ip_target: '172.16.30.1', lacp_rate: 'fast 1', lacp_active: 'off 0' } },
    },
  ];
  for (const { bond, wanted, isRepeated } of changes) {
    const changed = await runWith(machine, describeNetwork({ bond }));
    assert.equal(changed.status, 0, changed.output);
    const now = await readNetwork(machine);
    assert.deepEqual({ ...now.bond, ...wanted }, now.bond, changed.output);
    assert.deepEqual(now.routes, before.routes, changed.output);
    for (const name of ['bond0', 'bond0.30']) assert.equal(now.links[name]?.index, before.links[name]?.index, name);
    for (const name of ['bond0', 'eth2'])
      if (bond.bond_fail_over_mac === undefined) assert.equal(now.links[name]?.mac, bondMac, name);
    if (isRepeated === undefined) continue;
    const again = await runWith(machine, describeNetwork({ bond }));
    assert.equal(again.status, 0, again.output);
    assert.deepEqual(await readNetwork(machine), now, again.output);
  }
}

/** A VLAN more and another mode, and at the end a route that fails: everything is as before, what others made meanwhile is there. */
async function assertTakenBack(machine: Machine): Promise<void> {
  const shim = [
    '#!/bin/sh',
    'case "$*" in *10.98.0.0*) ip link add link eth0 name others type vlan id 9; echo "SIOCADDRT: made to fail" >&2; exit 7;; esac',
    'exec /root/route "$@"',
  ];
  await machine.shell.run(
    `cp /sbin/route /root/route && cat > /sbin/route <<'END'\n${shim.join('\n')}\nEND\nip addr add 192.0.2.9/24 dev bond0`,
  );
  const before = await readNetwork(machine);
  const network = describeNetwork({
    bond: {
      bond_mode: 'balance-xor',
      bond_primary: undefined,
      bond_links: ['nic1'],
      bond_miimon: 200,
      bond_updelay: 0,
    },
    vlan: { vlan_mac_address: 'fa:16:3e:00:00:23', mtu: 1300 },
    links: [{ id: 'vlan31', type: 'vlan', vlan_link: 'bond0', vlan_id: 31, vlan_mac_address: 'fa:16:3e:00:00:24' }],
    networks: [
      {
        ...{ link: 'vlan31', type: 'ipv4', ip_address: '172.16.31.5', netmask: '255.255.255.0' },
        routes: [{ network: '10.98.0.0', netmask: '255.255.0.0', gateway: '172.16.31.1' }],
      },
    ],
  });
  const failed = await runWith(machine, network);
  assert.equal(failed.status, 20, failed.output);
  assert.match(failed.output, /SIOCADDRT: made to fail/);
  const { others, ...links } = (await readNetwork(machine)).links;
  const now = await readNetwork(machine);
  assert.deepEqual({ ...now, links }, { ...before, links: before.links }, failed.output);
  assert.equal(others?.vlan, '9 on eth0');
}
