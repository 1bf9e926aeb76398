// What the renderer of Debian's ifupdown writes, read and done by ifupdown itself: every scenario of the network in a guest of its own.

import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { LinesAction } from '../../src/core/action.ts';
import type { ResolvedLink, ResolvedNetwork } from '../../src/core/resolved-network.ts';
import type { ApplyContext } from '../../src/executors/executor.ts';
import { lines } from '../../src/executors/lines.ts';
import { createMemoryHost } from '../../src/host/memory.ts';
import { renderer } from '../../src/network/renderers/ifupdown/index.ts';
import { needsClient } from '../../src/network/renderers/interfaces-file.ts';
import { compareHosts, digestHost, type HostDigest } from '../support/host-digest.ts';
import { findKernelLinks } from '../support/kernel-links.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { loadNetworkScenarios, type NetworkScenario } from '../support/network-scenarios.ts';
import { compareStates, expectedState, type NetworkState, readLiveState } from '../support/network-state.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();

const kernel = missing === undefined ? findKernelLinks() : { bond: false, vlan: false };

/** In place of a server's answer: nothing, after what dhclient-script(8) does to the link before it asks. */
const silentClient = [
  'for link do :; done',
  'ip link set "$link" up',
  'case " $* " in *" -6 "*) ip -6 addr flush dev "$link" scope global permanent;; esac',
  'echo "$link" >> /root/clients',
].join('\n');

/** Tells which name servers the hooks of resolvconf and openresolv would see. */
const serverHook = '#!/bin/sh\n[ -z "$IF_DNS_NAMESERVERS" ] || echo "$IFACE $IF_DNS_NAMESERVERS" >> /root/servers\n';

/** A guest with the scenario's NICs and the rendered files. */
async function inGuest(
  { facts, resolution }: NetworkScenario,
  body: (box: Sandbox, network: ResolvedNetwork) => Promise<void>,
): Promise<void> {
  const { network } = resolution;
  // A cable has an Ethernet address, whatever the NIC that it stands for has.
  const links = facts.links.map(({ name, mac }, index) => ({
    ...{ name, mac: /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac) ? mac : `02:00:00:00:00:0${index}` },
    gateways: [],
  }));
  const files = { '/etc/network/if-up.d/test-servers': { content: serverHook, mode: 0o755 } };
  await withSandbox({ root: 'bookworm-network', links, files }, async (box) => {
    await box.exec(['mkdir', '-p', '/run/network']);
    box.shim('dhclient', silentClient);
    placeFiles(box, network);
    await body(box, network);
  });
}

function placeFiles(box: Sandbox, network: ResolvedNetwork): void {
  for (const action of renderer.render(network).actions) {
    if (action.kind === 'lines') applyLines(box, action);
    else box.writeFile(action.path, String(action.content), action.mode);
  }
}

/** As the run does it, on a copy of the guest's file. */
function applyLines(box: Sandbox, action: LinesAction): void {
  const { host, files } = createMemoryHost({ files: { [action.path]: box.readFile(action.path) } });
  const context: ApplyContext = { commandTimeoutMs: 1000, instanceDirectory: '/', environment: {}, stepId: '' };
  lines.apply(action, host, context);
  box.writeFile(action.path, Buffer.from(files.get(action.path)?.content ?? '').toString());
}

/** The links of the model that something is asked of. */
function usedLinks(network: ResolvedNetwork): ResolvedLink[] {
  const used = expectedState(network);
  return network.links.filter(({ name }) => used[name] !== undefined);
}

/** Where the kernel makes no VLANs: a cable by that name, as if it were there already. */
function placeStandIns(box: Sandbox, network: ResolvedNetwork): void {
  for (const { name, vlan } of network.links) {
    if (vlan === undefined || kernel.vlan) continue;
    box.addLink({ name, mac: '02:00:00:00:01:01', gateways: [] });
  }
}

function expectState(network: ResolvedNetwork): NetworkState {
  const state = expectedState(network);
  if (kernel.vlan) return state;
  return Object.fromEntries(Object.entries(state).map(([name, { vlan: _, ...rest }]) => [name, rest]));
}

async function findDifferences(box: Sandbox, network: ResolvedNetwork): Promise<string[]> {
  return compareStates(expectState(network), await readLiveState((argv) => box.exec(argv)));
}

/** Sentences of what is otherwise than the model in what only ifupdown and its hooks know. */
async function findOtherDifferences(box: Sandbox, network: ResolvedNetwork): Promise<string[]> {
  const servers = (box.readFileIfAny('/root/servers') ?? '').split('\n');
  const differences: string[] = [];
  for (const { name, dns, automatic, addresses } of usedLinks(network)) {
    if (dns.length > 0 && !servers.includes(`${name} ${dns.join(' ')}`))
      differences.push(`${name}: hooks see no name servers`);
    // Too small an MTU takes IPv6 off the link.
    const accept = (await box.run(['cat', `/proc/sys/net/ipv6/conf/${name}/accept_ra`])).stdout.trim() || '1';
    const isStatic = automatic.ipv6 === undefined && addresses.some(({ family }) => family === 6);
    // 1 is the kernel's own; stateful DHCPv6 needs no more than that.
    const expected = isStatic ? '0' : ['slaac', 'stateless'].includes(automatic.ipv6 ?? '') ? '2' : '1';
    if (accept !== expected) differences.push(`${name}: accept_ra is ${accept}, expected ${expected}`);
  }
  return differences;
}

describe('what the ifupdown renderer writes', { skip: missing ?? false, concurrency: 4 }, () => {
  let hostBefore: HostDigest;
  before(() => {
    hostBefore = digestHost();
  });
  after(() => {
    assert.deepEqual(compareHosts(hostBefore, digestHost()), []);
    assertNothingLeft();
  });

  const scenarios = loadNetworkScenarios();
  const simplest = scenarios.find(({ name }) => name === '01-nova-static-v4');
  assert.ok(simplest !== undefined);

  for (const scenario of scenarios) {
    it(`${scenario.name}: ifupdown takes it and does it`, async (context: TestContext) => {
      await inGuest(scenario, async (box, network) => {
        await checkReading(box, network);
        const hasBond = network.links.some(({ kind }) => kind === 'bond');
        if (hasBond && !kernel.bond) {
          context.skip('read, not done: the kernel of this machine makes no bonds');
          return;
        }
        placeStandIns(box, network);
        await checkDoing(box, network);
      });
    });
  }

  const formsOfSource = [
    { content: '', adds: true },
    { content: 'auto lo\niface lo inet loopback\n', adds: true },
    { content: '# source /etc/network/interfaces.d/*\n', adds: true },
    { content: 'source /etc/network/interfaces.d/*.cfg\n', adds: true },
    { content: 'source /etc/network/interfaces.d/*\n', adds: false },
    { content: 'source\t/etc/network/interfaces.d/* \n', adds: false },
    { content: 'source interfaces.d/*', adds: false },
    { content: 'source /etc/network/interfaces.d/50-guest-init\n', adds: false },
    { content: 'source-directory /etc/network/interfaces.d\n', adds: false },
    { content: 'source-directory interfaces.d/\n', adds: false },
  ];
  for (const { content, adds } of formsOfSource) {
    it(`${JSON.stringify(content)} in /etc/network/interfaces ${adds ? 'gets a line' : 'does'}, and our file is read`, async () => {
      await inGuest(simplest, async (box, network) => {
        box.writeFile('/etc/network/interfaces', content);
        const { stdout } = await box.run(['ifquery', '--list']);
        assert.equal(!stdout.split('\n').includes('eth0'), adds);
        placeFiles(box, network);
        assert.equal((await box.exec(['ifquery', '--list'])).split('\n').filter((line) => line === 'eth0').length, 1);
        const { actions } = renderer.render(network);
        const [rule] = actions.flatMap((action) => (action.kind === 'lines' ? action.rules : []));
        const kept = content.split('\n').some((line) => new RegExp(rule?.pattern ?? '').test(line));
        assert.equal(kept, !adds);
      });
    });
  }

  it('and what is otherwise than the model is seen', async () => {
    await inGuest(simplest, async (box, network) => {
      assert.deepEqual(await findDifferences(box, network), ['eth0: absent, or down and without addresses']);
      await box.exec(['ifup', '-a']);
      for (const words of [
        ['route', 'del', 'default'],
        ['route', 'add', '10.9.0.0/16', 'via', '10.20.0.9', 'metric', '5'],
        ['addr', 'add', '10.20.0.99/24', 'dev', 'eth0'],
        ['link', 'set', 'eth0', 'mtu', '1300'],
      ])
        await box.exec(['ip', ...words]);
      assert.deepEqual(await findDifferences(box, network), [
        'eth0: MTU is 1300, expected 1450',
        'eth0: address 10.20.0.99/24 is there unasked',
        'eth0: route 0.0.0.0/0 via 10.20.0.1 is missing',
        'eth0: route 10.9.0.0/16 via 10.20.0.9 metric 5 is there unasked',
      ]);
    });
  });

  async function checkReading(box: Sandbox, network: ResolvedNetwork): Promise<void> {
    const listed = await box.run(['ifquery', '--list']);
    assert.equal(listed.stderr, '');
    const names = usedLinks(network).map(({ name }) => name);
    assert.deepEqual(listed.stdout.trim().split('\n').sort(), ['lo', ...names].sort());
    for (const name of names) {
      const { status, stderr } = await box.run(['ifquery', name]);
      assert.deepEqual([status, stderr], [0, ''], name);
    }
  }

  async function checkDoing(box: Sandbox, network: ResolvedNetwork): Promise<void> {
    const waiting = network.links.filter(needsClient).map(({ name }) => name);
    await bringUp(box, network, waiting);
    assert.deepEqual(await findOtherDifferences(box, network), []);
    // The first boot: everything is there, ifupdown is told so of links that need no client (it keeps a file for each), and does the rest.
    await box.exec(['sh', '-c', 'rm /run/network/ifstate* /root/clients 2>/dev/null || :']);
    const told = usedLinks(network).filter((link) => link.addresses.length > 0 && !waiting.includes(link.name));
    for (const { name } of told) box.writeFile(`/run/network/ifstate.${name}`, `${name}\n`);
    await bringUp(box, network, waiting);
  }

  async function bringUp(box: Sandbox, network: ResolvedNetwork, waiting: readonly string[]): Promise<void> {
    const { status, stderr, stdout } = await box.run(['ifup', '-a']);
    assert.deepEqual([status, stderr], [0, ''], stdout);
    assert.deepEqual(await findDifferences(box, network), []);
    const clients = (box.readFileIfAny('/root/clients') ?? '').split('\n').filter((line) => line !== '');
    assert.deepEqual([...new Set(clients)].sort(), [...waiting].sort());
  }
});
