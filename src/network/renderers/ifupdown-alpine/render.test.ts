// What needs thought in the file for Alpine: that ifupdown-ng and busybox make the same of it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ResolvedAddress, ResolvedLink, ResolvedRoute } from '../../../core/resolved-network.ts';
import { fileMark } from '../renderer.ts';
import { renderer } from './index.ts';

const origin = { source: 'network_data.json' };
const gateway4: ResolvedRoute = { family: 4, destination: '0.0.0.0', prefixLength: 0, gateway: '10.0.0.1', origin };
const gateway6: ResolvedRoute = { family: 6, destination: '::', prefixLength: 0, gateway: 'fe80::1', origin };

function link(name: string, rest: Partial<ResolvedLink> = {}): ResolvedLink {
  return { name, kind: 'physical', automatic: {}, addresses: [], routes: [], dns: [], origin, ...rest };
}

function address(text: string): ResolvedAddress {
  const [host = '', length] = text.split('/');
  return { family: host.includes(':') ? 6 : 4, address: host, prefixLength: Number(length), origin };
}

function renderFile(...links: ResolvedLink[]): string {
  const [file] = renderer.render({ links }).actions;
  assert.ok(file?.kind === 'file' && typeof file.content === 'string');
  return file.content;
}

describe('rendering for Alpine', () => {
  it('writes the whole file with the loopback, and nothing where nothing is asked', () => {
    const links = [
      link('eth0', {
        mtu: 1400,
        addresses: [address('10.0.0.5/23'), address('2001:db8::5/64')],
        routes: [gateway6, gateway4],
        dns: ['10.0.0.2'],
      }),
    ];
    assert.deepEqual(renderer.render({ links }), {
      actions: [
        {
          kind: 'file',
          path: '/etc/network/interfaces',
          mode: 0o644,
          content: `# ${fileMark}

auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    pre-up echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_ra || true
    address 10.0.0.5
    netmask 255.255.254.0
    mtu 1400
    dns-nameservers 10.0.0.2
    up ip route replace default via 10.0.0.1 dev eth0

iface eth0 inet6 static
    address 2001:db8::5
    netmask 64
    up ip -6 route replace default via fe80::1 dev eth0
`,
        },
      ],
      problems: [],
    });
    assert.deepEqual(renderer.render({ links: [link('eth0')] }), { actions: [], problems: [] });
  });

  it('uses no keyword that one of them does not know, or reads otherwise', () => {
    const content = renderFile(
      link('eth0', { automatic: { ipv6: 'slaac' }, mtu: 1400 }),
      link('eth1', { automatic: { dhcp4: true, ipv6: 'stateful' } }),
      link('vlan7', {
        ...{ kind: 'vlan', vlan: { parent: 'eth0', id: 7 }, mac: '02:00:00:00:00:01' },
        ...{ addresses: [address('10.7.0.5/24')], routes: [gateway4] },
      }),
    );
    assert.doesNotMatch(content, /inet6 (?:auto|dhcp)|hwaddress|gateway|metric|address \S+\//);
    assert.match(content, /^iface eth0 inet manual\n {4}pre-up ip link set dev eth0 mtu 1400 up$/m);
    assert.match(content, /^ {4}pre-up ip link set dev vlan7 address 02:00:00:00:00:01\n {4}requires eth0$/m);
  });

  it('tells that there is no DHCPv6', () => {
    const { problems } = renderer.render({ links: [link('eth0', { automatic: { ipv6: 'stateless' } })] });
    assert.deepEqual(problems, [
      { link: 'eth0', message: 'no DHCPv6; its IPv6 comes from router advertisements only' },
    ]);
  });

  it('sets static addresses behind the DHCP client, which takes them away', () => {
    const addresses = [address('10.0.0.5/24'), address('2001:db8::5/64')];
    const content = renderFile(link('eth0', { automatic: { dhcp4: true }, addresses, routes: [gateway4, gateway6] }));
    assert.ok(
      content.endsWith(`auto eth0
iface eth0 inet dhcp
    pre-up echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_ra || true

iface eth0 inet manual
    up ip addr replace 10.0.0.5/24 broadcast + dev eth0
    up ip addr replace 2001:db8::5/64 dev eth0
    up ip route replace default via 10.0.0.1 dev eth0
    up ip -6 route replace default via fe80::1 dev eth0
`),
      content,
    );
  });

  it('makes bonds and VLANs itself, whatever packages there are', () => {
    const content = renderFile(
      link('eth0', { memberOf: 'bond0' }),
      link('bond0', { kind: 'bond', bond: { mode: '802.3ad', members: ['eth0'], options: { miimon: '100' } } }),
      link('bond0.5', { kind: 'vlan', vlan: { parent: 'bond0', id: 5 }, addresses: [address('10.5.0.5/24')] }),
    );
    assert.match(content, /pre-up ip link set dev bond0 up\n\nauto bond0\.5\n/);
    assert.match(content, /ip link add link bond0 name bond0\.5 type vlan id 5\n {4}address 10\.5\.0\.5\n/);
    assert.doesNotMatch(content, /^ {4}bond-|iface eth0/m);
  });
});
