import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LinkFact, LiveRoute } from '../core/facts.ts';
import { createMemoryHost } from '../host/memory.ts';
import { restoreNetwork, snapshotNetwork } from './network-rollback.ts';

const bare: LinkFact = {
  name: 'eth0',
  mac: 'fa:16:3e:00:00:05',
  physical: true,
  ethernet: true,
  up: false,
  addresses: [],
};
const set: LinkFact = { ...bare, up: true, addresses: [{ family: 4, address: '10.0.0.5', prefixLength: 24 }] };
const gateway: LiveRoute = { link: 'eth0', destination: '0.0.0.0', prefixLength: 0, gateway: '10.0.0.1', metric: 0 };

describe('network rollback', () => {
  it('runs no command for a guest without address and route', () => {
    const { host, commands } = createMemoryHost({ facts: { links: [bare] } });
    const snapshot = snapshotNetwork(host);
    restoreNetwork(snapshot, host);
    assert.deepEqual([commands, snapshot.isDetailed], [[], false]);
  });

  for (const [name, given] of [
    ['an address', { facts: { links: [set] } }],
    ['a route', { facts: { links: [bare], routes: [gateway] } }],
    [
      'an address on a link that is down',
      { facts: { links: [bare] }, files: { '/proc/net/fib_trie': 'Local:\n |-- 10.0.0.9\n    /32 host LOCAL\n' } },
    ],
  ] as const) {
    it(`asks ip where there is ${name}`, () => {
      const { host, commands } = createMemoryHost({
        ...given,
        run: (argv) => ({ stdout: argv.includes('addr') ? '[]' : '' }),
      });
      assert.equal(snapshotNetwork(host).isDetailed, true);
      assert.deepEqual(
        commands.map(({ argv }) => argv.slice(1).join(' ')),
        ['-j addr show', '-4 route show table main'],
      );
    });
  }

  it("falls back to the kernel's files where ip knows no JSON", () => {
    const { host } = createMemoryHost({
      facts: { links: [set] },
      run: () => ({ status: 1, stderr: 'ip: unrecognized option: j' }),
    });
    const snapshot = snapshotNetwork(host);
    assert.deepEqual([snapshot.isDetailed, snapshot.links[0]?.addresses], [false, set.addresses]);
  });

  it('takes back an address and the link, and looks again', () => {
    let link = bare;
    const { host, commands } = createMemoryHost({
      facts: () => ({ links: [link] }),
      run: (argv) => {
        if (argv.at(-1) === 'down') link = bare;
        return undefined;
      },
    });
    const snapshot = snapshotNetwork(host);
    link = set;
    restoreNetwork(snapshot, host);
    assert.deepEqual(
      commands.map(({ argv }) => argv.slice(1).join(' ')),
      ['-4 addr flush dev eth0', 'link set dev eth0 down'],
    );
  });

  it('throws exit 21 and names what is different', () => {
    let link = bare;
    const { host } = createMemoryHost({
      facts: () => ({ links: [link] }),
      run: () => ({ status: 2, stderr: 'Operation not permitted' }),
    });
    const snapshot = snapshotNetwork(host);
    link = set;
    assert.throws(() => restoreNetwork(snapshot, host), {
      code: 21,
      message: 'eth0 up mtu ?: 10.0.0.5/24, was eth0 down mtu ?: no address; ip exited 2: Operation not permitted',
    });
  });

  it('names a lost route', () => {
    let routes = [gateway];
    const { host } = createMemoryHost({ facts: () => ({ links: [set], routes }), which: () => undefined });
    const snapshot = snapshotNetwork(host);
    routes = [];
    assert.throws(() => restoreNetwork(snapshot, host), {
      code: 21,
      message: /^the route 0\.0\.0\.0\/0 via 10\.0\.0\.1 dev eth0 metric 0 is lost/,
    });
  });

  it('does not mind links that came or went', () => {
    let links = [bare];
    const { host } = createMemoryHost({ facts: () => ({ links }) });
    const snapshot = snapshotNetwork(host);
    links = [{ ...bare, name: 'eth7' }];
    restoreNetwork(snapshot, host);
  });
});
