// What holds for every network that a drive can ask for: read, brought to a guest, planned, written down for each service.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkProperty, textOf } from '../../test/support/property.ts';
import type { InterfacesFile, LinkFact } from '../core/facts.ts';
import type { NetworkConfig } from '../core/network-config.ts';
import { defaultPolicy } from '../core/policy.ts';
import { parseInterfaces } from '../datasources/config-drive/interfaces-text/parse.ts';
import { mergeEc2Address, parseNetworkData } from '../datasources/config-drive/network-data.ts';
import { plainFacts } from '../host/memory.ts';
import { chooseBackend } from './backend.ts';
import { yieldedMark, yieldStanzas } from './foreign-stanzas.ts';
import { planNameServers } from './name-servers.ts';
import { planPersistence } from './persistence.ts';
import { planNetwork } from './plan.ts';
import {
  parseArpTable,
  parseIpv4Routes,
  parseIpv6Addresses,
  parseIpv6Routes,
  parseIpv6Usability,
  parseLocalAddresses,
} from './proc-tables.ts';
import { planRemovals } from './removal.ts';
import { loadRenderer } from './renderers/registry.ts';

const backends = [
  'netplan',
  'networkd',
  'network-manager',
  'ifupdown',
  'ifupdown-alpine',
  'sysconfig',
  'wicked',
] as const;
const macOf = (at: number): string => `fa:16:3e:00:00:0${at}`;
const links = [0, 1, 2].map(
  (at): LinkFact => ({ name: `eth${at}`, mac: macOf(at), physical: true, ethernet: true, up: false, addresses: [] }),
);
const facts = { ...plainFacts, links };
const rarely = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined, freq: 3 });
const id = fc.constantFrom('n0', 'n1', 'n2', 'bond0', 'bond1', 'v', 'w', 'eth1', '__proto__', 'x y\n', 'a'.repeat(20));
const mtu = rarely(fc.constantFrom<unknown>(68, 1279, 1400, 1500, 9000, '1500', 0, 'x', null));
const nasty = textOf(["'", '"', '\n', '$(id)', '`', '\\', ';', '#', '%', ' ', 'S3cr3t', ']', '\u0000', '\u2028'], 4);
const v4 = fc.tuple(fc.nat(3), fc.nat(255)).map(([net, host]) => `10.0.${net}.${host}`);
const v6 = fc.tuple(fc.nat(2), fc.nat(0xffff)).map(([net, host]) => `2001:db8:${net}::${host.toString(16)}`);
const address = fc.oneof(
  v4,
  v6,
  fc.constantFrom('0.0.0.0', '::', 'fe80::1', '224.0.0.1', '10.0.0.300', '10.0.0.9/32'),
  nasty,
);
const netmask = rarely(
  fc.oneof(fc.constantFrom<unknown>('24', '255.255.255.0', 64, '64', '0', '32', '128', 'ffff:ffff::', 'x'), nasty),
);
const link = fc.oneof(
  fc.record({
    id,
    type: fc.constantFrom('ovs', 'phy', 'x'),
    ethernet_mac_address: rarely(fc.oneof(fc.nat(4).map(macOf), nasty)),
    name: rarely(id),
    mtu,
  }),
  fc.record({
    ...{ id, type: fc.constant('bond'), bond_links: fc.array(id, { maxLength: 3 }), mtu },
    bond_mode: fc.oneof(fc.constantFrom('802.3ad', 'active-backup', '1', '6'), nasty),
    ...{
      bond_primary: rarely(id),
      bond_miimon: rarely(fc.oneof(fc.nat(200), nasty)),
      bond_xmit_hash_policy: rarely(nasty),
    },
    bond_arp_ip_target: rarely(fc.oneof(v4, nasty)),
  }),
  fc.record({
    id,
    type: fc.constant('vlan'),
    vlan_link: id,
    vlan_id: fc.oneof(fc.integer({ min: -1, max: 4096 }), nasty),
    mtu,
  }),
);
const servers = fc.array(fc.record({ type: fc.constantFrom('dns', 'ntp'), address }), { maxLength: 2 });
const route = fc.record({
  network: address,
  netmask,
  gateway: address,
  metric: rarely(fc.constantFrom<unknown>(0, 5, 32767, -1, 'x')),
  services: servers,
});
const network = fc.record({
  ...{
    link: id,
    type: fc.constantFrom('ipv4', 'ipv6', 'static', 'ipv4_dhcp', 'ipv6_slaac', 'ipv6_dhcpv6-stateless', 'x'),
  },
  ...{
    ip_address: rarely(address),
    netmask,
    gateway: rarely(address),
    routes: fc.array(route, { maxLength: 3 }),
    services: servers,
  },
  dns_nameservers: rarely(fc.oneof(fc.array(address, { maxLength: 2 }), nasty)),
});
const document = fc.record({
  links: fc.array(link, { maxLength: 6 }),
  networks: fc.array(network, { maxLength: 6 }),
  services: servers,
});

function parse(json: unknown): ReturnType<typeof parseNetworkData> {
  return parseNetworkData(json, { source: 'nd', place: () => ({ line: 1, column: 1 }) });
}

async function planAll(asked: NetworkConfig, backend: (typeof backends)[number]) {
  const renderer = await loadRenderer(backend);
  const plan = planNetwork({ network: asked, facts, policy: defaultPolicy, backend });
  const choice = chooseBackend(facts.networkServices, backend);
  const files = planPersistence({
    ...{ network: plan.network, choice, renderer, live: plan.steps },
    interfaces: [],
    previous: [],
  });
  const resolver = planNameServers(plan.network, { backend, resolver: 'file', live: plan.steps });
  return { plan, files, steps: [...plan.steps, ...files.steps, ...resolver.steps] };
}

checkProperty(
  'any network_data.json is planned for any service: no exception, no step twice, all that a step waits for comes before it',
  fc.asyncProperty(document, fc.constantFrom(...backends), async (json, backend) => {
    const { network: asked, diagnostics } = parse(json);
    assert.ok(diagnostics.every(({ line, message }) => line === 1 && message !== ''));
    const { steps } = await planAll(asked, backend);
    const done = new Set<string>();
    for (const { id: step, needs = [] } of steps) {
      assert.ok(!done.has(step), `twice: ${step}`);
      for (const need of needs) assert.ok(done.has(need), `${step} before ${need}`);
      done.add(step);
    }
  }),
);

checkProperty(
  'no word of the drive breaks out of its line, its quotes or its argument',
  fc.asyncProperty(document, fc.constantFrom(...backends), async (json, backend) => {
    const { steps } = await planAll(parse(json).network, backend);
    for (const { action, summary } of steps) {
      assert.doesNotMatch(JSON.stringify(action), /\$\(id\)|`|\\u0000|\\u2028/, summary);
      if (action.kind === 'file') assert.doesNotMatch(String(action.content), /S3cr3t\n|^S3cr3t/m);
      assert.doesNotMatch(summary, /\p{Cc}/u);
    }
  }),
);

checkProperty(
  'the same words give the same plan, and a plan takes nothing away of itself',
  fc.asyncProperty(document, fc.constantFrom(...backends), async (json, backend) => {
    const [one, other] = [await planAll(parse(json).network, backend), await planAll(parse(json).network, backend)];
    assert.deepEqual(one.steps, other.steps);
    assert.deepEqual(planRemovals(one.plan.steps, other.plan), []);
  }),
);

checkProperty(
  'what a network before had and this one lacks is taken away once, and nothing that this one asks for',
  fc.property(document, document, (before, now) => {
    const plan = (json: unknown) => planNetwork({ network: parse(json).network, facts, policy: defaultPolicy });
    const next = plan(now);
    const removals = planRemovals(plan(before).steps, next);
    const wanted = new Set(next.steps.map(({ id: step }) => step));
    assert.equal(new Set(removals.map(({ id: step }) => step)).size, removals.length);
    for (const { id: step } of removals) assert.ok(!wanted.has(step));
  }),
);

checkProperty(
  'local-ipv4 is one address of the guest, or a problem; any text will do',
  fc.property(document, fc.oneof(address, nasty), (json, text) => {
    const { network: before } = parse(json);
    const problems: unknown[] = [];
    const after = mergeEc2Address(before, text, 'ec2', problems as never[]);
    const more = after.addresses.length - before.addresses.length;
    assert.ok(more === 0 || more === 1);
    if (problems.length > 0) assert.equal(after, before);
    const ids = new Set(after.links.map((entry) => entry.id));
    for (const entry of after.addresses) assert.ok(ids.has(entry.link));
  }),
);

const words = [
  ...[
    'auto eth0\n',
    'iface eth0 inet static\n',
    'iface eth1 inet6 static\n',
    'iface bond0 inet manual\n',
    'iface eth0.5 inet dhcp\n',
  ],
  ...[
    '  address 10.0.0.5\n',
    '  address 2001:db8::5/64\n',
    '  netmask 255.255.255.0\n',
    '  netmask 64\n',
    '  gateway 10.0.0.1\n',
    '  mtu 1400\n',
  ],
  ...[
    '  bond-slaves eth0 eth1\n',
    '  vlan-raw-device eth0\n',
    '  hwaddress ether fa:16:3e:00:00:00\n',
    '  dns-nameservers 10.0.0.2 x\n',
  ],
  ...[
    '  up ip route add 10.1.0.0/16 via 10.0.0.1 || true\n',
    '  up route add -net 10.2.0.0/16 gw 10.0.0.1\n',
    '  post-up rm -rf /\n',
  ],
  ...['source /etc/x\n', 'mapping eth0\n', '# c\n', '\\\n', '\t', ' ', 'S3cr3t', "'", '\u0000'],
];

checkProperty(
  'any interfaces text is a network or has problems at lines of it, and none of it is run',
  fc.asyncProperty(textOf(words, 20), fc.constantFrom(...backends), async (text, backend) => {
    const { network: asked, diagnostics } = parseInterfaces(text, 'i');
    for (const { line = 1, code } of diagnostics) assert.ok(code === 'more' || line <= text.split('\n').length);
    assert.doesNotMatch(JSON.stringify((await planAll(asked, backend)).steps), /rm -rf/);
  }),
);

checkProperty(
  'stanzas of the image give way once, and lines that are not of our links stay as they are',
  fc.property(textOf(words, 20), fc.subarray(['eth0', 'eth1', 'bond0']), (text, names) => {
    // Lines that are continued are joined.
    const content = text.replaceAll('\\\n', '');
    const file = (given: string): InterfacesFile => ({ path: '/etc/network/interfaces', content: given });
    const ours = new Set(names);
    const once = yieldStanzas(file(content), ours);
    if (once === undefined) return;
    assert.equal(yieldStanzas(file(once), ours), undefined);
    const before = content.split('\n');
    for (const [at, line] of once.split('\n').entries())
      if (line !== before[at]) assert.equal(line, `${yieldedMark}${before[at]?.trim()}`);
  }),
);

checkProperty(
  'tables of the kernel are read whatever they hold',
  fc.property(
    textOf(
      [
        'eth0',
        '\t',
        ' ',
        '\n',
        '00000000',
        '0A000005',
        'FFFFFFFF',
        '0003',
        'fe80000000000000',
        '10.0.0.1',
        '0x2',
        '|--',
        '/32',
        'host LOCAL',
      ],
      30,
    ),
    (text) => {
      for (const read of [
        parseIpv4Routes,
        parseIpv6Routes,
        parseLocalAddresses,
        parseIpv6Addresses,
        parseIpv6Usability,
        parseArpTable,
      ])
        assert.ok(read(text));
    },
  ),
);
