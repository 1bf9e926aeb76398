// What the renderer for Alpine writes, done by the two programs that Alpine has for it, which Debian packages too: every scenario in a
// guest of its own, once by ifupdown-ng and once by busybox with busybox's own ip.

import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { ResolvedLink, ResolvedNetwork } from '../../src/core/resolved-network.ts';
import { renderer } from '../../src/network/renderers/ifupdown-alpine/index.ts';
import { compareHosts, digestHost, type HostDigest } from '../support/host-digest.ts';
import { findKernelLinks } from '../support/kernel-links.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { loadNetworkScenarios, type NetworkScenario } from '../support/network-scenarios.ts';
import { compareStates, expectedState, type NetworkState, readLiveState } from '../support/network-state.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();
const root = 'trixie-alpine';

const kernel = missing === undefined ? findKernelLinks() : { bond: false, vlan: false };

/** In place of a server's answer: nothing, after what udhcpc's default.script does to the link before it asks. */
const silentClient = [
  '#!/bin/sh',
  'while [ $# -gt 0 ]; do [ "$1" = -i ] && link=$2; shift; done',
  'ip -4 addr flush dev "$link"; ip link set "$link" up',
  'echo "$link" >> /root/clients',
].join('\n');

const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

type Program = { readonly name: string; readonly argv: readonly string[]; readonly path: string };

const programs: readonly Program[] = [
  { name: 'ifupdown-ng', argv: ['ifup-ng', '-a'], path: systemPath },
  { name: 'busybox', argv: ['busybox', 'ifup', '-a'], path: `/opt/busybox:${systemPath}` },
];

/** A guest with the scenario's NICs and the rendered file, as before the network is brought up. */
async function inGuest({ facts, resolution }: NetworkScenario, body: (box: Sandbox) => Promise<void>): Promise<void> {
  // A cable has an Ethernet address, whatever the NIC that it stands for has.
  const links = facts.links.map(({ name, mac }, index) => ({
    ...{ name, mac: /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac) ? mac : `02:00:00:00:00:0${index}` },
    gateways: [],
  }));
  const files = { '/usr/sbin/udhcpc': { content: silentClient, mode: 0o755 } };
  await withSandbox({ root, links, files }, async (box) => {
    const applets =
      'mkdir -p /opt/busybox; for a in ip sh grep; do ln -s "$(command -v busybox)" /opt/busybox/$a; done';
    await box.exec(['sh', '-c', `${applets}; ip addr flush dev lo; ip link set lo down`]);
    for (const action of renderer.render(resolution.network).actions) {
      assert.ok(action.kind === 'file');
      box.writeFile(action.path, String(action.content), action.mode);
    }
    await body(box);
  });
}

/** Where the kernel makes no VLANs: a cable by that name, as if it were there already. */
function placeStandIns(box: Sandbox, network: ResolvedNetwork): void {
  for (const { name, vlan } of network.links)
    if (vlan !== undefined && !kernel.vlan) box.addLink({ name, mac: '02:00:00:00:01:01', gateways: [] });
}

function expectState(network: ResolvedNetwork): NetworkState {
  const state = expectedState(network);
  if (kernel.vlan) return state;
  return Object.fromEntries(Object.entries(state).map(([name, { vlan: _, ...rest }]) => [name, rest]));
}

function hasDhcp4({ automatic }: ResolvedLink): boolean {
  return automatic.dhcp4 === true;
}

/** The links that a client was run for. */
function readClients(box: Sandbox): string[] {
  const lines = (box.readFileIfAny('/root/clients') ?? '').split('\n');
  return lines.filter((line) => line !== '').sort();
}

describe('what the Alpine renderer writes', { skip: missing ?? false, concurrency: 4 }, () => {
  let hostBefore: HostDigest;
  before(() => {
    hostBefore = digestHost();
  });
  after(() => {
    assert.deepEqual(compareHosts(hostBefore, digestHost()), []);
    assertNothingLeft();
  });

  for (const scenario of loadNetworkScenarios()) {
    const { network } = scenario.resolution;
    if (renderer.render(network).actions.length === 0) continue;
    for (const program of programs) {
      it(`${scenario.name}: ${program.name} does it, and again`, async (context: TestContext) => {
        if (network.links.some(({ kind }) => kind === 'bond') && !kernel.bond) {
          context.skip('the kernel of this machine makes no bonds');
          return;
        }
        await inGuest(scenario, async (box) => {
          placeStandIns(box, network);
          await bringUp(box, network, program);
          const refusals = network.links.filter(({ automatic, addresses }) => {
            return automatic.ipv6 === undefined && addresses.some(({ family }) => family === 6);
          });
          for (const { name } of refusals)
            assert.equal(await box.exec(['cat', `/proc/sys/net/ipv6/conf/${name}/accept_ra`]), '0\n');
          const waiting = network.links.filter(hasDhcp4).map(({ name }) => name);
          assert.deepEqual(readClients(box), waiting.toSorted());
          // The first boot: everything is there, the program is told so of links that need no client, and does the rest.
          const told = Object.keys(expectedState(network)).filter((name) => !waiting.includes(name));
          box.writeFile('/run/ifstate', ['lo', ...told].map((name) => `${name}=${name}\n`).join(''));
          await bringUp(box, network, program);
          assert.deepEqual(readClients(box), [...waiting, ...waiting].sort());
        });
      });
    }
  }

  async function bringUp(box: Sandbox, network: ResolvedNetwork, { argv, path }: Program): Promise<void> {
    const { status, stderr } = await box.run(argv, { env: { PATH: path } });
    assert.deepEqual([status, stderr.replace(/^ifup: interface \S+ already configured\n/gm, '')], [0, '']);
    const live = await readLiveState((words) => box.exec(words));
    assert.deepEqual(compareStates(expectState(network), live), []);
  }
});
