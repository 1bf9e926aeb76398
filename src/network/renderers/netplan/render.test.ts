import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ResolvedBond, ResolvedLink } from '../../../core/resolved-network.ts';
import { fileMark } from '../renderer.ts';
import { address, describeNic, route } from '../testing/model.ts';
import { renderer } from './index.ts';

/** The file without its two lines of comment and what every one begins with. */
function renderText(...links: ResolvedLink[]): string {
  const { actions } = renderer.render({ links });
  const [action, ...others] = actions;
  assert.deepEqual(others, []);
  assert.ok(action?.kind === 'file' && typeof action.content === 'string');
  assert.deepEqual([action.path, action.mode], ['/etc/netplan/90-guest-init.yaml', 0o600]);
  const [mark, about, ...lines] = action.content.split('\n');
  assert.equal(mark, `# ${fileMark}`);
  assert.match(about ?? '', /^# The ids of NICs begin with 0-/);
  assert.deepEqual(lines.slice(0, 2), ['network:', '  version: 2']);
  return lines.slice(2).join('\n');
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

describe("netplan's file", () => {
  it('says a static link under an id of its own and restates no default', () => {
    const nic = describeNic('eth0', {
      mtu: 1450,
      addresses: [address('10.0.0.5/24'), address('2001:db8::5/64')],
      routes: [
        route('0.0.0.0/0', { gateway: '172.31.1.1', onLink: true, metric: 0 }),
        route('10.8.0.0/16', { gateway: '10.0.0.2', metric: 7 }),
        route('10.9.0.0/16'),
        route('::/0', { gateway: 'fe80::1' }),
      ],
      dns: ['10.0.0.2', '2001:db8::53'],
    });
    assert.equal(
      renderText(nic),
      `  ethernets:
    "0-eth0":
      match:
        name: "eth0"
      mtu: 1450
      accept-ra: false
      addresses:
        - "10.0.0.5/24"
        - "2001:db8::5/64"
      nameservers:
        addresses:
          - "10.0.0.2"
          - "2001:db8::53"
      routes:
        - to: "0.0.0.0/0"
          via: "172.31.1.1"
          on-link: true
        - to: "10.8.0.0/16"
          via: "10.0.0.2"
          metric: 7
        - to: "10.9.0.0/16"
          scope: "link"
        - to: "::/0"
          via: "fe80::1"
`,
    );
  });

  it('is not there when nothing is asked of any NIC', () => {
    assert.deepEqual(renderer.render({ links: [describeNic('eth0', { mtu: 9000 })] }), { actions: [], problems: [] });
  });

  it('says bonds and VLANs, and aloud what an image could say of the same ids', () => {
    const links = [
      ...bondOf({ miimon: '100', primary: 'eth1', all_slaves_active: '1' }, { mtu: 9000 }),
      describeNic('bond0.7', { kind: 'vlan', vlan: { parent: 'bond0', id: 7 }, addresses: [address('10.0.0.5/24')] }),
      describeNic('vlan8', { kind: 'vlan', vlan: { parent: 'bond0.7', id: 8 }, automatic: { dhcp4: true } }),
    ];
    assert.equal(
      renderText(...links),
      `  ethernets:
    "0-eth0":
      match:
        name: "eth0"
      mtu: 9000
      optional: true
    "0-eth1":
      match:
        name: "eth1"
      mtu: 9000
      optional: true
  bonds:
    "bond0":
      interfaces:
        - "0-eth0"
        - "0-eth1"
      parameters:
        mode: "active-backup"
        mii-monitor-interval: 100
        primary: "0-eth1"
        all-slaves-active: true
      macaddress: "fa:16:3e:00:00:05"
      mtu: 9000
      optional: true
      dhcp4: false
      dhcp6: false
  vlans:
    "bond0.7":
      id: 7
      link: "bond0"
      mtu: 9000
      dhcp4: false
      dhcp6: false
      addresses:
        - "10.0.0.5/24"
    "vlan8":
      id: 8
      link: "bond0.7"
      mtu: 9000
      optional: true
      dhcp4: true
      dhcp6: false
      dhcp4-overrides:
        use-mtu: false
`,
    );
  });

  it('keeps a lease from changing the MTU that the drive says, in both families alike', () => {
    const nic = describeNic('eth0', { automatic: { dhcp4: true, ipv6: 'stateful' } });
    assert.doesNotMatch(renderText(nic), /overrides/);
    const text = renderText({ ...nic, mtu: 1450 });
    for (const family of [4, 6])
      assert.match(text, new RegExp(`\\n      dhcp${family}-overrides:\\n        use-mtu: false\\n`));
  });

  it('takes IPv6 off a link whose MTU it does not fit', () => {
    const small = describeNic('eth0', { mtu: 1279, addresses: [address('10.0.0.5/24')] });
    assert.match(renderText(small), /\n {6}link-local: \[\]\n/);
    assert.doesNotMatch(renderText({ ...small, mtu: 1280 }), /link-local/);
  });

  it('names what netplan cannot say', () => {
    const { problems } = renderer.render({
      links: [
        ...bondOf({ miimon: '100', use_carrier: '0', resend_igmp: '0', num_grat_arp: '0' }),
        describeNic('ib0', {
          mac: '80:00:00:48:fe:80:00:00:00:00:00:00:00:02:c9:03:00:0a:6d:31',
          mtu: 65520,
          addresses: [address('10.0.0.5/24')],
        }),
      ],
    });
    const heads = problems.map(({ link, message }) => `${link} ${message.split(/[: ]/)[0]}`);
    assert.deepEqual(heads.sort(), [
      'bond0 bond_num_grat_arp',
      'bond0 bond_resend_igmp',
      'bond0 bond_use_carrier',
      'ib0 MTU',
    ]);
  });
});
