import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NetBondAction } from '../core/action.ts';
import type { Applied, ApplyContext } from './executor.ts';
import { netBond } from './net-bond.ts';
import { createStackedGuest, type FakeLink, fakeNic } from './testing/stacked-links.ts';

const context: ApplyContext = { commandTimeoutMs: 1000, instanceDirectory: '/', environment: {}, stepId: 's' };

function bond(fields: Partial<NetBondAction> = {}): NetBondAction {
  return {
    ...{ kind: 'netBond', link: 'bond0', members: ['eth0', 'eth1'], mode: 'active-backup', options: { miimon: '100' } },
    ...fields,
  };
}

const nics = { eth0: fakeNic(5, { up: true, addresses: ['10.0.0.9/24'] }), eth1: fakeNic(6), eth2: fakeNic(7) };

/** The links of a guest that has bond0 already; what is not said is as `bond()` wants it. */
function bonded(fields: { mode?: string; options?: Record<string, string>; members?: string[]; up?: boolean } = {}) {
  const { mode = 'active-backup', options = {}, members = ['eth0', 'eth1'], up = true } = fields;
  const links: Record<string, FakeLink> = structuredClone(nics);
  for (const name of members) links[name] = { ...fakeNic(5), ...links[name], addresses: [], up: true, master: 'bond0' };
  const base = { miimon: '100', ad_select: 'stable', lacp_rate: 'slow', fail_over_mac: 'none', primary: '' };
  const rest = { arp_ip_target: '', arp_interval: '0', lacp_active: 'on', updelay: '0', xmit_hash_policy: 'layer2' };
  return { ...links, bond0: fakeNic(5, { up, bond: { mode, options: { ...base, ...rest, ...options } } }) };
}

function joining(...members: string[]): string[] {
  return members.flatMap((name) => [
    ...[`addr flush dev ${name}`, `link set dev ${name} down`],
    ...[`link set dev ${name} master bond0`, `link set dev ${name} up`],
  ]);
}

type Case = {
  name: string;
  action?: NetBondAction;
  links: Record<string, FakeLink>;
  changes: string[];
  lines: string[];
  sysfs?: Record<string, string>;
  message?: string;
};

const up = 'link set dev bond0 up';
const made = '+ bond bond0 (active-backup) of eth0, eth1';

const cases: Case[] = [
  {
    name: 'one that is not there, with members that are up and have addresses',
    links: nics,
    changes: [made],
    lines: [
      'link add name bond0 address fa:16:3e:00:00:05 type bond mode active-backup miimon 100',
      ...joining('eth0', 'eth1'),
      up,
    ],
  },
  {
    name: 'options and the hardware address',
    action: bond({
      mac: 'fa:16:3e:00:00:99',
      options: { miimon: '50', updelay: '100', peer_notif_delay: '50', primary: 'eth1', primary_reselect: 'better' },
    }),
    links: nics,
    changes: [made],
    lines: [
      'link add name bond0 address fa:16:3e:00:00:99 type bond mode active-backup miimon 50 updelay 100 peer_notify_delay 50 primary eth1 primary_reselect better',
      ...joining('eth0', 'eth1'),
      up,
    ],
  },
  {
    name: 'delays as the kernel rounds them, and the two names of one option',
    action: bond({ options: { miimon: '100', updelay: '250', num_unsol_na: '3' } }),
    links: nics,
    changes: [made],
    lines: [
      'link add name bond0 address fa:16:3e:00:00:05 type bond mode active-backup num_grat_arp 3 miimon 100 updelay 200',
      ...joining('eth0', 'eth1'),
      up,
    ],
  },
  {
    name: 'by sysfs what an older ip has no word for',
    action: bond({ mode: '802.3ad', options: { miimon: '100', lacp_active: 'off', xmit_hash_policy: 'vlan+srcmac' } }),
    links: nics,
    changes: ['+ bond bond0 (802.3ad) of eth0, eth1'],
    lines: [
      'link add name bond0 address fa:16:3e:00:00:05 type bond mode 802.3ad miimon 100',
      ...joining('eth0', 'eth1'),
      up,
    ],
    sysfs: { lacp_active: 'off', xmit_hash_policy: 'vlan+srcmac' },
  },
  {
    name: 'one that is down',
    links: bonded({ up: false }),
    changes: ['~ bond0 up'],
    lines: [up],
  },
  {
    name: 'an option in place',
    links: bonded({ options: { miimon: '500' } }),
    changes: ['~ bond0 miimon 500 -> 100'],
    lines: ['link set dev bond0 type bond miimon 100', up],
  },
  {
    name: 'an option that needs the bond down',
    action: bond({ mode: '802.3ad', options: { lacp_rate: 'fast' } }),
    links: bonded({ mode: '802.3ad' }),
    changes: ['~ bond0 lacp_rate slow -> fast'],
    lines: ['link set dev bond0 down', 'link set dev bond0 type bond lacp_rate fast', up],
  },
  {
    name: 'an option that needs the bond down, by sysfs',
    action: bond({ mode: '802.3ad', options: { lacp_active: 'off' } }),
    links: bonded({ mode: '802.3ad' }),
    changes: ['~ bond0 lacp_active on -> off'],
    lines: ['link set dev bond0 down', up],
    sysfs: { lacp_active: 'off' },
  },
  {
    name: 'an option that needs the bond without members',
    action: bond({ options: { fail_over_mac: 'active' } }),
    links: bonded(),
    changes: ['~ bond0 fail_over_mac none -> active'],
    lines: [
      ...['link set dev eth0 nomaster', 'link set dev eth1 nomaster', 'link set dev bond0 down'],
      ...['link set dev bond0 type bond fail_over_mac active', ...joining('eth0', 'eth1'), up],
    ],
  },
  {
    name: 'another mode',
    links: bonded({ mode: 'balance-rr' }),
    changes: ['~ bond0 mode balance-rr -> active-backup'],
    lines: [
      ...['link set dev eth0 nomaster', 'link set dev eth1 nomaster', 'link set dev bond0 down'],
      ...['link set dev bond0 type bond mode active-backup', ...joining('eth0', 'eth1'), up],
    ],
  },
  {
    name: 'another mode, and the hardware address that is lost with the last member',
    action: bond({ mac: 'fa:16:3e:00:00:05' }),
    links: bonded({ mode: 'balance-rr' }),
    changes: ['~ bond0 mode balance-rr -> active-backup'],
    lines: [
      ...['link set dev eth0 nomaster', 'link set dev eth1 nomaster', 'link set dev bond0 down'],
      ...['link set dev bond0 type bond mode active-backup', 'link set dev bond0 address fa:16:3e:00:00:05'],
      ...[...joining('eth0', 'eth1'), up],
    ],
  },
  {
    name: 'other members',
    links: bonded({ members: ['eth0', 'eth2'] }),
    changes: ['+ eth1 in bond0', '- eth2 in bond0'],
    lines: ['link set dev eth2 nomaster', ...joining('eth1'), up],
  },
  {
    name: 'another hardware address',
    action: bond({ mac: 'fa:16:3e:00:00:99' }),
    links: bonded(),
    changes: ['~ bond0 address fa:16:3e:00:00:05 -> fa:16:3e:00:00:99'],
    lines: ['link set dev bond0 address fa:16:3e:00:00:99', up],
  },
  {
    name: 'the bond that is left when a NIC has gone',
    action: bond({ members: ['eth0', 'eth9'], options: { miimon: '100', primary: 'eth9' } }),
    links: nics,
    changes: ['+ bond bond0 (active-backup) of eth0'],
    lines: [
      'link add name bond0 address fa:16:3e:00:00:05 type bond mode active-backup miimon 100',
      ...joining('eth0'),
      up,
    ],
    message: 'eth9: no such link any more',
  },
];

describe('netBond', () => {
  for (const { name, links, changes, lines, sysfs = {}, message, action = bond() } of cases) {
    it(`sets ${name}; a second time changes nothing`, () => {
      const guest = createStackedGuest({ links });
      const inspection = netBond.inspect(action, guest.host);
      assert.deepEqual(guest.commands, [], 'inspect runs no command');
      assert.ok(inspection.state === 'differs');
      assert.deepEqual(
        inspection.changes.map(({ op, what }) => `${op} ${what}`),
        changes,
      );
      const applied = netBond.apply(action, guest.host, context) as Applied | undefined;
      assert.deepEqual([guest.lines(), applied?.message], [lines, message]);
      const live = guest.links.get('bond0')?.bond?.options ?? {};
      for (const [option, value] of Object.entries(sysfs)) assert.equal(live[option], value);
      assert.deepEqual(netBond.inspect(action, guest.host), { state: 'same' });
    });
  }

  it('does not give the address of an InfiniBand member to the bond', () => {
    const mac = Array.from({ length: 20 }, () => '80').join(':');
    const guest = createStackedGuest({ links: { eth0: fakeNic(5, { mac }), eth1: fakeNic(6) } });
    netBond.apply(bond({ options: {} }), guest.host, context);
    assert.equal(guest.lines()[0], 'link add name bond0 type bond mode active-backup');
  });

  it('empties an option by sysfs', () => {
    const guest = createStackedGuest({
      links: bonded({ options: { primary: 'eth1', arp_ip_target: '10.0.0.1,10.0.0.2' } }),
    });
    netBond.apply(bond({ options: { primary: '', arp_ip_target: '' } }), guest.host, context);
    const { primary, arp_ip_target: targets } = guest.links.get('bond0')?.bond?.options ?? {};
    assert.deepEqual([primary, targets, guest.lines()], ['', '', [up]]);
  });

  it('does not mind the hardware address of a bond that takes that of a member', () => {
    const action = bond({ mac: 'fa:16:3e:00:00:99', options: { fail_over_mac: 'active' } });
    const guest = createStackedGuest({ links: bonded({ options: { fail_over_mac: 'active' } }) });
    assert.deepEqual(netBond.inspect(action, guest.host), { state: 'same' });
  });

  it('refuses router advertisements before a link of it is up', () => {
    const path = '/proc/sys/net/ipv6/conf/bond0/accept_ra';
    const seen: string[] = [];
    const guest = createStackedGuest({
      ...{ links: nics, files: { [path]: '1\n' } },
      refuse: (line) => void (line.endsWith(' up') && seen.push(`${line}: ${guest.host.readText(path)?.trim()}`)),
    });
    void netBond.apply(bond({ refusesAdvertisements: true }), guest.host, context);
    assert.deepEqual(seen, ['link set dev eth0 up: 0', 'link set dev eth1 up: 0', `${up}: 0`]);
  });

  it('loads the module so that it makes no bond0 of its own', () => {
    const guest = createStackedGuest({ links: nics });
    const stat = guest.host.stat;
    const bare = {
      ...guest.host,
      stat: (path: string) => (path.endsWith('/bonding_masters') ? undefined : stat(path)),
    };
    netBond.apply(bond(), bare, context);
    assert.deepEqual(guest.commands[0], { argv: ['/usr/sbin/modprobe', 'bonding', 'max_bonds=0'] });
    assert.equal(guest.links.has('bond0'), true);
  });

  it('takes over a bond0 that the module has made of its own accord', () => {
    const guest = createStackedGuest({ links: nics });
    const run: typeof guest.host.run = (argv, options) => {
      if (!argv[0]?.endsWith('/modprobe')) return guest.host.run(argv, options);
      return guest.host.run(['/usr/sbin/ip', 'link', 'add', 'name', 'bond0', 'type', 'bond'], options);
    };
    const { stat } = guest.host;
    const bare = { ...guest.host, run, stat: (path: string) => (path.endsWith('_masters') ? undefined : stat(path)) };
    netBond.apply(bond(), bare, context);
    assert.deepEqual(netBond.inspect(bond(), guest.host), { state: 'same' });
  });

  it('touches nothing that is no bond, and tries nothing by the ip of busybox', () => {
    const taken = createStackedGuest({ links: { ...nics, bond0: fakeNic(8) } });
    assert.equal(netBond.inspect(bond(), taken.host).state, 'differs');
    assert.deepEqual(netBond.apply(bond(), taken.host, context), { failed: 'bond0: something else has this name' });
    const small = createStackedGuest({ links: nics, files: { '/usr/sbin/ip': { target: '/bin/busybox' } } });
    assert.deepEqual(netBond.apply(bond(), small.host, context), {
      failed: "bond0: busybox's ip makes no bonds; install iproute2",
    });
    assert.deepEqual([taken.commands, small.commands], [[], []]);
  });

  it('names a bond whose members have all gone', () => {
    const guest = createStackedGuest({ links: {} });
    assert.equal(netBond.inspect(bond(), guest.host).state, 'unknown');
    assert.throws(() => netBond.apply(bond(), guest.host, context), {
      code: 22,
      message: 'bond0: none of its members is there any more',
    });
  });

  const failures: [string, string, NetBondAction, string][] = [
    ['ip', 'link add', bond(), 'ip exited 2: RTNETLINK answers: refused'],
    ['a member', 'link set dev eth1 master', bond(), 'ip exited 2: RTNETLINK answers: refused'],
    ['sysfs', 'sysfs', bond({ options: { lacp_active: 'off' } }), 'bond0: lacp_active off: refused'],
  ];
  for (const [name, start, action, message] of failures) {
    it(`fails with exit 20 and the complaint of ${name}`, () => {
      const refuse = (line: string): string | undefined => (line.startsWith(start) ? 'refused' : undefined);
      const guest = createStackedGuest({ links: nics, refuse });
      assert.throws(() => netBond.apply(action, guest.host, context), { code: 20, message });
    });
  }
});
