// The keyfiles of every network scenario: read by nmcli, and brought up by a real NetworkManager on veth links, after a reboot and
// over a network that is there already. Compared with the model by what the kernel and resolv.conf then say.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResolvedLink, ResolvedNetwork } from '../../src/core/resolved-network.ts';
import { renderer } from '../../src/network/renderers/network-manager/index.ts';
import { loadNetworkScenarios, type NetworkScenario } from '../support/network-scenarios.ts';
import {
  compareStates,
  expectedState,
  type LinkNetworkState,
  type NetworkState,
  readLiveState,
} from '../support/network-state.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const skip = explainMissingRoots() ?? false;
const scenarios = loadNetworkScenarios();

/** What is otherwise than the model, and why that is right. Sentences of compareStates, by scenario. */
const liveDifferences: Readonly<Record<string, readonly string[]>> = {
  // NetworkManager sets every link up that it manages; without a profile it leaves it at that.
  '50-nic-without-networks': ['eth1: up or with addresses, and nothing is asked of it'],
  '98-nics-without-mac': ['enp59s0f1: up or with addresses, and nothing is asked of it'],
  '106-interfaces-damaged': ['eth2', 'eth3'].map((name) => `${name}: up or with addresses, and nothing is asked of it`),
};

/** What no drive of the scenarios asks for. */
const furtherNetworks: readonly { readonly name: string; readonly network: ResolvedNetwork }[] = [
  { name: 'IPv6 routes on a link with its link-local address alone', network: { links: [routedNic()] } },
];

function routedNic(): ResolvedLink {
  const origin = { source: 'test' };
  return {
    ...{ name: 'eth0', kind: 'physical', mac: 'fa:16:3e:00:00:05', automatic: {}, dns: [], origin },
    addresses: [{ family: 4, address: '10.0.0.5', prefixLength: 24, origin }],
    routes: [
      { family: 4, destination: '0.0.0.0', prefixLength: 0, gateway: '10.0.0.254', origin },
      { family: 6, destination: '2001:db8:8::', prefixLength: 48, gateway: 'fe80::1', origin },
      { family: 6, destination: '2001:db8:9::', prefixLength: 48, metric: 7, origin },
    ],
  };
}

type Keyfile = { readonly path: string; readonly content: string; readonly mode: number };

function renderFiles(network: ResolvedNetwork): Keyfile[] {
  return renderer.render(network).actions.map((action) => {
    if (action.kind !== 'file') throw new Error(`${action.path}: a whole file is expected`);
    return { path: action.path, content: String(action.content), mode: action.mode };
  });
}

function isProfile({ path }: Keyfile): boolean {
  return path.endsWith('.nmconnection');
}

describe('nmcli reads the keyfiles', { skip }, () => {
  const read = new Map<string, string>();
  it('all of them, without a word', () =>
    withSandbox({ root: 'bookworm-network', links: [] }, async (box) => {
      for (const { name, resolution } of scenarios)
        for (const file of renderFiles(resolution.network).filter(isProfile))
          box.writeFile(`/tmp/profiles/${name}/${file.path.split('/').at(-1)}`, file.content);
      // Autoconnect is on either way: nmcli reads, checks and writes the profile again in its own form.
      const script = [
        'cd /tmp/profiles; for f in */*; do',
        'nmcli --offline connection modify connection.autoconnect yes < "$f" > "$f.read" 2> "$f.said" || echo "$f: $?"',
        '[ -s "$f.said" ] && echo "$f: $(cat "$f.said")"',
        'done; true',
      ].join('\n');
      assert.equal(await box.exec(['sh', '-c', script], { timeoutMs: 300_000 }), '');
      for (const { name, resolution } of scenarios) {
        for (const { path } of renderFiles(resolution.network).filter(isProfile)) {
          const file = `${name}/${path.split('/').at(-1)}`;
          read.set(file, box.readFile(`/tmp/profiles/${file}.read`));
        }
      }
    }));

  for (const { name, resolution } of scenarios) {
    it(`${name}: they say what the model says`, () => {
      const { network } = resolution;
      const profiles = [...read].filter(([file]) => file.startsWith(`${name}/`)).map(([, text]) => readProfile(text));
      const expected = expectedState(network);
      assert.equal(profiles.length, Object.keys(expected).length);
      assert.deepEqual(compareStates(expected, combineProfiles(profiles)), []);
      for (const { link, methods } of profiles) {
        if (expected[link]?.master === undefined)
          assert.deepEqual(methods, expectMethods(network.links.find((other) => other.name === link)));
      }
      checkServers(network, profiles);
    });
  }
});

type Profile = {
  readonly link: string;
  readonly uuid: string;
  readonly methods: readonly [ipv4: string | undefined, ipv6: string | undefined];
  readonly mtu: number | undefined;
  readonly servers: readonly string[];
  readonly state: Omit<LinkNetworkState, 'mtu'>;
};

/** What a profile asks for, by nm-settings-keyfile(5). */
function readProfile(text: string): Profile {
  const groups = new Map<string, Map<string, string>>();
  let group = new Map<string, string>();
  for (const line of text.split('\n')) {
    const header = /^\[(.*)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      group = new Map();
      groups.set(header, group);
    } else if (line.includes('=')) group.set(line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1));
  }
  const get = (name: string, key: string): string | undefined => groups.get(name)?.get(key);
  const type = get('connection', 'type');
  const families = [
    { family: 4, name: 'ipv4' },
    { family: 6, name: 'ipv6' },
  ] as const;
  const addresses = families.flatMap(({ name }) => listNumbered(groups.get(name), 'address').map(([first]) => first));
  const routes = families.flatMap(({ family, name }) => {
    const usual = get(name, 'route-metric');
    const gateway = listNumbered(groups.get(name), 'address').find((words) => words.length > 1)?.[1];
    const all = [
      ...(gateway === undefined ? [] : [[family === 4 ? '0.0.0.0/0' : '::/0', gateway]]),
      ...listNumbered(groups.get(name), 'route'),
    ];
    return all.map(([destination, via, metric = usual]) => {
      assert.ok(metric !== undefined, `${name}: the metric of a route is left to the type of the device`);
      const hop = via === undefined || via === '0.0.0.0' || via === '::' ? '' : ` via ${via}`;
      const isUsual = Number(metric) === 0 || (family === 6 && Number(metric) === 1024);
      return `${destination}${hop}${isUsual ? '' : ` metric ${metric}`}`;
    });
  });
  const { mode = '', ...options } = Object.fromEntries(groups.get('bond') ?? []);
  const mac = get('ethernet', 'cloned-mac-address');
  const master = get('connection', 'master');
  const methods = [get('ipv4', 'method'), get('ipv6', 'method')] as const;
  const automatic = ([4, 6] as const).filter((_, index) => methods[index] === 'auto');
  const mtu = get('ethernet', 'mtu') ?? get('infiniband', 'mtu');
  assert.equal(master === undefined, get('connection', 'slave-type') === undefined);
  return {
    link: get('connection', 'interface-name') ?? '',
    uuid: get('connection', 'uuid') ?? '',
    methods,
    mtu: mtu === undefined ? undefined : Number(mtu),
    servers: families.flatMap(({ name }) => (get(name, 'dns') ?? '').split(';').filter((server) => server !== '')),
    state: {
      up: true,
      addresses: addresses.filter((address) => address !== undefined).sort(),
      routes: routes.sort(),
      ...(mac === undefined ? {} : { mac: mac.toLowerCase() }),
      ...(master === undefined ? {} : { master }),
      ...(type === 'vlan' ? { vlan: { parent: get('vlan', 'parent') ?? '', id: Number(get('vlan', 'id')) } } : {}),
      ...(type === 'bond' ? { bond: { mode, options } } : {}),
      ...(automatic.length === 0 ? {} : { automatic }),
    },
  };
}

/** The values of `name1`, `name2`, … split at their commas. */
function listNumbered(group: ReadonlyMap<string, string> | undefined, name: string): string[][] {
  return [...(group ?? [])]
    .filter(([key]) => new RegExp(`^${name}\\d+$`).test(key))
    .map(([, value]) => value.split(','));
}

/** An MTU that no profile sets is the kernel's: that of the bond or of the VLAN's parent, else 1500. */
function combineProfiles(profiles: readonly Profile[]): NetworkState {
  const mtuOf = (name: string | undefined): number => {
    const profile = profiles.find(({ link }) => link === name);
    if (profile === undefined) return 1500;
    return profile.mtu ?? mtuOf(profile.state.vlan?.parent ?? profile.state.master);
  };
  assert.equal(new Set(profiles.map(({ uuid }) => uuid)).size, profiles.length);
  return Object.fromEntries(profiles.map(({ link, state }) => [link, { ...state, mtu: mtuOf(link) }]));
}

/** Manual takes nothing from router advertisements; ignore leaves IPv6 to the kernel. */
function expectMethods(link: ResolvedLink | undefined): Profile['methods'] {
  const has = (family: 4 | 6): boolean => link?.addresses.some((address) => address.family === family) ?? false;
  const ipv6 = link?.automatic.ipv6 !== undefined ? 'auto' : has(6) ? 'manual' : 'ignore';
  return [link?.automatic.dhcp4 ? 'auto' : has(4) ? 'manual' : 'disabled', ipv6];
}

function checkServers({ links }: ResolvedNetwork, profiles: readonly Profile[]): void {
  const found = profiles.flatMap(({ servers }) => servers).sort();
  assert.deepEqual(found, [...new Set(links.flatMap(({ dns }) => dns))].sort());
  for (const { dns, name } of links) {
    for (const family of [4, 6] as const) {
      const methods = profiles.find(({ link }) => link === name)?.methods ?? [];
      if (!['auto', 'manual'].includes(methods[family === 4 ? 0 : 1] ?? '')) continue;
      const isOwn = (server: string): boolean => server.includes(':') === (family === 6);
      const own = profiles.find(({ link }) => link === name)?.servers.filter(isOwn) ?? [];
      assert.deepEqual(own.slice(0, dns.filter(isOwn).length), dns.filter(isOwn), name);
    }
  }
}

describe('NetworkManager brings the network up', { skip, concurrency: 3 }, () => {
  const done = { live: 0, skipped: new Map<string, number>() };
  for (const scenario of scenarios) {
    const reason = explainNoLive(scenario);
    if (reason !== undefined) done.skipped.set(reason, (done.skipped.get(reason) ?? 0) + 1);
    else done.live += 1;
    const { name, resolution } = scenario;
    it(name, { skip: reason ?? false, timeout: 90_000 }, () => liveTest(name, resolution.network));
  }
  for (const { name, network } of furtherNetworks) it(name, { timeout: 90_000 }, () => liveTest(name, network));
  after((context) => {
    const skipped = [...done.skipped].map(([reason, count]) => `${count} not: ${reason}`).join('; ');
    if ('diagnostic' in context) context.diagnostic(`${done.live} of ${scenarios.length} scenarios; ${skipped}`);
  });
  it('most scenarios are among them', () => assert.ok(done.live >= 65, `only ${done.live}`));
});

function explainNoLive({ resolution }: NetworkScenario): string | undefined {
  const { links } = resolution.network;
  if (links.length === 0) return 'no link is asked for anything';
  if (links.some(({ kind }) => kind !== 'physical')) return 'this kernel has no bonding and no 8021q';
  if (links.some(({ mac = '' }) => mac.length > 17)) return 'no InfiniBand here';
  return undefined;
}

async function liveTest(name: string, network: ResolvedNetwork): Promise<void> {
  const links = network.links.map((link) => ({ name: link.name, mac: link.mac ?? '', gateways: [] }));
  await withSandbox({ root: 'bookworm-network', links }, async (box) => {
    for (const { path, content, mode } of renderFiles(network)) box.writeFile(path, content, mode);
    // A read-only sysfs tells NetworkManager that nobody here runs udev.
    await box.exec(['mount', '-t', 'sysfs', '-o', 'ro', 'sysfs', '/sys']);
    box.writeFile('/etc/NetworkManager/conf.d/test.conf', '[main]\nno-auto-default=*\n');
    await box.exec(['sh', '-c', 'mkdir -p /run/dbus && dbus-daemon --system --fork']);
    await startAndCompare(box, { name, network });
    await stopService(box);
    await setUpByHand(box, network);
    await startAndCompare(box, { name, network });
    await stopService(box);
  });
}

async function startAndCompare(
  box: Sandbox,
  { name, network }: { name: string; network: ResolvedNetwork },
): Promise<void> {
  const expected = expectedState(network);
  const known = liveDifferences[name] ?? [];
  await box.exec(['NetworkManager', '--pid-file=/run/nm.pid']);
  const deadline = performance.now() + 20_000;
  let wasRight = false;
  for (;;) {
    const found = await lookAround(box, network, expected);
    const isRight = JSON.stringify(found) === JSON.stringify(known);
    // Twice: what it found set up already, it might yet change.
    if (isRight && wasRight) return;
    wasRight = isRight;
    if (performance.now() > deadline) assert.deepEqual(found, known);
    await sleep(100);
  }
}

/** Everything that is not yet, or not any more, as it should be. */
async function lookAround(box: Sandbox, network: ResolvedNetwork, expected: NetworkState): Promise<string[]> {
  const differences = compareStates(expected, await readLiveState((argv) => box.inNetwork(argv)));
  // Fails while NetworkManager is not on the bus yet.
  const { stdout } = await box.run(['nmcli', '-t', '-f', 'device,name', 'connection', 'show', '--active']);
  const active = stdout.split('\n');
  for (const name of Object.keys(expected))
    if (!active.includes(`${name}:guest-init-${name}`)) differences.push(`${name}: the profile is not active`);
  // What a lease is waited for says nothing to the resolver yet.
  if (network.links.some(({ automatic }) => Object.keys(automatic).length > 0)) return differences;
  const text = box.readFileIfAny('/etc/resolv.conf') ?? '';
  const servers = [...text.matchAll(/^nameserver (.*)$/gm)].map(([, server]) => server).sort();
  const wanted = [...new Set(network.links.flatMap(({ dns }) => dns))].sort();
  if (servers.join(' ') !== wanted.join(' ')) differences.push(`resolv.conf has ${servers.join(', ') || 'no server'}`);
  return differences;
}

/** Leaves the links as they are, as a service that is killed does. */
async function stopService(box: Sandbox): Promise<void> {
  const pid = box.readFile('/run/nm.pid').trim();
  await box.exec(['sh', '-c', `kill -9 ${pid}; while [ -d /proc/${pid} ]; do sleep 0.05; done`], { timeoutMs: 10_000 });
}

/** The links as they are when somebody sets them up by iproute2 before NetworkManager starts for the first time in this boot. */
async function setUpByHand(box: Sandbox, { links }: ResolvedNetwork): Promise<void> {
  const lines = links.flatMap(({ name, mtu, addresses, routes }) => {
    if (addresses.length === 0) return [];
    return [
      `link set dev ${name} up${mtu === undefined ? '' : ` mtu ${mtu}`}`,
      ...addresses.map(({ family, address, prefixLength }) => {
        return `addr add ${address}/${prefixLength} dev ${name}${family === 4 ? ' brd +' : ' nodad'}`;
      }),
      ...routes.map(({ family, destination, prefixLength, gateway, metric, onLink }) => {
        const words = [gateway === undefined ? '' : `via ${gateway}`, `dev ${name}`, onLink === true ? 'onlink' : ''];
        const tail = metric === undefined ? '' : `metric ${metric}`;
        return `-${family} route append ${destination}/${prefixLength} ${words.join(' ')} ${tail}`;
      }),
    ];
  });
  const calls = lines.map((line) => `ip ${line}`);
  const wipe = links.map(
    ({ name }) => `ip addr flush dev ${name}; ip route flush dev ${name}; ip -6 route flush dev ${name}`,
  );
  const forget = 'rm -rf /run/NetworkManager; : > /etc/resolv.conf';
  await box.exec(['sh', '-euc', [...wipe, forget, ...calls].join('\n')]);
}
