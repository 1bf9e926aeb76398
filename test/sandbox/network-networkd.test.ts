// What the networkd renderer writes, in the hands of systemd-networkd itself: it runs in a network namespace with veth links, without
// systemd as first process, and brings the links up. This kernel need not have bonds and VLANs: there the files are read instead.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResolvedNetwork } from '../../src/core/resolved-network.ts';
import { broadcastOf, parseAddress } from '../../src/network/address.ts';
import { acceptsAdvertisements } from '../../src/network/advertisements.ts';
import { renderer } from '../../src/network/renderers/networkd/index.ts';
import { loadNetworkScenarios, type NetworkScenario } from '../support/network-scenarios.ts';
import { compareStates, expectedState, type NetworkState, readLiveState } from '../support/network-state.ts';
import { readNetworkdFiles } from '../support/networkd-files.ts';
import { explainMissingRoots, type RootName } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const skip = explainMissingRoots() ?? false;
const scenarios = loadNetworkScenarios();

const folder = '/etc/systemd/network';

function renderFiles(network: ResolvedNetwork): Record<string, string> {
  const files: Record<string, string> = {};
  for (const action of renderer.render(network).actions) {
    assert.ok(action.kind === 'file' && typeof action.content === 'string');
    assert.equal(action.mode, 0o644);
    files[action.path] = action.content;
  }
  return files;
}

/** What is asked for, without the bond options that a problem says are not written. */
function expectWritten(network: ResolvedNetwork): NetworkState {
  const { problems } = renderer.render(network);
  const state: Record<string, NetworkState[string]> = {};
  for (const [name, link] of Object.entries(expectedState(network))) {
    const own = problems.filter((problem) => problem.link === name);
    const lost = own.map(({ message }) => /^bond_(\w+)/.exec(message)?.[1]);
    const options = Object.entries(link.bond?.options ?? {}).filter(([option]) => !lost.includes(option));
    state[name] =
      link.bond === undefined ? link : { ...link, bond: { ...link.bond, options: Object.fromEntries(options) } };
  }
  return state;
}

/** Runs `body` in a guest with the scenario's NICs, the files of `files` and nothing that runs. */
async function withNetworkd(
  given: { root: RootName; nics: readonly string[]; files: Readonly<Record<string, string>> },
  body: (box: Sandbox) => Promise<void>,
): Promise<void> {
  const { root, nics, files } = given;
  const links = nics.map((name, index) => ({ name, mac: `02:00:00:00:00:${hex(index + 1)}`, gateways: [] }));
  await withSandbox(
    { root, links, files: { ...files, '/etc/machine-id': '0123456789abcdef0123456789abcdef\n' } },
    async (box) => {
      const script = [
        'mkdir -p /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/system /run/dbus',
        'chown -R systemd-network:systemd-network /run/systemd/netif',
        // With both, networkd does not wait for udev, which is not here.
        'echo lxc > /run/systemd/container; mount -o remount,ro /sys',
      ];
      await box.exec(['sh', '-euc', script.join('\n')]);
      await body(box);
    },
  );
}

function hex(number: number): string {
  return number.toString(16).padStart(2, '0');
}

const logFile = '/run/networkd.log';

async function startNetworkd(box: Sandbox): Promise<void> {
  await box.exec(['sh', '-c', `SYSTEMD_LOG_LEVEL=warning setsid /lib/systemd/systemd-networkd > ${logFile} 2>&1 &`]);
}

/** What networkd warns of because of this place: no cgroups, no bonds and VLANs in the kernel, no IPv6 below 1280 bytes. */
const ownWarnings: readonly RegExp[] = [
  /^Failed to get cgroup path, ignoring/,
  /(netdev could not be created|Failed to create netdev|Could not create stacked netdev): .*Operation not supported$/,
  /^\w+: Failed$/,
  /entered the failed state frequently/,
  /(IPv6LL address generation mode|address genmode for interface), ignoring: Address family not supported/,
  /(Failed to read IPv6 MTU|Cannot configure proxy NDP for the interface, ignoring): No such file/,
];

function readComplaints(box: Sandbox): string[] {
  const lines = (box.readFileIfAny(logFile) ?? '').split('\n').filter((line) => line !== '');
  return lines.filter((line) => !ownWarnings.some((pattern) => pattern.test(line)));
}

/** Differences from `expected` that have not gone after 12 s. */
async function awaitState(box: Sandbox, expected: NetworkState): Promise<string[]> {
  const deadline = performance.now() + 12_000;
  for (;;) {
    const differences = compareStates(expected, await readLiveState((argv) => box.inNetwork(argv)));
    if (differences.length === 0 || performance.now() > deadline) return differences;
    await sleep(100);
  }
}

/** What networkd tells systemd-resolved, by link. */
async function readServers(box: Sandbox): Promise<Record<string, string>> {
  const script = 'cd /run/systemd/netif/links; for f in *; do echo; grep -E "^(NETWORK_FILE|DNS)=" "$f" || :; done';
  const servers: Record<string, string> = {};
  for (const part of (await box.exec(['sh', '-c', script])).split('\n\n')) {
    const name = /^NETWORK_FILE=.*-guest-init-(.*)\.network$/m.exec(part)?.[1];
    const list = /^DNS=(.+)$/m.exec(part)?.[1];
    if (name !== undefined && list !== undefined) servers[name] = list;
  }
  return servers;
}

function expectServers({ links }: ResolvedNetwork): Record<string, string> {
  return Object.fromEntries(links.filter(({ dns }) => dns.length > 0).map(({ name, dns }) => [name, dns.join(' ')]));
}

function nicsOf({ facts }: NetworkScenario): string[] {
  return facts.links.map(({ name }) => name);
}

function requireScenario(name: string): NetworkScenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  assert.ok(found, `no scenario ${name}`);
  return found;
}

const emptyReason = 'the model is empty: no file';

function isEmpty({ resolution }: NetworkScenario): boolean {
  return Object.keys(renderFiles(resolution.network)).length === 0;
}

function findStacked({ resolution }: NetworkScenario): string | undefined {
  return resolution.network.links.find(({ kind }) => kind !== 'physical')?.kind;
}

describe('files of systemd-networkd, read by another reader', () => {
  for (const scenario of scenarios) {
    const { network } = scenario.resolution;
    it(`say what the model says: ${scenario.name}`, { skip: isEmpty(scenario) ? emptyReason : false }, () => {
      const nics = network.links.filter(({ kind }) => kind === 'physical').map(({ name }) => name);
      const { state, links } = readNetworkdFiles(new Map(Object.entries(renderFiles(network))), nics);
      assert.deepEqual(compareStates(expectWritten(network), state), []);
      for (const { name, dns, automatic, ...rest } of network.links) {
        const found = links[name];
        if (found === undefined) continue;
        const wanted = {
          dns,
          search: [],
          dhcp4: automatic.dhcp4 === true,
          dhcp6: automatic.ipv6 === 'stateful',
          acceptsAdvertisements: acceptsAdvertisements({ name, dns, automatic, ...rest }),
          unreachable: [],
        };
        const { file, isRequiredForOnline, ...is } = found;
        assert.deepEqual(is, wanted, file);
      }
    });
  }
});

const versions: readonly [version: number, root: RootName][] = [
  [247, 'bullseye-guest'],
  [252, 'bookworm-network'],
  [257, 'trixie-guest'],
];

/** On the versions beside that of Debian 12: each kind of thing once. */
const samples = [
  ...['03-nova-dual-stack', '09-two-default-routes-without-metrics', '12-route-metrics', '13-routes-without-gateway'],
  ...['20-host-addresses-both-families', '25-several-v4-in-one-subnet', '31-mtu-68-v6', '42-slaac'],
  ...['49-all-methods-on-one-link', '60-bond-802-3ad', '79-metal3'],
];

/** Both families, several addresses, metrics, no gateway, gateways outside, an MTU. */
const adopted = [
  '12-route-metrics',
  '13-routes-without-gateway',
  '20-host-addresses-both-families',
  '26-several-v4-in-several-subnets',
];

for (const [version, root] of versions) {
  const chosen = version === 252 ? scenarios : samples.map(requireScenario);

  describe(`systemd-networkd ${version}`, { skip, concurrency: 5 }, () => {
    for (const scenario of chosen) {
      const { network } = scenario.resolution;
      const stacked = findStacked(scenario);
      const reason = isEmpty(scenario)
        ? emptyReason
        : stacked === undefined
          ? false
          : `this kernel has no ${stacked}: the files are read above, and their syntax below`;
      it(`brings up ${scenario.name}`, { skip: reason }, async () => {
        await withNetworkd({ root, nics: nicsOf(scenario), files: renderFiles(network) }, async (box) => {
          await startNetworkd(box);
          assert.deepEqual(await awaitState(box, expectWritten(network)), []);
          assert.deepEqual(await readServers(box), expectServers(network));
          assert.deepEqual(readComplaints(box), []);
        });
      });
    }

    for (const scenario of chosen.filter((candidate) => findStacked(candidate) !== undefined)) {
      it(`understands each line of ${scenario.name}`, async () => {
        const files = renderFiles(scenario.resolution.network);
        // Without NICs it reads all, and stops where it would make the first bond.
        await withNetworkd({ root, nics: [], files }, async (box) => {
          await startNetworkd(box);
          await sleep(1000);
          assert.deepEqual(readComplaints(box), []);
        });
      });
    }

    it('is heard when it does not understand a line', async () => {
      const files = {
        [`${folder}/05-guest-init-eth0.network`]: '[Match]\nName=eth0\n\n[Network]\nAdress=10.0.0.5/24\nDHCP=perhaps\n',
        [`${folder}/05-guest-init-bond0.netdev`]: '[NetDev]\nName=bond0\nKind=bond\n\n[Bond]\nMode=sometimes\n',
      };
      await withNetworkd({ root, nics: ['eth0'], files }, async (box) => {
        await startNetworkd(box);
        await sleep(1000);
        assert.equal(readComplaints(box).length, 3);
      });
    });

    for (const name of adopted) {
      const { network } = requireScenario(name).resolution;
      it(`takes over what is up already without taking it away: ${name}`, async () => {
        await withNetworkd({ root, nics: nicsOf(requireScenario(name)), files: renderFiles(network) }, async (box) => {
          for (const command of liveCommands(network, 'static')) box.inNetwork(['ip', ...command.split(' ')]);
          assert.deepEqual(await awaitState(box, expectWritten(network)), []);
          await watchNetwork(box);
          await startNetworkd(box);
          await sleep(2000);
          assert.deepEqual(readLosses(box), []);
          assert.deepEqual(await awaitState(box, expectWritten(network)), []);
          assert.deepEqual(readComplaints(box), []);
        });
      });
    }
  });
}

/** The network as ip(8) sets it up before networkd starts; routes of protocol `protocol`. */
function liveCommands({ links }: ResolvedNetwork, protocol: 'static' | 'boot'): string[] {
  return links.flatMap(({ name, mtu, addresses, routes }) => [
    `link set dev ${name} ${mtu === undefined ? '' : `mtu ${mtu} `}up`,
    ...addresses.map(({ address, prefixLength }) => {
      const parsed = parseAddress(address);
      const hasBroadcast = parsed !== undefined && broadcastOf(parsed, prefixLength) !== undefined;
      return `addr replace ${address}/${prefixLength} ${hasBroadcast ? 'broadcast + ' : ''}dev ${name}`;
    }),
    ...routes.map(({ destination, prefixLength, gateway, metric, onLink }) =>
      [
        `route prepend ${destination}/${prefixLength}`,
        ...(gateway === undefined ? [] : [`via ${gateway}`]),
        `dev ${name} proto ${protocol}`,
        ...(metric ? [`metric ${metric}`] : []),
        ...(onLink ? ['onlink'] : []),
      ].join(' '),
    ),
  ]);
}

const monitorFile = '/run/monitor.log';

async function watchNetwork(box: Sandbox): Promise<void> {
  await box.exec(['sh', '-c', `setsid ip -o monitor address route > ${monitorFile} 2>&1 & sleep 0.3`]);
}

/** Addresses and routes that went since watchNetwork, even for a moment; link-local IPv6 and multicast are the kernel's. */
function readLosses(box: Sandbox): string[] {
  const lines = (box.readFileIfAny(monitorFile) ?? '').split('\n');
  return lines.filter((line) => line.includes('Deleted') && !/ (fe80|ff00|multicast|anycast)/.test(line));
}

describe('systemd-networkd and what is up before it', { skip, concurrency: 5 }, () => {
  const scenario = requireScenario('03-nova-dual-stack');
  const { network } = scenario.resolution;
  const given = { root: 'bookworm-network', nics: nicsOf(scenario), files: renderFiles(network) } as const;

  // Why the routes that are set live must be of protocol static where networkd or netplan has the network.
  it('does not know routes of another protocol for its own: 252 sets them twice', async () => {
    await withNetworkd(given, async (box) => {
      for (const command of liveCommands(network, 'boot')) box.inNetwork(['ip', ...command.split(' ')]);
      await startNetworkd(box);
      await sleep(2000);
      const differences = compareStates(expectWritten(network), await readLiveState((argv) => box.inNetwork(argv)));
      assert.ok(differences.includes('eth0: route 0.0.0.0/0 via 10.20.0.1 is there twice'), differences.join('; '));
    });
  });

  it('changes nothing when it reloads unchanged files, and exactly what changed otherwise', async () => {
    await withNetworkd(given, async (box) => {
      await box.exec(['dbus-daemon', '--system', '--fork', '--nopidfile']);
      await startNetworkd(box);
      assert.deepEqual(await awaitState(box, expectWritten(network)), []);
      await awaitConfigured(box);
      await watchNetwork(box);
      await box.exec(['networkctl', 'reload']);
      await sleep(1000);
      assert.deepEqual(readLosses(box), []);
      const links = network.links.map((link) => ({
        ...link,
        addresses: link.addresses.slice(0, 1),
        routes: link.routes.slice(0, 1),
      }));
      for (const [path, text] of Object.entries(renderFiles({ links }))) box.writeFile(path, text);
      await box.exec(['networkctl', 'reload']);
      assert.deepEqual(await awaitState(box, expectWritten({ links })), []);
      assert.notDeepEqual(readLosses(box), []);
      assert.deepEqual(readComplaints(box), []);
    });
  });
});

async function awaitConfigured(box: Sandbox): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    if (/\beth0\b.*\bconfigured\b/.test(await box.exec(['networkctl', 'list', '--no-pager', '--no-legend']))) return;
    await sleep(100);
  }
  throw new Error('eth0 is not configured after 10 s');
}
