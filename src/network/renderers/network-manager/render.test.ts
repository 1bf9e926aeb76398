import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ResolvedLink } from '../../../core/resolved-network.ts';
import { fileMark } from '../renderer.ts';
import { address, describeNic, route } from '../testing/model.ts';
import { renderer } from './index.ts';

/** The profiles by link name, without their first lines, which are the same for all. */
function renderProfiles(...links: ResolvedLink[]): Record<string, string[]> {
  const { actions } = renderer.render({ links });
  return Object.fromEntries(
    actions.flatMap((action) => {
      assert.ok(action.kind === 'file' && typeof action.content === 'string' && action.mode === 0o600);
      const name = /^\/etc\/NetworkManager\/system-connections\/guest-init-(.+)\.nmconnection$/.exec(action.path)?.[1];
      if (name === undefined) return [];
      const [mark, ...lines] = action.content.split('\n');
      assert.equal(mark, `# ${fileMark}`);
      return [[name, lines.filter((line) => line !== '')]];
    }),
  );
}

/** The lines of one group. */
function group(lines: readonly string[] | undefined, name: string): string[] {
  const start = lines?.indexOf(`[${name}]`) ?? -1;
  if (lines === undefined || start === -1) return [];
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => line.startsWith('['));
  return end === -1 ? rest : rest.slice(0, end);
}

function problemsOf(...links: ResolvedLink[]): string[] {
  return renderer.render({ links }).problems.map(({ link, message }) => `${link}: ${message}`);
}

const v4 = { addresses: [address('10.0.0.5/24')] };

describe('NetworkManager: the profile', () => {
  it('has one identity for each name, at every rendering', () => {
    const uuids = ['eth0', 'eth1', 'eth10', 'bond0'].map((name) => {
      const [uuid = ''] = group(renderProfiles(describeNic(name, v4))[name], 'connection').filter((line) =>
        /^uuid=/.test(line),
      );
      assert.match(uuid, /^uuid=[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      return uuid;
    });
    assert.equal(new Set(uuids).size, uuids.length);
    // A new rule would leave the old profiles beside the new ones.
    assert.equal(uuids[0], 'uuid=986753f8-1329-87f3-ab4a-2f523e362815');
  });

  it('gives routes the metrics of the kernel, not of the type of device', () => {
    const routes = [
      route('0.0.0.0/0', { gateway: '10.0.0.254' }),
      route('10.8.0.0/16', { gateway: '10.0.0.1', metric: 7 }),
      route('10.9.0.0/16', { metric: 8 }),
      route('10.10.0.0/16'),
    ];
    const { eth0 } = renderProfiles(describeNic('eth0', { ...v4, routes }));
    assert.deepEqual(group(eth0, 'ipv4'), [
      'method=manual',
      'address1=10.0.0.5/24',
      'gateway=10.0.0.254',
      'route1=10.8.0.0/16,10.0.0.1,7',
      'route2=10.9.0.0/16,0.0.0.0,8',
      'route3=10.10.0.0/16',
      'route-metric=0',
    ]);
  });

  it('leaves the metric of a lease alone and gives each static route beside it its own', () => {
    const routes = [route('10.8.0.0/16', { gateway: '10.0.0.1' }), route('2001:db8:8::/48', { gateway: 'fe80::1' })];
    const { eth0 } = renderProfiles(
      describeNic('eth0', { ...v4, routes, automatic: { dhcp4: true, ipv6: 'stateful' } }),
    );
    assert.deepEqual(group(eth0, 'ipv4'), ['method=auto', 'address1=10.0.0.5/24', 'route1=10.8.0.0/16,10.0.0.1,0']);
    assert.deepEqual(group(eth0, 'ipv6'), [
      'method=auto',
      'route1=2001:db8:8::/48,fe80::1,1024',
      'addr-gen-mode=eui64',
    ]);
  });

  it('flags a gateway outside the subnet, and never calls it the gateway', () => {
    const routes = [route('::/0', { gateway: '2001:db8:1::1', onLink: true })];
    const { eth0 } = renderProfiles(describeNic('eth0', { addresses: [address('2001:db8::5/128')], routes }));
    assert.deepEqual(group(eth0, 'ipv6'), [
      'method=manual',
      'address1=2001:db8::5/128',
      'route1=::/0,2001:db8:1::1,1024',
      'route1_options=onlink=true',
      'route-metric=256',
    ]);
    assert.deepEqual(group(eth0, 'ipv4'), ['method=disabled']);
  });

  it('sets IPv6 routes on a link that has nothing but its link-local address', () => {
    const routes = [route('2001:db8:8::/48', { gateway: 'fe80::1' })];
    const { eth0 } = renderProfiles(describeNic('eth0', { ...v4, routes }));
    assert.deepEqual(group(eth0, 'ipv6'), [
      'method=link-local',
      'route1=2001:db8:8::/48,fe80::1,1024',
      'route-metric=256',
    ]);
  });

  it('says so where a route has no family on its link', () => {
    const link = describeNic('eth0', {
      addresses: [address('2001:db8::5/64')],
      routes: [route('10.8.0.0/16', { gateway: '10.0.0.1', metric: 7 })],
    });
    assert.deepEqual(group(renderProfiles(link)['eth0'], 'ipv4'), ['method=disabled']);
    assert.deepEqual(problemsOf(link), [
      'eth0: route to 10.8.0.0/16 via 10.0.0.1 metric 7: the link has no IPv4 address; not written',
    ]);
  });

  it('moves a name server to a link of its family, else says so', () => {
    const servers = { dns: ['10.0.0.53', '2001:db8::53'] };
    const links = [
      describeNic('eth0', { ...v4, ...servers }),
      describeNic('eth1', { addresses: [address('2001:db8::5/64')] }),
    ];
    const { eth0, eth1 } = renderProfiles(...links);
    assert.ok(group(eth0, 'ipv4').includes('dns=10.0.0.53;'));
    assert.deepEqual(group(eth0, 'ipv6'), ['method=ignore']);
    assert.ok(group(eth1, 'ipv6').includes('dns=2001:db8::53;'));
    assert.deepEqual(problemsOf(...links), []);
    assert.deepEqual(problemsOf(describeNic('eth0', { ...v4, ...servers })), [
      'eth0: name server 2001:db8::53: no link has IPv6; not used',
    ]);
  });

  it('makes a bond and its VLAN in the words of old and new releases', () => {
    const options = { miimon: '100', lacp_active: 'on', lacp_rate: 'fast', xmit_hash_policy: 'vlan+srcmac' };
    const links = [
      describeNic('eth0', { memberOf: 'bond0', mtu: 9000 }),
      describeNic('bond0', {
        ...{ kind: 'bond', mac: 'fa:16:3e:00:00:09', mtu: 9000 },
        bond: { mode: '802.3ad', members: ['eth0'], options },
      }),
      describeNic('bond0.7', { ...v4, kind: 'vlan', mac: 'fa:16:3e:00:00:0a', vlan: { parent: 'bond0', id: 7 } }),
    ];
    const profiles = renderProfiles(...links);
    const member = group(profiles['eth0'], 'connection');
    assert.deepEqual(member.slice(-2), ['master=bond0', 'slave-type=bond']);
    assert.deepEqual(group(profiles['eth0'], 'ipv4'), []);
    assert.deepEqual(group(profiles['bond0'], 'bond'), ['mode=802.3ad', 'miimon=100', 'lacp_rate=fast']);
    assert.deepEqual(group(profiles['bond0'], 'ethernet'), ['cloned-mac-address=fa:16:3e:00:00:09', 'mtu=9000']);
    assert.deepEqual(group(profiles['bond0'], 'ipv4'), ['method=disabled']);
    assert.deepEqual(group(profiles['bond0.7'], 'vlan'), ['id=7', 'parent=bond0']);
    assert.deepEqual(problemsOf(...links), [
      'bond0: bond_lacp_active on: unknown to the network service; not used',
      'bond0: bond_xmit_hash_policy vlan+srcmac: a value unknown to the network service; not used',
    ]);
  });

  it('takes InfiniBand for what it is', () => {
    const mac = '80:00:00:48:fe:80:00:00:00:00:00:00:00:02:c9:03:00:0a:6d:31';
    const { ib0, ib1 } = renderProfiles(
      describeNic('ib0', { ...v4, mac, mtu: 2044 }),
      describeNic('ib1', { ...v4, mac, mtu: 65520 }),
    );
    assert.ok(ib0?.includes('type=infiniband'));
    assert.deepEqual(group(ib0, 'infiniband'), ['mtu=2044', 'transport-mode=datagram']);
    assert.deepEqual(group(ib1, 'infiniband'), ['mtu=65520', 'transport-mode=connected']);
  });
});

describe('NetworkManager: its settings', () => {
  it('name the links of the profiles alone', () => {
    const { actions } = renderer.render({
      links: [describeNic('eth0', v4), describeNic('eth1'), describeNic('eth2', { automatic: { dhcp4: true } })],
    });
    const settings = actions.find(({ path }) => path === '/etc/NetworkManager/conf.d/50-guest-init.conf');
    assert.ok(settings?.kind === 'file');
    assert.deepEqual(String(settings.content).split('\n').slice(1), [
      '[device-guest-init]',
      'match-device=interface-name:=eth0;interface-name:=eth2',
      'keep-configuration=no',
      '',
    ]);
    assert.equal(actions.length, 3);
  });

  it('are not written where there is no profile', () => {
    assert.deepEqual(renderer.render({ links: [describeNic('eth0')] }).actions, []);
  });
});
