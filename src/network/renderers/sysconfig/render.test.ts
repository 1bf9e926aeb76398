import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ResolvedLink } from '../../../core/resolved-network.ts';
import { fileMark } from '../renderer.ts';
import { address, describeNic, route } from '../testing/model.ts';
import { renderer } from './index.ts';

/** The files by name, without their first line. */
function renderFiles(...links: ResolvedLink[]): Record<string, string[]> {
  return Object.fromEntries(
    renderer.render({ links }).actions.map((action) => {
      assert.ok(action.kind === 'file' && typeof action.content === 'string' && action.mode === 0o644);
      assert.ok(action.path.startsWith('/etc/sysconfig/network-scripts/'));
      const [mark, ...lines] = action.content.split('\n');
      assert.equal(mark, `# ${fileMark}`);
      assert.equal(lines.pop(), '');
      return [action.path.slice('/etc/sysconfig/network-scripts/'.length), lines];
    }),
  );
}

function problemsOf(...links: ResolvedLink[]): string[] {
  return renderer.render({ links }).problems.map(({ link, message }) => `${link}: ${message}`);
}

const v4 = { addresses: [address('10.0.0.5/24')] };

describe('sysconfig: an ifcfg file', () => {
  it('numbers further addresses of IPv4 and lists those of IPv6', () => {
    const addresses = ['10.0.0.5/24', '2001:db8::5/64', '10.0.1.5/32', '2001:db8::6/64', '10.0.2.5/16', 'fd00::5/48'];
    const lines = renderFiles(describeNic('eth0', { addresses: addresses.map(address) }))['ifcfg-eth0'] ?? [];
    assert.deepEqual(
      lines.filter((line) => /^(IPADDR|PREFIX|IPV6)/.test(line)),
      [
        ...[
          "IPADDR='10.0.0.5'",
          "PREFIX='24'",
          "IPADDR1='10.0.1.5'",
          "PREFIX1='32'",
          "IPADDR2='10.0.2.5'",
          "PREFIX2='16'",
        ],
        ...["IPV6INIT='yes'", "IPV6_AUTOCONF='no'", "IPV6ADDR='2001:db8::5/64'"],
        ...["IPV6ADDR_SECONDARIES='2001:db8::6/64 fd00::5/48'", "IPV6_ROUTE_METRIC='0'"],
      ],
    );
  });

  it('says nothing of IPv6 where the network does not', () => {
    const lines = renderFiles(describeNic('eth0', v4))['ifcfg-eth0'] ?? [];
    assert.ok(lines.every((line) => !line.startsWith('IPV6')));
  });

  it('asks by DHCPv6 for what the network says', () => {
    const wanted = { slaac: [], stateless: ["DHCPV6C='yes'", "DHCPV6C_OPTIONS='-S'"], stateful: ["DHCPV6C='yes'"] };
    for (const [ipv6, dhcp6] of Object.entries(wanted)) {
      const lines = renderFiles(describeNic('eth0', { automatic: { ipv6: ipv6 as 'slaac' } }))['ifcfg-eth0'] ?? [];
      assert.deepEqual(
        lines.filter((line) => line.startsWith('DHCPV6C')),
        dhcp6,
      );
      assert.ok(lines.includes("IPV6_AUTOCONF='yes'"));
      assert.equal(lines.includes("PERSISTENT_DHCLIENT='yes'"), ipv6 !== 'slaac');
    }
  });

  it('says what the network scripts do not: a static address beside a lease', () => {
    const [problem, ...others] = problemsOf(describeNic('eth0', { ...v4, automatic: { dhcp4: true } }));
    assert.match(problem ?? '', /^eth0: the network scripts take only the lease /);
    assert.deepEqual(others, []);
    assert.deepEqual(
      problemsOf(describeNic('eth0', { addresses: [address('2001:db8::5/64')], automatic: { dhcp4: true } })),
      [],
    );
  });

  it('names the servers of all links in each that has any, the first three', () => {
    const links = [
      describeNic('eth0', { ...v4, dns: ['10.0.0.53', '10.0.0.54'] }),
      describeNic('eth1', { addresses: [address('10.1.0.5/24')] }),
      describeNic('eth2', { addresses: [address('10.2.0.5/24')], dns: ['10.2.0.53', '10.0.0.53', '10.2.0.54'] }),
    ];
    const files = renderFiles(...links);
    const servers = (name: string): string[] => files[name]?.filter((line) => line.startsWith('DNS')) ?? [];
    const list = ["DNS1='10.0.0.53'", "DNS2='10.0.0.54'", "DNS3='10.2.0.53'"];
    assert.deepEqual([servers('ifcfg-eth0'), servers('ifcfg-eth1'), servers('ifcfg-eth2')], [list, [], list]);
    assert.deepEqual(problemsOf(...links), ['eth0: name servers 10.2.0.54: an ifcfg file takes 3; not used']);
  });

  it('makes a bond, its member and its VLAN', () => {
    const files = renderFiles(
      describeNic('eth0', { memberOf: 'bond0' }),
      describeNic('bond0', {
        ...{ kind: 'bond', mac: 'fa:16:3e:00:00:09', mtu: 9000 },
        bond: {
          mode: 'balance-xor',
          members: ['eth0'],
          options: { arp_interval: '250', arp_ip_target: '10.0.0.1,10.0.0.2' },
        },
      }),
      describeNic('bond0.7.8', { kind: 'vlan', vlan: { parent: 'bond0.7', id: 8 } }),
    );
    assert.deepEqual(files['ifcfg-eth0']?.slice(-3), ["BOOTPROTO='none'", "MASTER='bond0'", "SLAVE='yes'"]);
    assert.deepEqual(files['ifcfg-bond0']?.slice(4, 8), [
      "BONDING_MASTER='yes'",
      "BONDING_OPTS='mode=balance-xor arp_interval=250 arp_ip_target=10.0.0.1,10.0.0.2'",
      "MACADDR='fa:16:3e:00:00:09'",
      "MTU='9000'",
    ]);
    assert.deepEqual(files['ifcfg-bond0.7.8']?.slice(4, 8), [
      "VLAN='yes'",
      "PHYSDEV='bond0.7'",
      "VID='8'",
      "VLAN_ID='8'",
    ]);
  });
});

describe('sysconfig: route files', () => {
  it('lead to a gateway outside the subnet first, once', () => {
    const routes = [
      route('0.0.0.0/0', { gateway: '172.16.0.1', onLink: true }),
      route('10.8.0.0/16', { gateway: '172.16.0.1', onLink: true, metric: 7 }),
      route('::/0', { gateway: 'fe80::1' }),
      route('2001:db8:8::/48'),
    ];
    const addresses = [address('10.0.0.5/32'), address('2001:db8::5/64')];
    const files = renderFiles(describeNic('eth0', { addresses, routes }));
    assert.deepEqual(files['route-eth0'], [
      '172.16.0.1 dev eth0',
      'default via 172.16.0.1 dev eth0',
      '10.8.0.0/16 via 172.16.0.1 dev eth0 metric 7',
    ]);
    assert.deepEqual(files['route6-eth0'], ['default via fe80::1 dev eth0', '2001:db8:8::/48 dev eth0']);
  });

  it('say the metric where NetworkManager would take that of the lease', () => {
    const routes = [route('10.8.0.0/16', { gateway: '10.0.0.1' }), route('2001:db8:8::/48', { gateway: 'fe80::1' })];
    const files = renderFiles(describeNic('eth0', { routes, automatic: { dhcp4: true, ipv6: 'slaac' } }));
    assert.deepEqual(files['route-eth0'], ['10.8.0.0/16 via 10.0.0.1 dev eth0 metric 0']);
    assert.deepEqual(files['route6-eth0'], ['2001:db8:8::/48 via fe80::1 dev eth0 metric 1024']);
  });
});

describe('sysconfig: words', () => {
  it('stay one word to a shell, whatever a link is called', () => {
    const lines = renderFiles(describeNic("a'$(x)", v4))["ifcfg-a'$(x)"];
    assert.equal(lines?.[0], "DEVICE='a'\\''$(x)'");
  });
});
