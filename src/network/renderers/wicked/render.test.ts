import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ResolvedLink } from '../../../core/resolved-network.ts';
import { fileMark } from '../renderer.ts';
import { address, describeNic, route } from '../testing/model.ts';
import { renderer } from './index.ts';

const folder = '/etc/sysconfig/network/';

/** The whole files by name, without their first line. */
function renderFiles(...links: ResolvedLink[]): Record<string, string[]> {
  return Object.fromEntries(
    renderer.render({ links }).actions.flatMap((action) => {
      if (action.kind === 'lines') return [];
      assert.ok(typeof action.content === 'string' && action.mode === 0o644 && action.path.startsWith(folder));
      const [mark, ...lines] = action.content.split('\n');
      assert.equal(mark, `# ${fileMark}`);
      assert.equal(lines.pop(), '');
      return [[action.path.slice(folder.length), lines]];
    }),
  );
}

function problemsOf(...links: ResolvedLink[]): string[] {
  return renderer.render({ links }).problems.map(({ link, message }) => `${link}: ${message}`);
}

const v4 = { addresses: [address('10.0.0.5/24')] };

describe('wicked: an ifcfg file', () => {
  it('begins with how the addresses come about', () => {
    const protocols = [
      [{}, 'static'],
      [{ dhcp4: true }, 'dhcp4'],
      [{ ipv6: 'slaac' }, 'auto6'],
      [{ ipv6: 'stateless' }, 'dhcp6+auto6'],
      [{ dhcp4: true, ipv6: 'stateful' }, 'dhcp4+dhcp6'],
    ] as const;
    for (const [automatic, protocol] of protocols) {
      const lines = renderFiles(describeNic('eth0', { ...v4, automatic }))['ifcfg-eth0'] ?? [];
      assert.deepEqual(lines.slice(0, 3), ["STARTMODE='auto'", `BOOTPROTO='${protocol}'`, "IPADDR='10.0.0.5/24'"]);
      const modes = { stateful: ["DHCLIENT6_MODE='managed'"], stateless: ["DHCLIENT6_MODE='info'"], slaac: [] };
      const ipv6 = 'ipv6' in automatic ? automatic.ipv6 : 'slaac';
      assert.deepEqual(lines.slice(3), modes[ipv6]);
    }
  });

  it('makes a bond, its members and its VLAN', () => {
    const links = [
      describeNic('eth0', { memberOf: 'bond0', mtu: 9000 }),
      describeNic('eth1', { memberOf: 'bond0' }),
      describeNic('bond0', {
        ...{ kind: 'bond', mac: 'fa:16:3e:00:00:09', mtu: 9000 },
        bond: {
          mode: 'active-backup',
          members: ['eth0', 'eth1'],
          options: { miimon: '100', primary: 'eth1', xmit_hash_policy: 'layer3+4', peer_notif_delay: '200' },
        },
      }),
      describeNic('bond0.7', { ...v4, kind: 'vlan', vlan: { parent: 'bond0', id: 7 } }),
    ];
    const files = renderFiles(...links);
    assert.deepEqual(files['ifcfg-eth0'], ["STARTMODE='hotplug'", "BOOTPROTO='none'", "MTU='9000'"]);
    assert.deepEqual(files['ifcfg-bond0'], [
      "STARTMODE='auto'",
      "BOOTPROTO='static'",
      "BONDING_MASTER='yes'",
      "BONDING_MODULE_OPTS='mode=active-backup miimon=100 primary=eth1'",
      "BONDING_SLAVE_0='eth0'",
      "BONDING_SLAVE_1='eth1'",
      "LLADDR='fa:16:3e:00:00:09'",
      "MTU='9000'",
    ]);
    assert.deepEqual(files['ifcfg-bond0.7']?.slice(2), ["ETHERDEVICE='bond0'", "VLAN_ID='7'", "IPADDR='10.0.0.5/24'"]);
    assert.deepEqual(problemsOf(...links), [
      'bond0: bond_xmit_hash_policy layer3+4: not with mode active-backup in this network service; not used',
      'bond0: bond_peer_notif_delay 200: unknown to the network service; not used',
    ]);
  });

  it('leaves out a value that wicked would refuse the bond for', () => {
    const options = { miimon: '100', xmit_hash_policy: 'vlan+srcmac' };
    const link = describeNic('bond0', { kind: 'bond', bond: { mode: 'balance-xor', members: ['eth0'], options } });
    assert.ok(renderFiles(link)['ifcfg-bond0']?.includes("BONDING_MODULE_OPTS='mode=balance-xor miimon=100'"));
    assert.deepEqual(problemsOf(link), [
      'bond0: bond_xmit_hash_policy vlan+srcmac: a value unknown to the network service; not used',
    ]);
  });
});

describe('wicked: an ifroute file', () => {
  it('has the default routes of both families, and the way to a gateway outside the subnet before it', () => {
    const routes = [
      route('0.0.0.0/0', { gateway: '172.16.0.1', onLink: true }),
      route('::/0', { gateway: 'fe80::1', metric: 7 }),
      route('0.0.0.0/0', { metric: 9 }),
      route('2001:db8:8::/48', { gateway: '2001:db8:1::1', onLink: true }),
    ];
    const addresses = [address('10.0.0.5/32'), address('2001:db8::5/64')];
    assert.deepEqual(renderFiles(describeNic('eth0', { addresses, routes }))['ifroute-eth0'], [
      '172.16.0.1/32 - - eth0',
      '2001:db8:1::1/128 - - eth0',
      'default 172.16.0.1 - eth0',
      'default fe80::1 - eth0 metric 7',
      '0.0.0.0/0 - - eth0 metric 9',
      '2001:db8:8::/48 2001:db8:1::1 - eth0',
    ]);
  });
});

describe('wicked: router advertisements', () => {
  it('are refused where IPv6 is static alone, in the form that names with dots need', () => {
    const vlan = { kind: 'vlan', vlan: { parent: 'eth0', id: 7 }, addresses: [address('2001:db8::5/64')] } as const;
    const files = renderFiles(
      describeNic('eth0', v4),
      describeNic('eth0.7', vlan),
      describeNic('eth1', { ...vlan, automatic: { ipv6: 'slaac' } }),
    );
    assert.deepEqual(files['ifsysctl-eth0.7'], [
      'net/ipv6/conf/eth0.7/accept_ra = 0',
      'net/ipv6/conf/eth0.7/autoconf = 0',
    ]);
    assert.deepEqual(
      Object.keys(files).filter((name) => name.startsWith('ifsysctl-')),
      ['ifsysctl-eth0.7'],
    );
  });
});

describe('wicked: name servers', () => {
  it('are one line of the file that the distribution ships', () => {
    const links = [
      describeNic('eth0', { ...v4, dns: ['10.0.0.53', '2001:db8::53'] }),
      describeNic('eth1', { addresses: [address('10.1.0.5/24')], dns: ['10.1.0.53', '10.0.0.53'] }),
    ];
    const action = renderer.render({ links }).actions.at(-1);
    assert.deepEqual(action, {
      kind: 'lines',
      path: '/etc/sysconfig/network/config',
      mode: 0o644,
      rules: [
        {
          pattern: '^\\s*NETCONFIG_DNS_STATIC_SERVERS=',
          line: "NETCONFIG_DNS_STATIC_SERVERS='10.0.0.53 2001:db8::53 10.1.0.53'",
          add: 'end',
        },
      ],
    });
  });

  it('are left as they are where the network has none', () => {
    assert.ok(renderer.render({ links: [describeNic('eth0', v4)] }).actions.every(({ kind }) => kind === 'file'));
  });
});
