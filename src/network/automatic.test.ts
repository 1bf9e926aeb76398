import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LinkFact, NetworkServices } from '../core/facts.ts';
import type { NetworkBackend } from '../core/network-backend.ts';
import { defaultPolicy } from '../core/policy.ts';
import { parseNetworkData } from '../datasources/config-drive/network-data.ts';
import { plainFacts } from '../host/memory.ts';
import { planNetwork } from './plan.ts';

type Guest = {
  readonly up?: boolean;
  readonly backend?: NetworkBackend;
  readonly setting?: 'none';
  readonly services?: Partial<NetworkServices>;
};

const mac = 'fa:16:3e:00:00:05';
const address = { type: 'ipv4', ip_address: '10.0.0.5', netmask: '255.255.255.0' };

/** The diagnostics of one NIC with networks of these types, `ipv4` being a static one, and what the last line says of it. */
function say(types: readonly string[], guest: Guest, more: readonly object[] = []): string[] {
  const links = [{ id: 'tap', type: 'ovs', ethernet_mac_address: mac }, ...more];
  const networks = types.map((type) => ({ link: 'tap', ...(type === 'ipv4' ? address : { type }) }));
  const { network } = parseNetworkData({ links, networks }, { source: 'nd', place: () => ({ line: 1, column: 1 }) });
  const nic: LinkFact = {
    ...{ name: 'eth0', mac, physical: true, ethernet: true, up: guest.up ?? false, addresses: [] },
  };
  const { diagnostics, automaticLinks } = planNetwork({
    network,
    backend: guest.backend,
    facts: {
      ...{ ...plainFacts, links: [nic] },
      networkServices: { ...plainFacts.networkServices, ...guest.services },
    },
    policy: { ...defaultPolicy, network: { ...defaultPolicy.network, backend: guest.setting ?? 'auto' } },
  });
  const said = diagnostics
    .filter(({ message }) => /DHCP|advertisement/.test(message))
    .map(({ severity, code, source, message }) => `${severity} ${code} ${source}: ${message}`);
  return [...said, ...automaticLinks];
}

const service = (name: string, at = 0): string =>
  `note unsupported-key nd networks[${at}]: eth0: ${name} is left to the distribution's network service`;
const unasked = (name: string, reason = 'no network service starts at boot', at = 0): string =>
  `error missing nd networks[${at}]: eth0: ${name}: nothing on this guest asks by DHCP (${reason})`;
const slaac = 'IPv6 by router advertisement';
const kernel = (at = 0): string => `note unsupported-key nd networks[${at}]: eth0: ${slaac} is left to the kernel`;
const down = `error missing nd networks[0]: eth0: ${slaac}: nothing on this guest brings the link up (no network service starts at boot)`;

const cases: [string, readonly string[], Guest, readonly string[]][] = [
  ['DHCP to the service', ['ipv4_dhcp'], { backend: 'ifupdown' }, [service('IPv4 by DHCP'), 'eth0 by DHCP']],
  ['DHCP to cloud-init', ['ipv4_dhcp'], { services: { cloudInit: true } }, [service('IPv4 by DHCP'), 'eth0 by DHCP']],
  ['DHCP to nobody', ['ipv4_dhcp'], {}, [unasked('IPv4 by DHCP')]],
  [
    'DHCP to nobody, as the image says',
    ['ipv4_dhcp'],
    { setting: 'none', services: { networkd: true } },
    [unasked('IPv4 by DHCP', 'network.backend is none')],
  ],
  ['DHCPv6 to nobody, although the link is up', ['ipv6_dhcpv6-stateful'], { up: true }, [unasked('IPv6 by DHCP')]],
  [
    'the address of stateless DHCPv6 to the kernel, the rest to nobody',
    ['ipv6_dhcpv6-stateless'],
    { up: true },
    [unasked('IPv6 by router advertisement and DHCP'), 'eth0 by router advertisement'],
  ],
  [
    'nothing of stateless DHCPv6 to anybody where the link is down',
    ['ipv6_dhcpv6-stateless'],
    {},
    [unasked('IPv6 by router advertisement and DHCP')],
  ],
  [
    'router advertisements to the service',
    ['ipv6_slaac'],
    { backend: 'networkd' },
    [service(slaac), 'eth0 by router advertisement'],
  ],
  [
    'router advertisements to the kernel where the link is up',
    ['ipv6_slaac'],
    { up: true },
    [kernel(), 'eth0 by router advertisement'],
  ],
  ['router advertisements to nobody where the link is down', ['ipv6_slaac'], {}, [down]],
  ['router advertisements to the kernel beside an address', ['ipv4', 'ipv6_slaac'], {}, [kernel(1)]],
  [
    'each kind on its own',
    ['ipv4_dhcp', 'ipv6_slaac'],
    { up: true },
    [unasked('IPv4 by DHCP'), kernel(1), 'eth0 by router advertisement'],
  ],
];

describe('automatic addresses are left', () => {
  for (const [name, types, guest, expected] of cases) it(name, () => assert.deepEqual(say(types, guest), expected));

  it('to the kernel on a link that VLANs bring up', () => {
    const vlan = { id: 'v', type: 'vlan', vlan_link: 'tap', vlan_id: 5, vlan_mac_address: mac };
    assert.deepEqual(say(['ipv6_slaac'], {}, [vlan]), [kernel(), 'eth0 by router advertisement']);
  });
});
