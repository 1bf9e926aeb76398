import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { loadNetworkScenarios } from '../../test/support/network-scenarios.ts';
import type { Facts, LinkFact } from '../core/facts.ts';
import type { NetworkBackend } from '../core/network-backend.ts';
import { emptyNetwork, type NetworkConfig } from '../core/network-config.ts';
import { defaultPolicy, type Policy } from '../core/policy.ts';
import { mergeEc2Address, parseNetworkData } from '../datasources/config-drive/network-data.ts';
import { noNetworkServices } from '../host/network-services.ts';
import { type NetworkPlan, planNetwork } from './plan.ts';

const mac = 'fa:16:3e:00:00:05';
const both = { ifconfig: '/sbin/ifconfig', route: '/sbin/route', ip: '/sbin/ip' };

function nic(name: string, address: string, fields: Partial<LinkFact> = {}): LinkFact {
  return { name, mac: address, physical: true, ethernet: true, up: false, addresses: [], ...fields };
}

const eth0 = nic('eth0', mac);

function read(json: unknown): NetworkConfig {
  return parseNetworkData(json, { source: 'network_data.json', place: () => ({ line: 1, column: 1 }) }).network;
}

function plan(
  network: NetworkConfig,
  given: {
    links?: LinkFact[];
    commands?: Facts['commands'];
    network?: Partial<Policy['network']>;
    backend?: NetworkBackend;
  } = {},
): NetworkPlan {
  const facts: Facts = {
    ...{
      os: { id: 'debian', idLike: [], prettyName: 'Debian' },
      bootId: 'b',
      hostname: 'h',
      routes: [],
      users: [],
      groups: [],
    },
    ...{
      links: given.links ?? [eth0],
      commands: given.commands ?? both,
      systemd: true,
      daemons: [],
      packageManager: 'apt',
      architecture: 'amd64',
      aptSources: [],
      sshdDropIns: true,
      findsOwnName: true,
      hasHostsFile: true,
      sshd: 'absent',
      networkServices: noNetworkServices,
      resolver: 'file',
      interfaces: [],
      timeClients: [],
      dmi: {},
    },
  };
  return planNetwork({
    network,
    backend: given.backend,
    facts,
    // The two looks have tests of their own.
    policy: { ...defaultPolicy, network: { ...defaultPolicy.network, verify_timeout: 0, ...given.network } },
  });
}

function ids(result: NetworkPlan): string[] {
  return result.steps.map((step) => step.id);
}

const link = { id: 'tap1', type: 'ovs', ethernet_mac_address: mac };
const defaultRoute = { network: '0.0.0.0', netmask: '0.0.0.0', gateway: '10.0.0.1' };
const network = {
  id: 'n',
  type: 'ipv4',
  link: 'tap1',
  ip_address: '10.0.0.5',
  netmask: '255.255.255.0',
  routes: [defaultRoute],
};
const ec2Only = mergeEc2Address(emptyNetwork, '10.0.0.5', 'ec2/latest/meta-data.json');

describe('planNetwork', () => {
  it('plans an address and its route from network_data, without a guess', () => {
    const result = plan(read({ links: [link], networks: [network] }));
    assert.deepEqual(result.steps, [
      {
        ...{ id: 'net/eth0/10.0.0.5/24', module: 'network', stage: 'early', frequency: 'boot' },
        action: {
          kind: 'netAddress',
          link: 'eth0',
          family: 4,
          address: '10.0.0.5',
          prefixLength: 24,
          tool: 'net-tools',
        },
        ...{ summary: 'eth0 10.0.0.5/24', source: 'network_data.json networks[0]' },
      },
      {
        ...{ id: 'net/eth0/default-via-10.0.0.1', module: 'network', stage: 'early', frequency: 'boot' },
        action: {
          kind: 'netRoute',
          link: 'eth0',
          family: 4,
          destination: '0.0.0.0',
          prefixLength: 0,
          gateway: '10.0.0.1',
          tool: 'net-tools',
        },
        ...{
          summary: 'default via 10.0.0.1 on eth0',
          source: 'network_data.json networks[0].routes[0]',
          needs: ['net/eth0/10.0.0.5/24'],
        },
      },
    ]);
    assert.deepEqual([result.diagnostics, result.missingLinks], [[], []]);
    assert.deepEqual(result.toolReasons, ['ifconfig, route (net-tools): installed']);
  });

  it('guesses prefix and gateway where only the EC2 metadata speaks, and names the settings', () => {
    const result = plan(ec2Only);
    assert.deepEqual(ids(result), ['net/eth0/10.0.0.5/24', 'net/eth0/default-via-10.0.0.254']);
    assert.equal(result.steps[0]?.source, 'ec2/latest/meta-data.json local-ipv4');
    assert.equal(result.steps[0]?.guess, '/24 (config: network.default_prefix)');
    assert.equal(result.steps[1]?.guess, 'first three octets + .254 (config: network.default_gateway)');
    assert.equal(result.steps[1]?.source, undefined);
  });

  const settings: [string, Partial<Policy['network']>, string[]][] = [
    ['a prefix', { default_prefix: 22 }, ['net/eth0/10.0.0.5/22', 'net/eth0/default-via-10.0.0.254']],
    ['a last octet', { default_gateway: 1 }, ['net/eth0/10.0.0.5/24', 'net/eth0/default-via-10.0.0.1']],
    ['an address', { default_gateway: '10.0.0.77' }, ['net/eth0/10.0.0.5/24', 'net/eth0/default-via-10.0.0.77']],
    ['none', { default_gateway: 'none' }, ['net/eth0/10.0.0.5/24']],
    ['the guest itself', { default_gateway: 5 }, ['net/eth0/10.0.0.5/24']],
  ];
  for (const [name, policy, expected] of settings) {
    it(`takes ${name} from the image's settings`, () =>
      assert.deepEqual(ids(plan(ec2Only, { network: policy })), expected));
  }

  it('says why no gateway is guessed', () => {
    assert.match(plan(ec2Only, { network: { default_gateway: 5 } }).diagnostics[0]?.message ?? '', /own address/);
    assert.match(
      plan(ec2Only, { network: { default_gateway: 'none' } }).diagnostics[0]?.message ?? '',
      /no default route/,
    );
  });

  it('marks a guessed gateway outside the subnet as on the link', () => {
    const action = plan(ec2Only, { network: { default_prefix: 28 } }).steps[1]?.action;
    assert.equal(action?.kind === 'netRoute' && action.onLink, true);
  });

  it('does not guess a gateway for a subnet that has none, and says so', () => {
    const result = plan(read({ links: [link], networks: [{ ...network, routes: [] }] }));
    assert.deepEqual(ids(result), ['net/eth0/10.0.0.5/24']);
    assert.deepEqual(
      result.diagnostics.map(({ severity, code }) => [severity, code]),
      [['note', 'missing']],
    );
  });

  it('does not guess a second default route', () => {
    const two = [link, { id: 'tap2', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' }];
    const json = {
      links: two,
      networks: [
        { link: 'tap1', type: 'ipv4_dhcp' },
        { ...network, link: 'tap2', ip_address: '10.0.0.6' },
      ],
    };
    const merged = mergeEc2Address(read(json), '192.0.2.5', 'ec2');
    const result = plan(merged, { links: [eth0, nic('eth1', 'fa:16:3e:00:00:06')] });
    assert.deepEqual(ids(result), ['net/eth0/192.0.2.5/24', 'net/eth1/10.0.0.6/24', 'net/eth1/default-via-10.0.0.1']);
  });

  it('plans several static NICs, MTU after the address, and other routes', () => {
    const two = [
      { ...link, mtu: 1450 },
      { id: 'tap2', type: 'ovs', ethernet_mac_address: 'FA-16-3E-00-00-06' },
    ];
    const storage = { id: 'm', type: 'ipv4', link: 'tap2', ip_address: '10.9.0.5', netmask: '255.255.0.0' };
    const route = { network: '10.8.0.0', netmask: '255.255.0.0', gateway: '10.9.0.1', metric: 7 };
    const onLink = { network: '169.254.169.254', netmask: '255.255.255.255', gateway: '0.0.0.0' };
    const json = { links: two, networks: [network, { ...storage, routes: [route, onLink] }] };
    const result = plan(read(json), { links: [eth0, nic('ens4', 'fa:16:3e:00:00:06')] });
    assert.deepEqual(ids(result), [
      'net/eth0/10.0.0.5/24',
      'net/eth0/mtu-1450',
      'net/eth0/default-via-10.0.0.1',
      'net/ens4/10.9.0.5/16',
      'net/ens4/10.8.0.0/16-via-10.9.0.1-metric-7',
      'net/ens4/169.254.169.254/32',
    ]);
    assert.equal(new Set(ids(result)).size, 6);
  });

  it('tells the kernel that a gateway outside the subnet is on the link', () => {
    const json = {
      links: [link],
      networks: [{ ...network, netmask: '255.255.255.255', routes: [{ ...defaultRoute, gateway: '172.31.1.1' }] }],
    };
    const action = plan(read(json)).steps[1]?.action;
    assert.deepEqual(action?.kind === 'netRoute' && [action.gateway, action.onLink], ['172.31.1.1', true]);
  });

  const tools: [string, Facts['commands'], string | undefined, RegExp][] = [
    ['net-tools where both are installed', both, 'net-tools', /net-tools/],
    ['net-tools without ip', { ifconfig: '/i', route: '/r' }, 'net-tools', /installed/],
    ['ip without net-tools', { ip: '/ip' }, 'iproute2', /ifconfig and route not installed/],
    ['ip when route is missing', { ifconfig: '/i', ip: '/ip' }, 'iproute2', /: route not installed/],
  ];
  for (const [name, commands, tool, reason] of tools) {
    it(`uses ${name}`, () => {
      const result = plan(ec2Only, { commands });
      for (const { action } of result.steps) assert.equal('tool' in action && action.tool, tool);
      assert.match(result.toolReasons[0] ?? '', reason);
    });
  }

  it('reports that neither package is installed, and plans nothing it cannot do', () => {
    const result = plan(ec2Only, { commands: {} });
    assert.deepEqual(result.steps, []);
    assert.deepEqual(
      result.diagnostics.map(({ severity, code }) => [severity, code]),
      [['error', 'missing']],
    );
    assert.match(result.diagnostics[0]?.message ?? '', /eth0 10\.0\.0\.5 cannot be set: neither .*net-tools.* nor ip/);
  });

  const ipv6 = {
    id: 'm',
    type: 'ipv6',
    link: 'tap1',
    ip_address: '2001:db8::5',
    netmask: '64',
    routes: [{ network: '::', netmask: '0', gateway: 'fe80::1' }],
  };

  it('sets static IPv6 by ip, beside IPv4 by net-tools', () => {
    const result = plan(read({ links: [link], networks: [network, ipv6] }));
    assert.deepEqual(
      result.steps.map(({ id, action }) => [id, 'tool' in action && action.tool]),
      [
        ['net/eth0/advertisements', false],
        ['net/eth0/10.0.0.5/24', 'net-tools'],
        ['net/eth0/2001:db8::5/64', 'iproute2'],
        ['net/eth0/default-via-10.0.0.1', 'net-tools'],
        ['net/eth0/default-via-fe80::1', 'iproute2'],
      ],
    );
    assert.equal('onLink' in (result.steps[4]?.action ?? { onLink: true }), false);
    assert.equal(result.toolReasons.length, 2);
  });

  it('keeps IPv4 where the MTU is too small for IPv6', () => {
    const result = plan(read({ links: [{ ...link, mtu: 1279 }], networks: [network, ipv6] }));
    assert.deepEqual(ids(result), ['net/eth0/10.0.0.5/24', 'net/eth0/mtu-1279', 'net/eth0/default-via-10.0.0.1']);
    assert.match(result.diagnostics[0]?.message ?? '', /IPv6 needs an MTU of at least 1280, the link has 1279/);
    assert.equal(plan(read({ links: [{ ...link, mtu: 1280 }], networks: [ipv6] })).steps.length, 4);
  });

  it('keeps IPv4 where ip is missing for IPv6', () => {
    const result = plan(read({ links: [link], networks: [ipv6, network] }), {
      commands: { ifconfig: '/i', route: '/r' },
    });
    assert.deepEqual(ids(result), ['net/eth0/10.0.0.5/24', 'net/eth0/default-via-10.0.0.1']);
    assert.match(result.diagnostics[0]?.message ?? '', /IPv6 needs ip/);
  });

  const other = { id: 'tap2', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:06' };
  const eth1 = nic('eth1', 'fa:16:3e:00:00:06');
  const bond = {
    ...{ id: 'bond0', type: 'bond', bond_links: ['tap1', 'tap2'], bond_mode: '802.3ad', bond_miimon: 50 },
    ethernet_mac_address: 'FA:16:3E:00:00:07',
  };
  const vlan = { id: 'v', type: 'vlan', vlan_link: 'bond0', vlan_id: 30, vlan_mac_address: 'fa:16:3e:00:00:08' };
  const onBond = { links: [vlan, bond, link, other], networks: [{ ...network, link: 'v' }] };

  it('makes bonds and VLANs before what is on them', () => {
    const result = plan(read(onBond), { links: [eth0, eth1] });
    assert.deepEqual(
      result.steps.map(({ id, summary, needs }) => [id, summary, ...(needs ?? [])]),
      [
        ['net/bond0/bond', 'bond bond0 (802.3ad) of eth0, eth1'],
        ['net/bond0.30/vlan', 'VLAN 30 on bond0 as bond0.30', 'net/bond0/bond'],
        ['net/bond0.30/10.0.0.5/24', 'bond0.30 10.0.0.5/24', 'net/bond0.30/vlan'],
        ['net/bond0.30/default-via-10.0.0.1', 'default via 10.0.0.1 on bond0.30', 'net/bond0.30/10.0.0.5/24'],
      ],
    );
    assert.deepEqual(
      result.steps.slice(0, 2).map(({ action, source }) => [action, source]),
      [
        [
          {
            ...{ kind: 'netBond', link: 'bond0', members: ['eth0', 'eth1'], mode: '802.3ad' },
            ...{ options: { miimon: '50' }, mac: 'fa:16:3e:00:00:07' },
          },
          'network_data.json links[1]',
        ],
        [
          { kind: 'netVlan', link: 'bond0.30', parent: 'bond0', vlanId: 30, mac: 'fa:16:3e:00:00:08' },
          'network_data.json links[0]',
        ],
      ],
    );
    assert.deepEqual(result.toolReasons, ['ip (iproute2): bonds and VLANs', 'ifconfig, route (net-tools): installed']);
    assert.deepEqual(
      result.network.links.map(({ name }) => name),
      ['eth0', 'eth1', 'bond0', 'bond0.30'],
    );
  });

  it('sets the MTU of a link before that of the VLAN on it', () => {
    const json = { ...onBond, links: [{ ...vlan, mtu: 8900 }, { ...bond, mtu: 9000 }, link, other] };
    const steps = plan(read(json), { links: [eth0, eth1] }).steps.map(({ id, needs }) => [id, ...(needs ?? [])]);
    assert.deepEqual(steps.slice(0, 5), [
      ['net/bond0/bond'],
      ['net/bond0/mtu-9000', 'net/bond0/bond'],
      ['net/bond0.30/vlan', 'net/bond0/mtu-9000'],
      ['net/bond0.30/10.0.0.5/24', 'net/bond0.30/vlan'],
      ['net/bond0.30/mtu-8900', 'net/bond0.30/vlan'],
    ]);
  });

  it('sets a NIC up that has nothing but VLANs, whatever becomes of an address on it', () => {
    const tagged = { ...vlan, vlan_link: 'tap1' };
    const bare = plan(read({ links: [link, tagged], networks: [{ ...network, link: 'v' }] }));
    assert.deepEqual(bare.steps[0]?.action, { kind: 'netLink', link: 'eth0', tool: 'iproute2' });
    assert.deepEqual(ids(bare).slice(0, 2), ['net/eth0/up', 'net/eth0.30/vlan']);
    assert.deepEqual(bare.steps[1]?.needs, ['net/eth0/up']);
    const beside = { links: [{ ...link, mtu: 1400 }, tagged], networks: [{ ...network, link: 'v' }, ipv6] };
    assert.deepEqual(
      plan(read(beside))
        .steps.slice(0, 4)
        .map(({ id, needs }) => [id, needs]),
      [
        ['net/eth0/advertisements', undefined],
        ['net/eth0/2001:db8::5/64', undefined],
        ['net/eth0/mtu-1400', undefined],
        ['net/eth0/default-via-fe80::1', ['net/eth0/2001:db8::5/64']],
      ],
    );
  });

  it('sets routes and subnets as the service does that will find them', () => {
    const described = (backend: 'networkd' | 'network-manager' | 'ifupdown'): string[] =>
      plan(read({ links: [...onBond.links, third], networks: [...onBond.networks, onThird] }), {
        links: [eth0, eth1, nic('eth2', 'fa:16:3e:00:00:09')],
        backend,
      }).steps.flatMap(({ action }) => {
        if (action.kind === 'netRoute') return [`route ${action.link} ${action.tool} ${action.protocol ?? 'boot'}`];
        return action.kind === 'netAddress' ? [`${action.link} ${action.tool} ${action.noPrefixRoute ?? false}`] : [];
      });
    assert.deepEqual(described('ifupdown'), [
      ...['eth2 net-tools false', 'route eth2 net-tools boot'],
      ...['bond0.30 net-tools false', 'route bond0.30 net-tools boot'],
    ]);
    assert.deepEqual(described('networkd'), [
      ...['eth2 net-tools false', 'route eth2 iproute2 static'],
      ...['bond0.30 net-tools false', 'route bond0.30 iproute2 static'],
    ]);
    assert.deepEqual(described('network-manager'), [
      ...['eth2 net-tools false', 'route eth2 iproute2 static'],
      ...['bond0.30 iproute2 true', 'route bond0.30 iproute2 static'],
    ]);
  });

  it('leaves to route(8) what fits into it', () => {
    const tools = [32766, 32767].map((metric) => {
      const routes = [{ ...defaultRoute, metric }];
      const { steps } = plan(read({ links: [link], networks: [{ ...network, routes }] }));
      return steps.flatMap(({ action }) => (action.kind === 'netRoute' ? [action.tool] : []));
    });
    assert.deepEqual(tools, [['net-tools'], ['iproute2']]);
  });

  const third = { id: 'tap3', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:09' };
  const onThird = {
    ...network,
    link: 'tap3',
    ip_address: '10.9.0.5',
    routes: [{ ...defaultRoute, gateway: '10.9.0.1', metric: 9 }],
  };

  it('needs ip for bonds and VLANs, and says so; what is not on them is set', () => {
    const third = { id: 'tap3', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:09' };
    const json = {
      links: [...onBond.links, third],
      networks: [...onBond.networks, { ...network, link: 'tap3', ip_address: '10.9.0.5', routes: [] }],
    };
    const result = plan(read(json), {
      links: [eth0, eth1, nic('eth2', 'fa:16:3e:00:00:09')],
      commands: { ifconfig: '/i', route: '/r' },
    });
    assert.deepEqual(ids(result), ['net/eth2/10.9.0.5/24']);
    assert.deepEqual(
      result.diagnostics.map(({ severity, message }) => `${severity} ${message}`),
      [
        'error bond bond0 cannot be set up: it needs ip (package iproute2), which is not installed',
        'error VLAN bond0.30 cannot be set up: it needs ip (package iproute2), which is not installed',
      ],
    );
  });

  it('names what is left to the distribution', () => {
    const links = [
      link,
      other,
      { id: 'b', type: 'bond', bond_links: ['tap2'] },
      { id: 'v', type: 'vlan', vlan_link: 'b', vlan_id: 5 },
    ];
    const networks = [
      { link: 'tap1', type: 'ipv4_dhcp', routes: [defaultRoute] },
      { link: 'tap1', type: 'ipv6_slaac' },
      { link: 'v', type: 'ipv4_dhcp' },
    ];
    const result = plan(read({ links, networks }), { links: [eth0, eth1], backend: 'networkd' });
    assert.deepEqual(ids(result), ['net/b/bond', 'net/b.5/vlan']);
    assert.deepEqual(result.automaticLinks, ['eth0 by DHCP', 'b.5 by DHCP']);
    assert.deepEqual(
      result.diagnostics.map(({ severity, source, message }) => `${severity} ${source}: ${message}`),
      [
        "note network_data.json networks[0]: eth0: IPv4 by DHCP is left to the distribution's network service",
        "note network_data.json networks[1]: eth0: IPv6 by router advertisement is left to the distribution's network service",
        "note network_data.json networks[2]: b.5: IPv4 by DHCP is left to the distribution's network service",
      ],
    );
  });

  it('makes a VLAN that refuses router advertisements where its IPv6 is static alone', () => {
    const refuses = (networks: readonly unknown[]): boolean =>
      plan(read({ links: [link, { ...vlan, vlan_link: 'tap1' }], networks })).steps.some(
        ({ action }) => action.kind === 'netVlan' && action.refusesAdvertisements === true,
      );
    const tagged = { ...ipv6, link: 'v' };
    assert.deepEqual([refuses([tagged]), refuses([{ ...network, link: 'v' }])], [true, false]);
    assert.equal(refuses([tagged, { ...tagged, id: 'n', type: 'ipv6_slaac', ip_address: undefined }]), false);
  });

  it('sets several addresses of one link in their order, none giving way to another', () => {
    const second = {
      ...network,
      ip_address: '10.1.0.6',
      routes: [{ ...defaultRoute, gateway: '10.1.0.1', metric: 9 }],
    };
    const result = plan(read({ links: [link], networks: [network, second, ipv6] }));
    assert.deepEqual(
      result.steps.map(({ id, needs, action }) => [id, needs, 'together' in action ? action.together : undefined]),
      [
        ['net/eth0/advertisements', undefined, undefined],
        ['net/eth0/10.0.0.5/24', undefined, ['10.0.0.5/24', '10.1.0.6/24']],
        ['net/eth0/10.1.0.6/24', undefined, ['10.0.0.5/24', '10.1.0.6/24']],
        ['net/eth0/2001:db8::5/64', undefined, undefined],
        ['net/eth0/default-via-10.0.0.1', ['net/eth0/10.0.0.5/24'], undefined],
        ['net/eth0/default-via-10.1.0.1-metric-9', ['net/eth0/10.1.0.6/24'], undefined],
        ['net/eth0/default-via-fe80::1', ['net/eth0/2001:db8::5/64'], undefined],
      ],
    );
  });

  it('tells apart the destinations on the link of both families', () => {
    const { links, addresses, dns } = read({ links: [link], networks: [network, ipv6] });
    const direct = addresses.map((entry) => {
      const any = entry.family === 4 ? '0.0.0.0' : '::';
      const { family, origin } = entry;
      return { ...entry, routes: [{ family, destination: any, prefixLength: 0, gateway: any, origin }] };
    });
    const result = plan({ links, addresses: direct, dns });
    assert.deepEqual(ids(result).slice(3), ['net/eth0/default', 'net/eth0/::/0']);
    assert.deepEqual(
      result.steps.slice(3).map(({ action }) => action.kind === 'netRoute' && action.gateway),
      ['0.0.0.0', '::'],
    );
  });

  it('applies the rest when one NIC is missing', () => {
    const json = {
      links: [{ ...link, id: 'gone', ethernet_mac_address: 'fa:16:3e:00:00:99' }, link],
      networks: [{ ...network, link: 'gone', ip_address: '10.9.0.5' }, network],
    };
    const result = plan(read(json));
    assert.deepEqual(result.missingLinks, [
      'no NIC has MAC fa:16:3e:00:00:99 (network_data.json links[0]); present: eth0 fa:16:3e:00:00:05',
    ]);
    assert.deepEqual(ids(result), ['net/eth0/10.0.0.5/24', 'net/eth0/default-via-10.0.0.1']);
  });

  it('only notes a missing NIC that no network uses', () => {
    const result = plan(read({ links: [{ ...link, ethernet_mac_address: 'fa:16:3e:00:00:99' }] }));
    assert.deepEqual([result.missingLinks, result.diagnostics.map(({ severity }) => severity)], [[], ['note']]);
  });

  it('plans nothing for an empty network', () => {
    assert.deepEqual(plan(emptyNetwork), {
      ...{ network: { links: [] }, steps: [], diagnostics: [], missingLinks: [], toolReasons: [], automaticLinks: [] },
    });
  });
});

describe('planNetwork, for each network of the golden tests', () => {
  const textOf = (path: string): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  for (const { name, folder, facts } of loadNetworkScenarios()) {
    it(name, () => {
      const place = (): { line: number; column: number } => ({ line: 1, column: 1 });
      const json = JSON.parse(textOf(`${folder}/network_data.json`) ?? '{}');
      const config = parseNetworkData(json, { source: 'network_data.json', place }).network;
      const merged = mergeEc2Address(config, textOf(`${folder}/local-ipv4`), 'ec2', []);
      const policy = { ...defaultPolicy, network: { ...defaultPolicy.network, verify_timeout: 0 } };
      const { network, steps } = planNetwork({ network: merged, facts, policy });
      const done = new Set<string>();
      const made = new Set(facts.links.map((fact) => fact.name));
      for (const { id, needs = [], action } of steps) {
        assert.ok(!done.has(id), `${id} twice`);
        for (const need of needs) assert.ok(done.has(need), `${id} needs ${need}, which is not before it`);
        done.add(id);
        if (action.kind === 'netBond') for (const member of action.members) assert.ok(made.has(member), id);
        if (action.kind === 'netVlan') assert.ok(made.has(action.parent), id);
        if (action.kind === 'netBond' || action.kind === 'netVlan') made.add(action.link);
        else assert.ok('link' in action && made.has(action.link), id);
      }
      const wanted = network.links.flatMap(({ name: link, addresses }) =>
        addresses.map(({ address, prefixLength }) => `net/${link}/${address}/${prefixLength}`),
      );
      assert.deepEqual(
        steps.filter(({ action }) => action.kind === 'netAddress').map(({ id }) => id),
        wanted,
      );
      for (const { name: link, kind } of network.links)
        if (kind !== 'physical') assert.ok(done.has(`net/${link}/${kind}`), link);
    });
  }
});
