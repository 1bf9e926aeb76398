// What needs thought in the files for Debian's ifupdown. That ifupdown takes them and does them: test/sandbox/network-ifupdown.test.ts.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Automatic, ResolvedAddress, ResolvedLink, ResolvedRoute } from '../../../core/resolved-network.ts';
import { fileMark } from '../renderer.ts';
import { renderer } from './index.ts';

const origin = { source: 'network_data.json' };

function link(name: string, rest: Partial<ResolvedLink> = {}): ResolvedLink {
  return { name, kind: 'physical', automatic: {}, addresses: [], routes: [], dns: [], origin, ...rest };
}

function address(text: string): ResolvedAddress {
  const [host = '', length] = text.split('/');
  return { family: host.includes(':') ? 6 : 4, address: host, prefixLength: Number(length), origin };
}

function route(text: string, gateway?: string, rest: Partial<ResolvedRoute> = {}): ResolvedRoute {
  const { address: destination, ...subnet } = address(text);
  return { ...subnet, destination, ...(gateway === undefined ? {} : { gateway }), ...rest };
}

const mixed = (automatic: Automatic): ResolvedLink =>
  link('eth0', {
    automatic,
    addresses: [address('10.0.0.5/24'), address('2001:db8::5/64')],
    routes: [route('0.0.0.0/0', '10.0.0.1'), route('::/0', '2001:db8::1')],
  });

function renderFile(...links: ResolvedLink[]): string {
  const [file] = renderer.render({ links }).actions;
  assert.ok(file?.kind === 'file' && typeof file.content === 'string');
  return file.content;
}

/** The lines from the first `iface` line of the link to the next link's. */
function stanzasOf(name: string, content: string): string {
  const blocks = content.split('\n\n').filter((block) => block.includes(`iface ${name} `));
  return blocks.join('\n\n').trim();
}

describe('rendering for ifupdown', () => {
  it('writes a marked file, and nothing where nothing is asked', () => {
    const { actions, problems } = renderer.render({ links: [link('eth0', { addresses: [address('10.0.0.5/24')] })] });
    const [file, line] = actions;
    assert.deepEqual(problems, []);
    assert.deepEqual(file, {
      kind: 'file',
      path: '/etc/network/interfaces.d/50-guest-init',
      mode: 0o644,
      content: `# ${fileMark}\n\nauto eth0\niface eth0 inet static\n    address 10.0.0.5/24\n`,
    });
    assert.deepEqual([line?.kind, line?.path], ['lines', '/etc/network/interfaces']);
    assert.deepEqual(renderer.render({ links: [link('eth0')] }), { actions: [], problems: [] });
  });

  it('gives each address a stanza, and the routes to the last of their family', () => {
    const content = renderFile(
      link('eth0', {
        mtu: 1400,
        addresses: ['10.0.0.5/24', '10.9.0.5/24', '2001:db8::5/64'].map(address),
        routes: [
          route('0.0.0.0/0', '10.0.0.1', { metric: 50 }),
          route('0.0.0.0/0', '10.0.0.2', { metric: 60 }),
          route('10.8.0.0/16', '10.9.0.1'),
          route('10.7.0.0/16'),
          route('::/0', 'fe80::1'),
          route('2001:db8:8::/48', '2001:db8:7::1', { onLink: true, metric: 9 }),
        ],
        dns: ['10.0.0.2', '2001:db8::2'],
      }),
    );
    assert.equal(
      stanzasOf('eth0', content),
      `auto eth0
iface eth0 inet static
    address 10.0.0.5/24
    mtu 1400
    dns-nameservers 10.0.0.2 2001:db8::2

iface eth0 inet static
    address 10.9.0.5/24
    up ip route replace default via 10.0.0.1 dev eth0 metric 50
    up ip route replace default via 10.0.0.2 dev eth0 metric 60
    up ip route replace 10.8.0.0/16 via 10.9.0.1 dev eth0
    up ip route replace 10.7.0.0/16 dev eth0

iface eth0 inet6 static
    address 2001:db8::5/64
    accept_ra 0
    up ip -6 route replace default via fe80::1 dev eth0
    up ip -6 route replace 2001:db8:8::/48 via 2001:db8:7::1 dev eth0 metric 9 onlink`,
    );
  });

  it('sets the MTU of a link with IPv6 only in a stanza of its own: in `inet6` it would be that of IPv6 alone', () => {
    const content = renderFile(link('eth0', { mtu: 1400, addresses: [address('2001:db8::5/64')] }));
    assert.match(content, /^iface eth0 inet manual\n {4}mtu 1400\n\niface eth0 inet6 static\n/m);
  });

  it('takes advertisements where the drive wants them, static addresses or not', () => {
    assert.match(renderFile(link('eth0', { automatic: { ipv6: 'slaac' } })), /^iface eth0 inet6 auto$/m);
    const both = renderFile(link('eth0', { automatic: { ipv6: 'slaac' }, addresses: [address('2001:db8::5/64')] }));
    assert.match(both, /accept_ra 2\n\niface eth0 inet6 auto$/m);
  });

  it('brings links that wait for a server up last, and what is on them', () => {
    const content = renderFile(
      link('eth0', { automatic: { dhcp4: true } }),
      link('eth0.5', { kind: 'vlan', vlan: { parent: 'eth0', id: 5 }, addresses: [address('10.5.0.5/24')] }),
      link('eth1', { addresses: [address('10.0.0.5/24')] }),
      link('eth2', { automatic: { ipv6: 'slaac' } }),
    );
    assert.deepEqual(
      [...content.matchAll(/^auto (\S+)$/gm)].map(([, name]) => name),
      ['eth1', 'eth2', 'eth0', 'eth0.5'],
    );
  });

  it('sets static addresses beside DHCP by commands that can be repeated, and before the client runs', () => {
    assert.equal(
      stanzasOf('eth0', renderFile(mixed({ dhcp4: true }))),
      `auto eth0
iface eth0 inet manual
    up ip addr replace 10.0.0.5/24 broadcast + dev eth0
    up ip route replace default via 10.0.0.1 dev eth0

iface eth0 inet6 manual
    pre-up echo 0 > /proc/sys/net/ipv6/conf/eth0/accept_ra
    up ip addr replace 2001:db8::5/64 dev eth0
    up ip -6 route replace default via 2001:db8::1 dev eth0

iface eth0 inet dhcp`,
    );
  });

  it('sets static IPv6 again behind a DHCPv6 client, which takes it away', () => {
    for (const [ipv6, head] of [
      ['stateful', 'iface eth0 inet6 dhcp'],
      ['stateless', 'iface eth0 inet6 auto\n    dhcp 1'],
    ] as const) {
      const content = renderFile(mixed({ ipv6 }));
      assert.ok(content.endsWith(`\n\n${head}\n    up ip addr replace 2001:db8::5/64 dev eth0\n`), content);
      assert.ok(!content.includes('accept_ra'), content);
    }
  });

  it('leaves routes that need the lease until it is there', () => {
    const content = renderFile(
      link('eth0', { automatic: { dhcp4: true }, routes: [route('10.8.0.0/16', '10.9.0.1', { onLink: true })] }),
    );
    assert.match(content, /inet dhcp\n {4}up ip route replace 10\.8\.0\.0\/16 via 10\.9\.0\.1 dev eth0 onlink\n$/);
  });

  it('makes the VLANs that ifup(8) does not make right by itself', () => {
    const vlan = (name: string, parent: string, id: number): ResolvedLink =>
      link(name, { kind: 'vlan', vlan: { parent, id }, addresses: [address(`10.${id}.0.5/24`)] });
    const content = renderFile(
      link('eth0'),
      vlan('eth0.5', 'eth0', 5),
      vlan('eth0.5.6', 'eth0.5', 6),
      vlan('vlan7', 'eth0', 7),
    );
    assert.equal(stanzasOf('eth0', content), 'auto eth0\niface eth0 inet manual');
    assert.ok(!stanzasOf('eth0.5.6', content).includes('ip link add'));
    assert.match(
      stanzasOf('eth0.5', content),
      /^ {4}up test -d \/sys\/class\/net\/eth0\.5\.6 \|\| ip link add link eth0\.5 name eth0\.5\.6 type vlan id 6$/m,
    );
    assert.match(
      stanzasOf('vlan7', content),
      /^ {4}pre-up test -d \/sys\/class\/net\/vlan7 \|\| ip link add link eth0 name vlan7 type vlan id 7$/m,
    );
  });

  it('makes a bond before it claims its members, and tells of what it cannot say', () => {
    const options = { updelay: '200', miimon: '100', arp_ip_target: '10.0.0.1,x;reboot', primary: 'eth9' };
    const links = [
      link('eth1', { memberOf: 'bond0' }),
      link('eth2', { memberOf: 'bond0' }),
      link('bond0', {
        kind: 'bond',
        mac: '02:00:00:00:00:01',
        bond: { mode: 'active-backup', members: ['eth1', 'eth2'], options },
      }),
    ];
    const content = renderFile(...links);
    assert.match(
      content,
      /^auto bond0\n[\s\S]+^auto eth1\niface eth1 inet manual\n\nauto eth2\niface eth2 inet manual\n$/m,
    );
    assert.match(
      content,
      /echo active-backup > mode && echo 100 > miimon && echo 200 > updelay && echo \+10\.0\.0\.1 > arp_ip_target;/,
    );
    assert.match(content, /^ {4}hwaddress 02:00:00:00:00:01$/m);
    assert.ok(!content.includes('reboot') && !content.includes('primary'));
    assert.deepEqual(renderer.render({ links }).problems, [
      { link: 'bond0', message: 'arp_ip_target: expected IPv4 addresses; one is left out' },
      { link: 'bond0', message: 'primary: eth9 is no member; not set' },
    ]);
  });
});
