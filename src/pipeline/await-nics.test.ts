import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LinkFact } from '../core/facts.ts';
import type { NetworkConfig } from '../core/network-config.ts';
import type { Step } from '../core/plan.ts';
import { createMemoryHost, type MemoryNode } from '../host/memory.ts';
import { awaitPlannedNics, awaitRecordedLinks, type NicWait } from './await-nics.ts';

const mac = 'fa:16:3e:00:00:05';
const nic: LinkFact = { name: 'eth0', mac, physical: true, ethernet: true, up: false, addresses: [] };
const veth: LinkFact = { ...nic, name: 'veth1', mac: 'fa:16:3e:00:00:99', physical: false };

/** The drive asks for an address on `macs`; without any it names no NIC. */
function wants(...macs: string[]): NetworkConfig {
  const origin = { source: 'network_data.json' };
  const ids = macs.length === 0 ? [undefined] : macs;
  return {
    links: ids.map((address, index) => ({
      ...{ id: `l${index}`, kind: 'physical', origin },
      ...(address === undefined ? {} : { mac: address }),
    })),
    addresses: ids.map((_, index) => ({
      ...{ link: `l${index}`, family: 4, method: 'static', address: '10.0.0.5', routes: [], origin },
    })),
    dnsServers: [],
  } as unknown as NetworkConfig;
}

const step: Step = {
  ...{ id: 'net/ens3/a', module: 'network', stage: 'early', summary: 'ens3 10.0.0.5/24' },
  action: { kind: 'netAddress', link: 'ens3', family: 4, address: '10.0.0.5', prefixLength: 24, tool: 'iproute2' },
};

type Change = (guest: { put(path: string, text: string): void; remove(path: string): void; links: LinkFact[] }) => void;

/**
 * A guest whose clock goes on 100 ms at each look at it. `changes` happen at those times (ms); `udev: false`: no udev runs.
 * `entry` is udev's entry of link 2.
 */
function boot(given: { links?: LinkFact[]; entry?: string; udev?: boolean; changes?: Record<number, Change> }) {
  const { links = [nic], entry, udev = true, changes = {} } = given;
  const state = { links: [...links] };
  const { host, files } = createMemoryHost({
    files: {
      ...(udev ? { '/run/udev/control': { kind: 'other' } } : {}),
      ...(entry === undefined ? {} : { '/run/udev/data/n2': entry }),
      ...Object.fromEntries(links.map(({ name }, index) => [`/sys/class/net/${name}/ifindex`, `${index + 2}\n`])),
    },
    facts: () => ({ links: state.links }),
  });
  let clock = 0;
  const file = (text: string): MemoryNode => ({
    ...{ kind: 'file', mode: 0o644, uid: 0, gid: 0, content: new TextEncoder().encode(text) },
  });
  const notes: string[] = [];
  const wait: NicWait = {
    host: {
      ...host,
      monotonic: () => {
        clock += 100;
        for (const [at, change] of Object.entries(changes)) {
          if (clock !== Number(at)) continue;
          change({
            put: (path, text) => files.set(path, file(text)),
            remove: (path) => files.delete(path),
            get links() {
              return state.links;
            },
            set links(next) {
              state.links = next;
            },
          });
        }
        return clock;
      },
    },
    limitMs: 1000,
    note: (message) => notes.push(message),
    stopRequested: () => false,
  };
  return { wait, notes, clock: () => clock };
}

const named = 'I:1\nE:ID_NET_NAME=eth0\n';

test('a NIC that is there and named costs no look at the clock', async () => {
  const guest = boot({ entry: named });
  const facts = await awaitPlannedNics(wants(mac), guest.wait);
  assert.deepEqual(facts.links, [nic]);
  assert.deepEqual([guest.notes, guest.clock()], [[], 0]);
});

test('without udev, below --root, or without addresses nothing is waited for', async () => {
  const missing = boot({ links: [], udev: false });
  await awaitPlannedNics(wants(mac), missing.wait);
  await awaitRecordedLinks([step], missing.wait);
  const rooted = boot({ links: [] });
  await awaitPlannedNics(wants(mac), { ...rooted.wait, host: { ...rooted.wait.host, live: false } });
  const unused = boot({ links: [] });
  await awaitPlannedNics({ ...wants(mac), addresses: [] }, unused.wait);
  await awaitRecordedLinks([], unused.wait);
  assert.deepEqual([missing.clock(), rooted.clock(), unused.clock()], [0, 0, 0]);
});

test('a NIC whose driver comes late is waited for; the facts have it', async () => {
  const guest = boot({
    links: [],
    changes: {
      500: (at) => {
        at.links = [nic];
        at.put('/sys/class/net/eth0/ifindex', '2\n');
      },
      700: (at) => at.put('/run/udev/data/n2', named),
    },
  });
  const facts = await awaitPlannedNics(wants(mac), guest.wait);
  assert.deepEqual(facts.links, [nic]);
  assert.deepEqual(guest.notes, [`waiting up to 1 s for NIC ${mac}`, 'waited 0.70 s for udev to name eth0']);
});

test('a NIC that udev is about to rename is planned under its final name', async () => {
  const renamed = { ...nic, name: 'ens3' };
  const guest = boot({
    entry: `${named}E:ID_RENAMING=1\n`,
    changes: {
      300: (at) => {
        at.links = [renamed];
        at.remove('/sys/class/net/eth0/ifindex');
        at.put('/sys/class/net/ens3/ifindex', '2\n');
      },
      400: (at) => at.put('/run/udev/data/n2', named),
    },
  });
  assert.deepEqual((await awaitPlannedNics(wants(mac), guest.wait)).links, [renamed]);
});

test('an entry that udev is still writing does not count', async () => {
  const guest = boot({
    entry: `${named}E:ID_PROCESSING=1\n`,
    changes: { 400: (at) => at.put('/run/udev/data/n2', named) },
  });
  await awaitPlannedNics(wants(mac), guest.wait);
  assert.match(guest.notes.at(-1) ?? '', /^waited 0\.\d0 s for udev to name eth0$/);
});

test('where the drive names no MAC any NIC will do, but not a veth beside hardware that is not ready', async () => {
  await awaitPlannedNics(wants(), boot({ entry: named }).wait);
  const none = boot({ links: [] });
  await awaitPlannedNics(wants(), none.wait);
  assert.match(none.notes.at(-1) ?? '', /for a NIC, in vain$/);
  const beside = boot({ links: [veth, nic] });
  await awaitPlannedNics(wants(), beside.wait);
  assert.match(beside.notes.at(-1) ?? '', /for udev to name eth0, in vain$/);
});

test('a second NIC of the drive is waited for, too', async () => {
  const guest = boot({ entry: named });
  await awaitPlannedNics(wants(mac, 'fa:16:3e:00:00:06'), guest.wait);
  assert.match(guest.notes.at(-1) ?? '', /NIC fa:16:3e:00:00:06, in vain$/);
});

test('the wait ends after its limit, and when the run is to stop', async () => {
  const guest = boot({ links: [] });
  await awaitPlannedNics(wants(mac), guest.wait);
  assert.deepEqual(guest.notes, [`waiting up to 1 s for NIC ${mac}`, `waited 1.0 s for NIC ${mac}, in vain`]);
  const stopped = boot({ links: [] });
  await awaitPlannedNics(wants(mac), { ...stopped.wait, stopRequested: () => true });
  assert.equal(stopped.notes.length, 1);
});

test('a recorded link is waited for by its name', async () => {
  const ready = boot({ links: [{ ...nic, name: 'ens3' }], entry: named });
  await awaitRecordedLinks([step], ready.wait);
  assert.equal(ready.clock(), 0);
  const guest = boot({
    changes: {
      500: (at) => {
        at.put('/sys/class/net/ens3/ifindex', '2\n');
        at.put('/run/udev/data/n2', named);
      },
    },
  });
  await awaitRecordedLinks([step], guest.wait);
  assert.deepEqual(guest.notes, ['waiting up to 1 s for NIC ens3', 'waited 0.50 s for NIC ens3']);
});

test('bonds and VLANs that steps make are not waited for, what is below them is', async () => {
  const net = { module: 'network', stage: 'early', summary: '' } as const;
  const on = (link: string): Step => ({
    ...{ ...net, id: `net/${link}/a` },
    action: { kind: 'netAddress', link, family: 4, address: '10.0.0.5', prefixLength: 24, tool: 'iproute2' },
  });
  const bond: Step = {
    ...{ ...net, id: 'net/bond0/bond' },
    action: { kind: 'netBond', link: 'bond0', members: ['eth0'], mode: '802.3ad', options: {} },
  };
  const vlan = (link: string, parent: string): Step => ({
    ...{ ...net, id: `net/${link}/vlan` },
    action: { kind: 'netVlan', link, parent, vlanId: 30 },
  });
  const ready = boot({ entry: named });
  const own = [bond, vlan('bond0.30', 'bond0'), on('bond0.30'), vlan('eth0.5', 'eth0'), on('eth0.5'), on('eth0')];
  await awaitRecordedLinks(own, ready.wait);
  assert.equal(ready.clock(), 0);
  for (const steps of [
    [{ ...bond, action: { ...bond.action, members: ['eth0', 'eth7'] } } as Step],
    [vlan('v', 'eth7')],
  ]) {
    const guest = boot({ entry: named });
    await awaitRecordedLinks(steps, guest.wait);
    assert.match(guest.notes.at(-1) ?? '', /NIC eth7, in vain$/);
  }
});

test('a NIC below a bond or VLAN that has networks is waited for', async () => {
  const late = 'fa:16:3e:00:00:06';
  const { links, addresses, ...rest } = wants(mac, late);
  const [entry] = addresses;
  const [first, second] = links;
  assert.ok(entry !== undefined && first !== undefined && second !== undefined);
  const origin = { source: 'network_data.json' };
  const bond = { id: 'b', kind: 'bond', members: ['l0', 'l1'], origin } as const;
  const vlan = { id: 'v', kind: 'vlan', parent: 'b', vlanId: 30, origin } as const;
  const asks = (link: string): NetworkConfig => ({
    ...{ ...rest, links: [vlan, bond, first, second], addresses: [{ ...entry, link }] },
  });
  for (const link of ['b', 'v']) {
    const guest = boot({ entry: named });
    await awaitPlannedNics(asks(link), guest.wait);
    assert.match(guest.notes.at(-1) ?? '', new RegExp(`NIC ${late}, in vain$`));
  }
  const alone = boot({ entry: named });
  await awaitPlannedNics(asks('l0'), alone.wait);
  const ring = boot({ entry: named });
  await awaitPlannedNics({ ...asks('v'), links: [{ ...vlan, parent: 'v' }, first] }, ring.wait);
  assert.deepEqual([alone.clock(), ring.clock()], [0, 0]);
});

test('a link that leaves while it is looked at is not there', async () => {
  const guest = boot({ entry: named });
  const { host } = guest.wait;
  const leaving = (path: string): string | undefined => {
    if (path.endsWith('/ifindex')) throw new Error('EINVAL');
    return host.readText(path);
  };
  await awaitRecordedLinks([step], { ...guest.wait, host: { ...host, readText: leaving } });
  assert.match(guest.notes.at(-1) ?? '', /NIC ens3, in vain$/);
});
