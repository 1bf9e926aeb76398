import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ResolvedBond, ResolvedLink } from '../../../core/resolved-network.ts';
import { fileMark } from '../renderer.ts';
import { address, describeNic, route } from '../testing/model.ts';
import { renderer } from './index.ts';

function renderFiles(...links: ResolvedLink[]): Record<string, string> {
  const files: Record<string, string> = {};
  for (const action of renderer.render({ links }).actions) {
    assert.ok(action.kind === 'file' && typeof action.content === 'string');
    assert.equal(action.mode, 0o644);
    assert.ok(action.content.startsWith(`# ${fileMark}\n[`));
    files[action.path.replace('/etc/systemd/network/05-guest-init-', '')] = action.content.replace(
      `# ${fileMark}\n`,
      '',
    );
  }
  return files;
}

function bondOf(options: ResolvedBond['options'], more: Partial<ResolvedLink> = {}): ResolvedLink[] {
  return [
    describeNic('eth0', { mac: 'fa:16:3e:00:00:05', memberOf: 'bond0' }),
    describeNic('eth1', { mac: 'fa:16:3e:00:00:06', memberOf: 'bond0' }),
    describeNic('bond0', {
      kind: 'bond',
      bond: { mode: 'active-backup', members: ['eth0', 'eth1'], options },
      ...more,
    }),
  ];
}

describe('files of systemd-networkd', () => {
  it('say a static link and restate no default', () => {
    const files = renderFiles(
      describeNic('eth0', {
        mtu: 1450,
        addresses: [address('10.0.0.5/24'), address('2001:db8::5/64')],
        routes: [
          route('0.0.0.0/0', { gateway: '10.0.0.1', metric: 0 }),
          route('10.8.0.0/16', { gateway: '10.0.0.2', metric: 7 }),
          route('10.9.0.0/16'),
          route('::/0', { gateway: 'fe80::1' }),
          route('2001:db8:9::/48'),
        ],
        dns: ['10.0.0.2', '2001:db8::53'],
      }),
    );
    assert.deepEqual(files, {
      'eth0.network': `[Match]
Name=eth0

[Link]
MTUBytes=1450

[Network]
IPv6AcceptRA=no
Address=10.0.0.5/24
Address=2001:db8::5/64
DNS=10.0.0.2
DNS=2001:db8::53

[Route]
Destination=0.0.0.0/0
Gateway=10.0.0.1

[Route]
Destination=10.8.0.0/16
Gateway=10.0.0.2
Metric=7

[Route]
Destination=10.9.0.0/16
Scope=link

[Route]
Destination=::/0
Gateway=fe80::1

[Route]
Destination=2001:db8:9::/48
`,
    });
  });

  it('say nothing of IPv6 where the network does not', () => {
    assert.doesNotMatch(
      renderFiles(describeNic('eth0', { addresses: [address('10.0.0.5/24')] }))['eth0.network'] ?? '',
      /IPv6/,
    );
  });

  it('leave a NIC alone that nothing is asked of', () => {
    assert.deepEqual(renderFiles(describeNic('eth0', { mtu: 9000 })), {});
  });

  it('tell a gateway outside the subnets, or of a lease yet to come, from one inside', () => {
    const gateways = ['10.0.0.1', '172.31.1.1'].map((gateway) => route('192.0.2.0/24', { gateway }));
    const [, inside, outside] = (
      renderFiles(describeNic('eth0', { addresses: [address('10.0.0.5/24')], routes: gateways }))['eth0.network'] ?? ''
    ).split('[Route]');
    assert.doesNotMatch(inside ?? '', /OnLink/);
    assert.match(outside ?? '', /\nGatewayOnLink=yes\n/);
    const leased = describeNic('eth0', {
      automatic: { dhcp4: true },
      routes: [route('192.0.2.0/24', { gateway: '10.0.0.1' })],
    });
    assert.match(renderFiles(leased)['eth0.network'] ?? '', /\nGatewayOnLink=yes\n/);
  });

  it('ask for leases and advertisements by kind', () => {
    const ask = (automatic: ResolvedLink['automatic']): string[] =>
      (renderFiles(describeNic('eth0', { automatic }))['eth0.network'] ?? '').split('\n').slice(4, -1);
    assert.deepEqual(ask({ dhcp4: true }), ['DHCP=ipv4']);
    assert.deepEqual(ask({ ipv6: 'slaac' }), ['IPv6AcceptRA=yes']);
    assert.deepEqual(ask({ dhcp4: true, ipv6: 'stateless' }), ['DHCP=ipv4', 'IPv6AcceptRA=yes']);
    assert.deepEqual(ask({ ipv6: 'stateful' }), ['DHCP=ipv6', 'IPv6AcceptRA=yes']);
    assert.deepEqual(ask({ dhcp4: true, ipv6: 'stateful' }), ['DHCP=yes', 'IPv6AcceptRA=yes']);
  });

  it('take IPv6 off a link whose MTU it does not fit, which networkd would raise', () => {
    const small = describeNic('eth0', { mtu: 1279, addresses: [address('10.0.0.5/24')] });
    assert.match(renderFiles(small)['eth0.network'] ?? '', /\nLinkLocalAddressing=no\n/);
    assert.doesNotMatch(renderFiles({ ...small, mtu: 1280 })['eth0.network'] ?? '', /LinkLocal/);
  });

  it('make bonds: times with their unit, the primary in its own file, the first MAC address as the kernel has it', () => {
    const options = {
      arp_interval: '250',
      arp_ip_target: '10.0.0.1,10.0.0.2',
      primary: 'eth1',
      fail_over_mac: 'follow',
    };
    const files = renderFiles(...bondOf(options, { mtu: 9000, addresses: [address('10.0.0.5/24')] }));
    assert.equal(
      files['bond0.netdev'],
      `[NetDev]
Name=bond0
Kind=bond
MACAddress=fa:16:3e:00:00:05

[Bond]
Mode=active-backup
ARPIntervalSec=250ms
ARPIPTargets=10.0.0.1 10.0.0.2
FailOverMACPolicy=follow
`,
    );
    assert.match(files['bond0.network'] ?? '', /\n\[Network\]\nIgnoreCarrierLoss=yes\nAddress=/);
    const member = (name: string, more: string): string =>
      `[Match]\nName=${name}\n\n[Link]\nMTUBytes=9000\nRequiredForOnline=no\n\n[Network]\nBond=bond0\n${more}`;
    assert.equal(files['eth0.network'], member('eth0', ''));
    assert.equal(files['eth1.network'], member('eth1', 'PrimarySlave=yes\n'));
    assert.deepEqual(Object.keys(files), ['eth0.network', 'eth1.network', 'bond0.netdev', 'bond0.network']);
  });

  it('prefer the MAC address that the drive gives the bond', () => {
    const files = renderFiles(...bondOf({ miimon: '100' }, { mac: 'fa:16:3e:00:00:99' }));
    assert.match(files['bond0.netdev'] ?? '', /\nMACAddress=fa:16:3e:00:00:99\n/);
  });

  it('name the bond options that networkd cannot say', () => {
    const options = { miimon: '100', use_carrier: '0', lp_interval: '5', xmit_hash_policy: 'vlan+srcmac' };
    const { problems } = renderer.render({ links: bondOf(options) });
    assert.deepEqual(
      problems.map(({ link, message }) => [link, message.split(/[: ]/)[0]]),
      [
        ['bond0', 'bond_use_carrier'],
        ['bond0', 'bond_lp_interval'],
        ['bond0', 'bond_xmit_hash_policy'],
      ],
    );
  });

  it('make VLANs, on VLANs too, with the MTU that they take over', () => {
    const files = renderFiles(
      describeNic('eth0', { mtu: 9000 }),
      describeNic('eth0.7', { kind: 'vlan', vlan: { parent: 'eth0', id: 7 }, mac: 'fa:16:3e:00:00:07' }),
      describeNic('eth0.7.8', { kind: 'vlan', vlan: { parent: 'eth0.7', id: 8 }, addresses: [address('10.0.0.5/24')] }),
    );
    assert.equal(
      files['eth0.7.netdev'],
      '[NetDev]\nName=eth0.7\nKind=vlan\nMACAddress=fa:16:3e:00:00:07\n\n[VLAN]\nId=7\n',
    );
    assert.match(files['eth0.network'] ?? '', /\n\[Network\]\nVLAN=eth0\.7\n$/);
    assert.match(
      files['eth0.7.network'] ?? '',
      /\nMTUBytes=9000\nRequiredForOnline=no\n\n\[Network\]\nVLAN=eth0\.7\.8\n$/,
    );
    assert.match(files['eth0.7.8.network'] ?? '', /\nMTUBytes=9000\n\n\[Network\]\nAddress/);
  });

  it('wait for a lease at boot only where the guest is online by nothing else', () => {
    const leased = describeNic('eth1', { automatic: { dhcp4: true } });
    assert.doesNotMatch(renderFiles(leased)['eth1.network'] ?? '', /RequiredForOnline/);
    const fixed = describeNic('eth0', { addresses: [address('10.0.0.5/24')] });
    assert.match(renderFiles(fixed, leased)['eth1.network'] ?? '', /\n\[Link\]\nRequiredForOnline=no\n/);
  });

  it('switch InfiniBand to connected mode for a large MTU', () => {
    const nic = describeNic('ib0', {
      mac: '80:00:00:48:fe:80:00:00:00:00:00:00:00:02:c9:03:00:0a:6d:31',
      addresses: [address('10.0.0.5/24')],
    });
    assert.match(renderFiles({ ...nic, mtu: 65520 })['ib0.network'] ?? '', /\n\[IPoIB\]\nMode=connected\n/);
    assert.doesNotMatch(renderFiles({ ...nic, mtu: 2044 })['ib0.network'] ?? '', /IPoIB/);
  });
});
