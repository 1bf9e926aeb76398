import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NetVlanAction } from '../core/action.ts';
import type { Applied, ApplyContext } from './executor.ts';
import { netVlan } from './net-vlan.ts';
import { createStackedGuest, type FakeLink, fakeNic } from './testing/stacked-links.ts';

const context: ApplyContext = { commandTimeoutMs: 1000, instanceDirectory: '/', environment: {}, stepId: 's' };
const action: NetVlanAction = { kind: 'netVlan', link: 'eth0.30', parent: 'eth0', vlanId: 30 };
const mac = 'fa:16:3e:00:00:99';
const parent = fakeNic(5, { up: true });
const vlan = (fields: Partial<FakeLink> = {}): FakeLink => ({
  ...fakeNic(5, { up: true, vlan: { parent: 'eth0', id: 30 } }),
  ...fields,
});

type Case = {
  name: string;
  action?: NetVlanAction;
  links: Record<string, FakeLink>;
  changes: string[];
  lines: string[];
  message?: string;
};

const cases: Case[] = [
  {
    name: 'one that is not there',
    links: { eth0: parent },
    changes: ['+ VLAN 30 on eth0 as eth0.30'],
    lines: ['link add link eth0 name eth0.30 type vlan id 30', 'link set dev eth0.30 up'],
  },
  {
    name: 'its own hardware address',
    action: { ...action, mac },
    links: { eth0: parent },
    changes: ['+ VLAN 30 on eth0 as eth0.30'],
    lines: [`link add link eth0 name eth0.30 address ${mac} type vlan id 30`, 'link set dev eth0.30 up'],
  },
  {
    name: 'one that is down and has another hardware address',
    action: { ...action, mac },
    links: { eth0: parent, 'eth0.30': vlan({ up: false }) },
    changes: [`~ eth0.30 address fa:16:3e:00:00:05 -> ${mac}`, '~ eth0.30 up'],
    lines: [`link set dev eth0.30 address ${mac}`, 'link set dev eth0.30 up'],
  },
  {
    name: 'another tag',
    links: { eth0: parent, 'eth0.30': vlan({ vlan: { parent: 'eth0', id: 31 } }) },
    changes: ['~ VLAN 30 on eth0 as eth0.30'],
    lines: ['link del dev eth0.30', 'link add link eth0 name eth0.30 type vlan id 30', 'link set dev eth0.30 up'],
    message: 'eth0.30 was another VLAN',
  },
  {
    name: 'another parent',
    links: { eth0: parent, eth1: parent, 'eth0.30': vlan({ vlan: { parent: 'eth1', id: 30 } }) },
    changes: ['~ VLAN 30 on eth0 as eth0.30'],
    lines: ['link del dev eth0.30', 'link add link eth0 name eth0.30 type vlan id 30', 'link set dev eth0.30 up'],
    message: 'eth0.30 was another VLAN',
  },
];

describe('netVlan', () => {
  for (const { name, links, changes, lines, message, action: wanted = action } of cases) {
    it(`sets ${name}; a second time changes nothing`, () => {
      const guest = createStackedGuest({ links });
      const inspection = netVlan.inspect(wanted, guest.host);
      assert.deepEqual(guest.commands, [], 'inspect runs no command');
      assert.ok(inspection.state === 'differs');
      assert.deepEqual(
        inspection.changes.map(({ op, what }) => `${op} ${what}`),
        changes,
      );
      const applied = netVlan.apply(wanted, guest.host, context) as Applied | undefined;
      assert.deepEqual([guest.lines(), applied?.message], [lines, message]);
      assert.deepEqual(netVlan.inspect(wanted, guest.host), { state: 'same' });
    });
  }

  it('leaves a hardware address alone that nothing is said of', () => {
    const guest = createStackedGuest({ links: { eth0: parent, 'eth0.30': vlan({ mac }) } });
    assert.deepEqual(netVlan.inspect(action, guest.host), { state: 'same' });
  });

  it('refuses router advertisements before it is up', () => {
    const path = '/proc/sys/net/ipv6/conf/eth0.30/accept_ra';
    const seen: string[] = [];
    const guest = createStackedGuest({
      ...{ links: { eth0: parent }, files: { [path]: '1\n' } },
      refuse: (line) => void seen.push(`${line}: ${guest.host.readText(path)?.trim()}`),
    });
    void netVlan.apply({ ...action, refusesAdvertisements: true }, guest.host, context);
    assert.deepEqual(seen, ['link add link eth0 name eth0.30 type vlan id 30: 1', 'link set dev eth0.30 up: 0']);
  });

  it('touches nothing that is no VLAN', () => {
    const guest = createStackedGuest({ links: { eth0: parent, 'eth0.30': fakeNic(6) } });
    assert.equal(netVlan.inspect(action, guest.host).state, 'differs');
    assert.deepEqual(netVlan.apply(action, guest.host, context), { failed: 'eth0.30: something else has this name' });
    assert.deepEqual(guest.commands, []);
  });

  it('names a parent that has gone', () => {
    const guest = createStackedGuest({ links: {} });
    assert.throws(() => netVlan.apply(action, guest.host, context), {
      code: 22,
      message: 'eth0: no such link any more',
    });
  });

  it('fails with exit 20 and the complaint of ip', () => {
    const refuse = (line: string): string | undefined => (line.includes('add') ? 'Operation not supported' : undefined);
    const guest = createStackedGuest({ links: { eth0: parent }, refuse });
    assert.throws(() => netVlan.apply(action, guest.host, context), {
      code: 20,
      message: 'ip exited 2: RTNETLINK answers: Operation not supported',
    });
  });
});
