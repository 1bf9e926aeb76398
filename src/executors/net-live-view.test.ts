import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LinkFact, LiveRoute } from '../core/facts.ts';
import { createMemoryHost } from '../host/memory.ts';
import { runIpCommands, runNetworkCommand } from './net-commands.ts';
import { closeLiveView, findLiveLink, openLiveView, readLiveRoutes } from './net-live-view.ts';

function nic(name: string, ethernet = true): LinkFact {
  return { name, mac: 'fa:16:3e:00:00:05', physical: ethernet, ethernet, up: false, addresses: [] };
}

function route(link: string, destination: string): LiveRoute {
  return { link, destination, prefixLength: 24, gateway: '0.0.0.0', metric: 0 };
}

/** A host that counts how often its links and routes are read, and whose links come up at each command. */
function countingHost(links: readonly LinkFact[], routes: readonly LiveRoute[] = []) {
  const reads = { links: 0, routes: 0 };
  let isUp = false;
  let now = 0;
  const { host } = createMemoryHost({
    run: () => {
      isUp = true;
      return undefined;
    },
  });
  const counted = {
    ...host,
    monotonic: () => now,
    facts: () => ({
      ...host.facts(),
      get links() {
        reads.links += 1;
        return links.map((link) => ({ ...link, up: isUp }));
      },
      get routes() {
        reads.routes += 1;
        return routes;
      },
    }),
  };
  return { host: counted, reads, pass: (ms: number) => (now += ms) };
}

describe('looks at the live network', () => {
  it('are fresh ones each, unless they are told to share', () => {
    const { host, reads } = countingHost([nic('eth0')]);
    findLiveLink(host, 'eth0');
    findLiveLink(host, 'eth0');
    readLiveRoutes(host, 4);
    readLiveRoutes(host, 4);
    assert.deepEqual(reads, { links: 2, routes: 2 });
    openLiveView(host);
    for (let count = 0; count < 5; count += 1) {
      findLiveLink(host, 'eth0');
      readLiveRoutes(host, 4);
    }
    assert.deepEqual(reads, { links: 3, routes: 3 });
    closeLiveView(host);
    findLiveLink(host, 'eth0');
    assert.equal(reads.links, 4);
  });

  it('share for a moment only', () => {
    const { host, reads, pass } = countingHost([nic('eth0')]);
    openLiveView(host);
    findLiveLink(host, 'eth0');
    pass(900);
    findLiveLink(host, 'eth0');
    assert.equal(reads.links, 1);
    pass(200);
    findLiveLink(host, 'eth0');
    assert.equal(reads.links, 2);
  });

  for (const [name, act] of Object.entries({
    ifconfig: (host) => runNetworkCommand(host, ['ifconfig', 'eth0', '10.0.0.5', 'up']),
    'ifconfig of an alias': (host) => runNetworkCommand(host, ['ifconfig', 'eth0:1', '10.0.0.6', 'up']),
    'ip addr': (host) => runNetworkCommand(host, ['ip', '-4', 'addr', 'add', '10.0.0.5/24', 'dev', 'eth0']),
    'an MTU': (host) => runNetworkCommand(host, ['ip', 'link', 'set', 'dev', 'eth0', 'mtu', '1450', 'up']),
    'ip -batch': (host) =>
      runIpCommands(host, [
        ['addr', 'del', '10.0.0.4/24', 'dev', 'eth0'],
        ['addr', 'add', '10.0.0.5/24', 'dev', 'eth0'],
      ]),
  } satisfies Record<string, (host: Parameters<typeof runNetworkCommand>[0]) => unknown>)) {
    it(`after ${name} see that link anew, and no other`, () => {
      const { host, reads } = countingHost([nic('eth0'), nic('eth1')]);
      openLiveView(host);
      assert.equal(findLiveLink(host, 'eth0')?.up, false);
      act(host);
      findLiveLink(host, 'eth1');
      assert.equal(reads.links, 1);
      assert.equal(findLiveLink(host, 'eth0')?.up, true);
      assert.equal(reads.links, 2);
    });
  }

  it('see all anew after any other command, and where links are on each other', () => {
    const { host, reads } = countingHost([nic('eth0'), nic('eth1')]);
    openLiveView(host);
    findLiveLink(host, 'eth1');
    runNetworkCommand(host, ['ip', 'link', 'add', 'name', 'bond0', 'type', 'bond']);
    findLiveLink(host, 'eth1');
    assert.equal(reads.links, 2);
    const stacked = countingHost([nic('eth0'), nic('eth0.5', false)]);
    openLiveView(stacked.host);
    findLiveLink(stacked.host, 'eth0.5');
    runNetworkCommand(stacked.host, ['ifconfig', 'eth0', 'up']);
    findLiveLink(stacked.host, 'eth0.5');
    assert.equal(stacked.reads.links, 2);
  });

  it('see routes anew, but for a link that had none and has got addresses alone', () => {
    const { host, reads } = countingHost([nic('eth0'), nic('eth1')], [route('eth1', '10.1.0.0')]);
    openLiveView(host);
    readLiveRoutes(host, 4, 'eth0');
    assert.equal(reads.routes, 1);
    runNetworkCommand(host, ['ifconfig', 'eth0', '10.0.0.5', 'up']);
    readLiveRoutes(host, 4, 'eth0');
    assert.equal(reads.routes, 1);
    readLiveRoutes(host, 4, 'eth1');
    assert.equal(reads.routes, 2, 'it had a route');
    runNetworkCommand(host, ['route', 'add', '-net', '10.9.0.0', 'gw', '10.0.0.1', 'dev', 'eth0']);
    readLiveRoutes(host, 4, 'eth0');
    assert.equal(reads.routes, 3, 'it has got a route');
    runNetworkCommand(host, ['route', 'add', 'default', 'gw', '10.0.0.1', 'dev', 'eth0']);
    readLiveRoutes(host, 4);
    assert.equal(reads.routes, 4, 'all links are asked for');
  });
});
