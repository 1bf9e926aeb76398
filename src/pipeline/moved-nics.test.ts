import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LinkFact } from '../core/facts.ts';
import type { NetworkConfig } from '../core/network-config.ts';
import type { ResolvedNetwork } from '../core/resolved-network.ts';
import { createMemoryHost } from '../host/memory.ts';
import type { InstanceRecord } from '../state/record.ts';
import { findMovedNics, listKnownNics } from './moved-nics.ts';

const five = 'fa:16:3e:00:00:05';
const six = 'fa:16:3e:00:00:06';
const seven = 'fa:16:3e:00:00:07';

/** What has moved on a guest whose NICs are `now`, when they were `nics`. A bond's member shows the bond's address and keeps its own. */
async function findMoved(
  nics: Record<string, string> | undefined,
  now: Record<string, string>,
  { bonded = false, isUndone = false } = {},
) {
  const fact = ([name, mac]: readonly [string, string]): LinkFact => ({
    ...{ name, mac, physical: true, ethernet: true, up: true, addresses: [] },
  });
  const { host } = createMemoryHost({
    files: Object.fromEntries(
      Object.entries(now).flatMap(([name, mac]) => [
        [`/sys/class/net/${name}/address`, `${bonded ? seven : mac}\n`],
        ...(bonded ? [[`/sys/class/net/${name}/bonding_slave/perm_hwaddr`, `${mac.toUpperCase()}\n`]] : []),
      ]),
    ),
    facts: () => ({ links: Object.entries(now).map(fact) }),
  });
  const networkSteps = isUndone ? [] : [{}];
  const record = { networkSteps, ...(nics === undefined ? {} : { nics }) } as unknown as InstanceRecord;
  return findMovedNics(record, { host, limitMs: 0, note: () => {}, stopRequested: () => false });
}

const cases: [name: string, nics: Record<string, string> | undefined, now: Record<string, string>, moved: string[]][] =
  [
    ['all in place', { eth0: five, eth1: six }, { eth0: five, eth1: six }, []],
    ['a record of before, or a drive that names no MAC address', undefined, { eth0: six }, []],
    ['names swapped', { eth0: five, eth1: six }, { eth0: six, eth1: five }, ['eth0', 'eth1']],
    ['one renamed', { eth0: five }, { ens3: five }, ['eth0']],
    ['the first one detached, the second in its place', { eth0: five, eth1: six }, { eth0: six }, ['eth0', 'eth1']],
    ['one detached', { eth0: five, eth1: six }, { eth0: five }, []],
    ['a new one beside it', { eth0: five }, { eth0: five, eth1: six }, []],
    ['a new MAC address, as hypervisors give to a copy', { eth0: five }, { eth0: seven }, []],
    ['none there yet', { eth0: five }, {}, []],
  ];
for (const [name, nics, now, moved] of cases) {
  test(name, async () => assert.deepEqual(await findMoved(nics, now), moved));
}

test('what was undone has no place that it could have moved from', async () => {
  assert.deepEqual(await findMoved({ eth0: five }, { ens3: five }, { isUndone: true }), []);
});

test('a member of a bond is told by the address that it has of its own', async () => {
  assert.deepEqual(await findMoved({ eth0: five, eth1: six }, { eth0: five, eth1: six }, { bonded: true }), []);
  assert.deepEqual(await findMoved({ eth0: five, eth1: six }, { eth0: six, eth1: five }, { bonded: true }), [
    'eth0',
    'eth1',
  ]);
});

test('NICs are known that the drive tells by their MAC address', () => {
  const asked = { links: [{ id: 'a', mac: five }, { id: 'b' }, { id: 'c', mac: seven }] } as unknown as NetworkConfig;
  const network = {
    links: [
      { name: 'eth0', kind: 'physical', mac: five },
      { name: 'eth1', kind: 'physical', mac: six },
      { name: 'bond0', kind: 'bond', mac: seven },
    ],
  } as unknown as ResolvedNetwork;
  assert.deepEqual(listKnownNics(asked, network), { eth0: five });
});
