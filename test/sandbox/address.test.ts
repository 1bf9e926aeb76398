// Address and routes: which tool sets them, which NIC gets them, what is guessed, and that a failure puts everything back.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DriveTree } from '../support/drive.ts';
import { compareHosts, digestHost, type HostDigest } from '../support/host-digest.ts';
import { cable, ec2Tree, fullTree, metaData, networkData, openstackTree, staticNetwork } from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { assertMetadataApplied, guessApplied, type JobCase, runJobCase, staticApplied } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { defaultMac, type Sandbox } from '../support/sandbox.ts';
import type { SandboxLink } from '../support/sandbox-script.ts';

const missing = explainMissingRoots();
const secondMac = 'fa:16:3e:00:00:06';
const secondCable: SandboxLink = { name: 'eth1', mac: secondMac, gateways: ['10.9.0.1/24'] };

/** The static network, with these fields of its one network or link changed. */
function withNetwork(
  fields: Readonly<Record<string, unknown>>,
  link: Readonly<Record<string, unknown>> = {},
): DriveTree {
  return openstackTree({ 'openstack/latest/network_data.json': { json: networkData(fields, link) } });
}

/** Writes down each call of a network tool, then does it. */
function recordCalls(box: Sandbox): void {
  for (const tool of ['ifconfig', 'route', 'ip']) box.shim(tool, `echo "${tool} $*" >> /root/calls; exec "$REAL" "$@"`);
}

function readCalls(box: Sandbox): string[] {
  return (box.readFileIfAny('/root/calls') ?? '').split('\n').filter((line) => line !== '');
}

const twoNics = {
  links: [
    { id: 'tap0', type: 'ovs', ethernet_mac_address: defaultMac, mtu: null },
    { id: 'tap1', type: 'ovs', ethernet_mac_address: secondMac, mtu: null },
  ],
  networks: [
    ...(networkData().networks as unknown[]),
    { id: 'network1', link: 'tap1', type: 'ipv4', ip_address: '10.9.0.7', netmask: '255.255.255.0', routes: [] },
  ],
  services: [],
};

/** Ports with several fixed addresses: two of a subnet, one of another with a gateway of its own, one that is in no subnet, two of IPv6. */
const severalAddresses = {
  ...networkData(),
  networks: [
    ...(networkData().networks as unknown[]),
    { id: 'n1', link: 'tap0', type: 'ipv4', ip_address: '192.168.10.5', netmask: '255.255.255.192', routes: [] },
    {
      ...{ id: 'n2', link: 'tap0', type: 'ipv4', ip_address: '172.16.3.5', netmask: '255.255.255.0' },
      routes: [
        { network: '0.0.0.0', netmask: '0.0.0.0', gateway: '172.16.3.1' },
        { network: '10.20.0.0', netmask: '255.255.0.0', gateway: '172.16.3.2', metric: 5 },
        { network: '10.20.0.0', netmask: '255.255.0.0', gateway: '172.16.3.3', metric: 9 },
        { network: '10.30.0.0', netmask: '255.255.0.0', gateway: '0.0.0.0' },
      ],
    },
    {
      ...{ id: 'n3', link: 'tap0', type: 'ipv4', ip_address: '198.51.100.7', netmask: '255.255.255.255' },
      routes: [{ network: '10.40.0.0', netmask: '255.255.0.0', gateway: '203.0.113.1' }],
    },
    {
      ...{ id: 'n4', link: 'tap0', type: 'ipv6', ip_address: '2001:db8::5/64' },
      routes: [{ network: '::', netmask: '::', gateway: 'fe80::1' }],
    },
    {
      ...{ id: 'n5', link: 'tap0', type: 'ipv6', ip_address: '2001:db8:1::5/128' },
      routes: [{ network: '2001:db8:2::', netmask: '48', gateway: '2001:db8:9::1', metric: 7 }],
    },
  ],
};

const severalApplied = {
  addresses: [
    ...['172.16.3.5/24', '192.168.10.20/26', '192.168.10.5/26', '198.51.100.7/32'],
    ...['2001:db8:1::5/128', '2001:db8::5/64'],
  ],
  routes: [
    '10.20.0.0/16 via 172.16.3.2 dev eth0 metric 5',
    '10.20.0.0/16 via 172.16.3.3 dev eth0 metric 9',
    '10.30.0.0/16 dev eth0',
    '10.40.0.0/16 via 203.0.113.1 dev eth0',
    '172.16.3.0/24 dev eth0',
    '192.168.10.0/26 dev eth0',
    'default via 172.16.3.1 dev eth0 metric 1025',
    'default via 192.168.10.1 dev eth0',
    ...['2001:db8:1::5 dev eth0', '2001:db8:2::/48 via 2001:db8:9::1 dev eth0', '2001:db8::/64 dev eth0'],
    'default via fe80::1 dev eth0',
  ],
};

/** A second run, in which no network tool is called. */
async function runAgainWithoutTools(box: Sandbox): Promise<void> {
  recordCalls(box);
  const again = await box.run(['guest-init', 'run', '--force'], { timeoutMs: 60_000 });
  assert.equal(again.status, 0, `${again.stdout}${again.stderr}`);
  assert.deepEqual(readCalls(box), []);
}

/** The address that the guest sends from to this one. */
function sourceTo(box: Sandbox, destination: string): string {
  return / src (\S+)/.exec(box.inNetwork(['ip', 'route', 'get', destination]))?.[1] ?? '';
}

/** An address and a default route that somebody else has set before. */
const earlier = {
  addresses: ['10.0.0.77/24'],
  routes: ['10.0.0.0/24 dev eth0', 'default via 10.0.0.254 dev eth0'],
};

function setEarlier(box: Sandbox): void {
  box.inNetwork(['ip', 'addr', 'add', '10.0.0.77/24', 'brd', '+', 'dev', 'eth0']);
  box.inNetwork(['ip', 'link', 'set', 'eth0', 'up']);
  box.inNetwork(['ip', 'route', 'add', 'default', 'via', '10.0.0.254']);
}

const cases: readonly JobCase[] = [
  {
    name: 'ifconfig and route do it where they are installed',
    tree: openstackTree(),
    prepare: recordCalls,
    exit: 0,
    network: staticApplied,
    check: async (box) => {
      const calls = readCalls(box);
      assert.ok(
        calls.some((call) => call.startsWith('ifconfig eth0') && call.includes(staticNetwork.address)),
        calls.join('\n'),
      );
      assert.ok(
        calls.some((call) => call.startsWith('route add')),
        calls.join('\n'),
      );
      // The question whether the address is free, again where the first answer is lost, and nothing else.
      assert.deepEqual([...new Set(calls.filter((call) => call.startsWith('ip ')))], ['ip -force -batch -']);
      assert.equal(await box.pings(staticNetwork.gateway), true);
    },
  },
  ...(['ifconfig', 'route'] as const).map(
    (tool): JobCase => ({
      name: `${tool} missing: ip takes over`,
      tree: openstackTree(),
      prepare: (box) => {
        recordCalls(box);
        box.hide(tool);
      },
      exit: 0,
      network: staticApplied,
      check: (box) => {
        assert.ok(readCalls(box).some((call) => call.startsWith('ip ')));
        assertMetadataApplied(box);
      },
    }),
  ),
  {
    name: 'ip missing: net-tools alone',
    tree: openstackTree(),
    prepare: (box) => box.hide('ip'),
    exit: 0,
    network: staticApplied,
    check: assertMetadataApplied,
  },
  {
    name: 'no network tool at all: the rest is applied',
    tree: openstackTree(),
    prepare: (box) => {
      for (const tool of ['ifconfig', 'route', 'ip']) box.hide(tool);
    },
    // Nothing was tried, so nothing was rolled back.
    exit: 2,
    network: 'untouched',
    says: [/net-tools/, /iproute2/],
    check: assertMetadataApplied,
  },
  ...(['ifconfig', 'route'] as const).map(
    (tool): JobCase => ({
      name: `${tool} failing: the network is put back, users and keys are there`,
      tree: openstackTree(),
      prepare: (box) => box.shim(tool, 'echo "SIOCADDRT: broken" >&2; exit 7'),
      exit: 20,
      network: 'untouched',
      says: [new RegExp(tool)],
      check: assertMetadataApplied,
    }),
  ),
  {
    name: 'route failing on a guest with an address: exactly that is put back',
    tree: openstackTree(),
    prepare: (box) => {
      setEarlier(box);
      box.shim('route', 'case $1 in add) exit 7;; esac; exec "$REAL" "$@"');
    },
    exit: 20,
    network: 'untouched',
    check: assertMetadataApplied,
  },
  {
    name: 'ip failing at the route',
    tree: openstackTree(),
    prepare: (box) => {
      box.hide('ifconfig');
      box.shim('ip', 'case "$*" in *route*) exit 2;; esac; exec "$REAL" "$@"');
    },
    exit: 20,
    network: 'untouched',
    check: assertMetadataApplied,
  },
  {
    name: 'route failing and nothing can be put back',
    tree: openstackTree(),
    prepare: (box) => {
      setEarlier(box);
      box.hide('ip');
      box.shim('route', 'exit 7');
      box.shim('ifconfig', '[ -e /root/used ] && exit 7; touch /root/used; exec "$REAL" "$@"');
    },
    exit: 21,
    network: {
      addresses: [`${staticNetwork.address}/${staticNetwork.prefix}`],
      routes: ['192.168.10.0/26 dev eth0'],
    },
    check: assertMetadataApplied,
  },
  {
    name: 'an address is there already: it gives way',
    tree: openstackTree(),
    prepare: setEarlier,
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'the very address is there already: nothing is called',
    tree: ec2Tree({ 'local-ipv4': '10.0.0.77' }),
    prepare: (box) => {
      setEarlier(box);
      recordCalls(box);
    },
    exit: 0,
    network: earlier,
    check: (box) => assert.deepEqual(readCalls(box), []),
  },
  {
    name: 'no NIC has the MAC: others applied, both MACs named',
    tree: withNetwork({}, { ethernet_mac_address: 'fa:16:3e:99:99:99' }),
    exit: 22,
    network: 'untouched',
    says: [/fa:16:3e:99:99:99/, new RegExp(defaultMac)],
    check: assertMetadataApplied,
  },
  {
    name: 'MAC in upper case',
    tree: withNetwork({}, { ethernet_mac_address: defaultMac.toUpperCase() }),
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'a NIC of another name is found by its MAC',
    tree: openstackTree(),
    sandbox: {
      links: [
        { ...cable, name: 'ens3' },
        { ...secondCable, name: 'eth0' },
      ],
    },
    exit: 0,
    network: {
      addresses: staticApplied.addresses,
      routes: staticApplied.routes.map((route) => route.replace('eth0', 'ens3')),
    },
  },
  {
    name: 'two NICs',
    tree: openstackTree({ 'openstack/latest/network_data.json': { json: twoNics } }),
    sandbox: { links: [secondCable, cable] },
    exit: 0,
    network: {
      addresses: [`${staticNetwork.address}/26`, '10.9.0.7/24'],
      routes: ['10.9.0.0/24 dev eth1', ...staticApplied.routes],
    },
  },
  {
    name: 'two NICs, one not attached: the other is set',
    tree: openstackTree({ 'openstack/latest/network_data.json': { json: twoNics } }),
    exit: 22,
    network: staticApplied,
    says: [new RegExp(secondMac)],
    check: assertMetadataApplied,
  },
  {
    name: 'no MAC and no eth0: the only NIC',
    tree: ec2Tree(),
    sandbox: { links: [{ ...cable, name: 'ens3' }] },
    exit: 0,
    network: { addresses: ['10.0.0.5/24'], routes: ['10.0.0.0/24 dev ens3', 'default via 10.0.0.254 dev ens3'] },
  },
  {
    name: 'no MAC, no eth0 and two NICs: nothing is guessed',
    tree: ec2Tree(),
    sandbox: {
      links: [
        { ...cable, name: 'ens3' },
        { ...secondCable, name: 'ens4' },
      ],
    },
    exit: 22,
    network: 'untouched',
    says: [/network\.interface/],
    check: assertMetadataApplied,
  },
  {
    name: 'no MAC: the NIC that the image names',
    tree: ec2Tree(),
    sandbox: {
      links: [
        { ...cable, name: 'ens3' },
        { ...secondCable, name: 'ens4' },
      ],
    },
    config: 'network: {interface: ens3}\n',
    exit: 0,
    network: { addresses: ['10.0.0.5/24'], routes: ['10.0.0.0/24 dev ens3', 'default via 10.0.0.254 dev ens3'] },
  },
  {
    name: 'no NIC at all',
    tree: openstackTree(),
    sandbox: { links: [] },
    exit: 22,
    network: 'untouched',
    check: assertMetadataApplied,
  },
  {
    name: 'local-ipv4 null: the network is left alone',
    tree: ec2Tree({ 'local-ipv4': null }),
    exit: 0,
    network: 'untouched',
    check: assertMetadataApplied,
  },
  {
    name: 'local-ipv4 that is no address',
    tree: ec2Tree({ 'local-ipv4': '999.1.1.1' }),
    exit: 2,
    network: 'untouched',
    check: assertMetadataApplied,
  },
  {
    name: 'DHCP in network_data.json, the address only in local-ipv4',
    tree: {
      ...withNetwork({ type: 'ipv4_dhcp', ip_address: undefined, netmask: undefined, routes: undefined }),
      ...ec2Tree(),
    },
    config: 'network: {dhcp_address: local-ipv4}\n',
    exit: 0,
    network: guessApplied,
  },
  {
    name: 'DHCP in network_data.json, the address only in local-ipv4, no network service that would ask for a lease',
    tree: {
      ...withNetwork({ type: 'ipv4_dhcp', ip_address: undefined, netmask: undefined, routes: undefined }),
      ...ec2Tree(),
    },
    config: 'network: {backend: none}\n',
    exit: 0,
    network: guessApplied,
  },
  {
    name: 'DHCP in network_data.json, the address in local-ipv4: the lease counts where a network service asks for it',
    tree: {
      ...withNetwork({ type: 'ipv4_dhcp', ip_address: undefined, netmask: undefined, routes: undefined }),
      ...ec2Tree(),
    },
    exit: 0,
    network: 'untouched',
  },
  {
    name: 'DHCP in network_data.json, the address in local-ipv4: the lease counts, by config',
    tree: {
      ...withNetwork({ type: 'ipv4_dhcp', ip_address: undefined, netmask: undefined, routes: undefined }),
      ...ec2Tree(),
    },
    config: 'network: {dhcp_address: lease}\n',
    exit: 0,
    network: 'untouched',
  },
  {
    name: "the interfaces text that old Nova injects, without the commands that are none of a network's",
    tree: {
      'openstack/latest/meta_data.json': {
        json: metaData({ network_config: { name: 'network_config', content_path: '/content/0000' } }),
      },
      'openstack/content/0000': [
        'auto lo\niface lo inet loopback\n',
        'auto eth7\niface eth7 inet static',
        '    hwaddress ether fa:16:3e:00:00:05',
        '    address 192.168.10.20\n    netmask 255.255.255.192\n    gateway 192.168.10.1',
        '    up route add -net 172.16.0.0 netmask 255.240.0.0 gw 192.168.10.2',
        '    up touch /root/pwned\n',
      ].join('\n'),
    },
    exit: 0,
    network: { ...staticApplied, routes: ['172.16.0.0/12 via 192.168.10.2 dev eth0', ...staticApplied.routes] },
    says: [/0000:11:1 {2}warning/],
    check: (box) => assert.equal(box.readFileIfAny('/root/pwned'), undefined),
  },
  {
    name: 'DHCP and no address anywhere: left to the DHCP client',
    tree: withNetwork({ type: 'ipv4_dhcp', ip_address: undefined, netmask: undefined, routes: undefined }),
    exit: 0,
    network: 'untouched',
    says: [/^guest-init: OK web-1 eth0 by DHCP \[/m],
    check: async (box) => {
      const again = await box.run(['guest-init', 'run']);
      assert.match(again.stdout, /OK web-1 eth0 by DHCP: already applied/);
    },
  },
  {
    name: 'DHCP and nobody who asks for a lease: said, and not claimed by the last line',
    tree: withNetwork({ type: 'ipv4_dhcp', ip_address: undefined, netmask: undefined, routes: undefined }),
    config: 'network: {backend: none}\n',
    exit: 2,
    network: 'untouched',
    says: [
      /^guest-init: DEGRADED web-1; .*networks\[0\].* nothing on this guest asks by DHCP \(network\.backend is none\)/m,
    ],
    check: async (box) => {
      const again = await box.run(['guest-init', 'run']);
      assert.doesNotMatch(again.stdout, /by DHCP: already/);
    },
  },
  {
    name: 'another prefix and gateway as the guess, by config',
    tree: ec2Tree({ 'local-ipv4': '192.168.10.20' }),
    config: 'network: {default_prefix: 26, default_gateway: 1}\n',
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'a gateway address as the guess, by config',
    tree: ec2Tree({ 'local-ipv4': '10.0.0.5' }),
    config: 'network: {default_gateway: 10.0.0.1}\n',
    exit: 0,
    network: { addresses: ['10.0.0.5/24'], routes: ['10.0.0.0/24 dev eth0', 'default via 10.0.0.1 dev eth0'] },
  },
  {
    name: 'no guessed gateway, by config',
    tree: ec2Tree(),
    config: 'network: {default_gateway: none}\n',
    exit: 0,
    network: { addresses: ['10.0.0.5/24'], routes: ['10.0.0.0/24 dev eth0'] },
  },
  {
    name: 'a network without gateway stays without',
    tree: withNetwork({ routes: [] }),
    exit: 0,
    network: { addresses: ['192.168.10.20/26'], routes: ['192.168.10.0/26 dev eth0'] },
  },
  {
    name: 'a /32 with a gateway outside the subnet',
    tree: withNetwork({ netmask: '255.255.255.255' }),
    exit: 0,
    network: {
      addresses: ['192.168.10.20/32'],
      routes: ['default via 192.168.10.1 dev eth0'],
    },
    check: async (box) => assert.equal(await box.pings(staticNetwork.gateway), true),
  },
  {
    name: 'further routes',
    tree: withNetwork({
      routes: [
        { network: '0.0.0.0', netmask: '0.0.0.0', gateway: staticNetwork.gateway },
        { network: '172.16.0.0', netmask: '255.240.0.0', gateway: '192.168.10.2' },
      ],
    }),
    exit: 0,
    network: {
      addresses: staticApplied.addresses,
      routes: ['172.16.0.0/12 via 192.168.10.2 dev eth0', ...staticApplied.routes],
    },
  },
  {
    name: 'a gateway that no router can have costs that route',
    tree: withNetwork({ routes: [{ network: '172.16.0.0', netmask: '255.240.0.0', gateway: '255.255.255.255' }] }),
    exit: 2,
    network: { addresses: staticApplied.addresses, routes: ['192.168.10.0/26 dev eth0'] },
    says: [/routes\[0\]\.gateway/],
    check: assertMetadataApplied,
  },
  {
    name: 'a damaged mask: the prefix is guessed and said to be',
    tree: withNetwork({ netmask: '255.0.255.0' }),
    exit: 2,
    network: {
      addresses: ['192.168.10.20/24'],
      routes: ['192.168.10.0/24 dev eth0', `default via ${staticNetwork.gateway} dev eth0`],
    },
    says: [/netmask/, /guess/],
    check: assertMetadataApplied,
  },
  {
    name: 'MTU of the link',
    tree: withNetwork({}, { mtu: 1400 }),
    exit: 0,
    network: staticApplied,
    check: (box) => assert.match(box.inNetwork(['ip', 'link', 'show', 'eth0']), /mtu 1400/),
  },
  ...[0, 67, 65536, 'big'].map(
    (mtu): JobCase => ({
      name: `MTU ${JSON.stringify(mtu)} is refused, the address is set`,
      tree: withNetwork({}, { mtu }),
      exit: 2,
      network: staticApplied,
      says: [/mtu/i],
      check: (box) => assert.match(box.inNetwork(['ip', 'link', 'show', 'eth0']), /mtu 1500/),
    }),
  ),
  {
    name: 'IPv6 alone',
    tree: withNetwork({
      type: 'ipv6',
      ip_address: '2001:db8::5',
      netmask: 'ffff:ffff:ffff:ffff::',
      routes: [{ network: '::', netmask: '::', gateway: '2001:db8::1' }],
    }),
    exit: 0,
    network: {
      addresses: ['2001:db8::5/64'],
      routes: ['2001:db8::/64 dev eth0', 'default via 2001:db8::1 dev eth0'],
    },
  },
  {
    name: 'both families on one NIC',
    tree: openstackTree({
      'openstack/latest/network_data.json': {
        json: {
          ...networkData(),
          networks: [
            ...(networkData().networks as unknown[]),
            {
              id: 'network1',
              link: 'tap0',
              type: 'ipv6',
              ip_address: '2001:db8::5/64',
              routes: [{ network: '::', netmask: '::', gateway: '2001:db8::1' }],
            },
          ],
        },
      },
    }),
    exit: 0,
    network: {
      addresses: ['192.168.10.20/26', '2001:db8::5/64'],
      routes: [...staticApplied.routes, '2001:db8::/64 dev eth0', 'default via 2001:db8::1 dev eth0'],
    },
  },
  ...(['net-tools', 'ip'] as const).map(
    (tool): JobCase => ({
      name: `several addresses and routes of both families, by ${tool}; a second run calls nothing`,
      tree: openstackTree({ 'openstack/latest/network_data.json': { json: severalAddresses } }),
      prepare: (box) => {
        if (tool === 'ip') for (const name of ['ifconfig', 'route']) box.hide(name);
      },
      exit: 0,
      // route reaches a gateway outside the subnets by a route to it, ip by a word of the route.
      network: tool === 'ip' ? severalApplied : severalApplied,
      check: async (box) => {
        // The first of its subnet, although another was set after it.
        assert.equal(sourceTo(box, '192.168.10.30'), staticNetwork.address);
        assert.equal(sourceTo(box, '172.16.3.9'), '172.16.3.5');
        assert.equal(await box.pings(staticNetwork.gateway), true);
        await runAgainWithoutTools(box);
      },
    }),
  ),
  {
    name: 'several addresses, of which the guest has the wrong one first: the order is put right',
    tree: openstackTree({ 'openstack/latest/network_data.json': { json: severalAddresses } }),
    prepare: (box) => {
      box.inNetwork(['ip', 'link', 'set', 'eth0', 'up']);
      for (const text of ['192.168.10.5/26', '192.168.10.20/26', '192.168.10.9/26'])
        box.inNetwork(['ip', 'addr', 'add', text, 'brd', '+', 'dev', 'eth0']);
    },
    exit: 0,
    network: severalApplied,
    check: async (box) => {
      assert.equal(sourceTo(box, '192.168.10.30'), staticNetwork.address);
      await runAgainWithoutTools(box);
    },
  },
  {
    name: 'several addresses, the last failing: all are taken back',
    tree: openstackTree({ 'openstack/latest/network_data.json': { json: severalAddresses } }),
    prepare: (box) => {
      setEarlier(box);
      box.shim('ip', 'case "$*" in *198.51.100.7*) exit 2;; esac; exec "$REAL" "$@"');
    },
    exit: 20,
    network: 'untouched',
    check: assertMetadataApplied,
  },
  {
    name: 'bonds and VLANs where the kernel has none: the complaint is told, the network is put back, the rest is there',
    tree: openstackTree({
      'openstack/latest/network_data.json': {
        json: {
          ...networkData(),
          links: [
            ...(networkData().links as unknown[]),
            { id: 'bond0', type: 'bond', bond_links: ['tap0'], bond_mode: 'active-backup' },
          ],
          networks: [{ ...(networkData().networks as object[])[0], link: 'bond0' }],
        },
      },
    }),
    prepare: (box) => {
      setEarlier(box);
      box.shim(
        'ip',
        'case "$*" in *"type bond"*) echo "Error: Unknown device type." >&2; exit 2;; esac; exec "$REAL" "$@"',
      );
    },
    exit: 20,
    network: 'untouched',
    says: [/Unknown device type/],
    check: assertMetadataApplied,
  },
  {
    name: 'a router that does not answer: the address stays',
    tree: openstackTree(),
    sandbox: { links: [{ ...cable, gateways: [] }] },
    exit: 2,
    network: staticApplied,
    says: [/gateway 192\.168\.10\.1 does not answer on eth0/],
    check: assertMetadataApplied,
  },
  {
    name: 'no network_data.json and no local-ipv4: the network is left alone',
    tree: { 'openstack/latest/meta_data.json': { json: metaData() } },
    exit: 0,
    network: 'untouched',
    check: assertMetadataApplied,
  },
  {
    name: 'local-ipv4 in the prefix of a static network of another address: both, with that prefix',
    tree: fullTree(ec2Tree({ 'local-ipv4': '192.168.10.21' })),
    exit: 0,
    network: { addresses: ['192.168.10.20/26', '192.168.10.21/26'], routes: staticApplied.routes },
  },
];

describe('address and routes', { skip: missing ?? false, concurrency: 2 }, () => {
  let host: HostDigest;
  before(() => {
    host = digestHost();
  });
  after(async () => {
    await assertNothingLeft();
    assert.deepEqual(compareHosts(host, digestHost()), []);
  });
  for (const job of cases) it(job.name, () => runJobCase(job));
});
