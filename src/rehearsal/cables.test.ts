import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LinkFact } from '../core/facts.ts';
import type { InstanceConfig } from '../core/instance-config.ts';
import type { AddressConfig, LinkConfig } from '../core/network-config.ts';
import { defaultPolicy } from '../core/policy.ts';
import { createMemoryHost } from '../host/memory.ts';
import { type Cable, planCables } from './cables.ts';

const origin = { source: 'openstack/latest/network_data.json links[0]' };

function link(id: string, mac?: string): LinkConfig {
  return { id, kind: 'physical', origin, ...(mac === undefined ? {} : { mac }) };
}

function address(on: string, text: string, prefixLength: number | undefined, gateway?: string): AddressConfig {
  const family = text.includes(':') ? 6 : 4;
  const route = { family, destination: family === 4 ? '0.0.0.0' : '::', prefixLength: 0, origin } as const;
  return {
    ...{ link: on, family, method: 'static', address: text, dns: [], origin },
    ...(prefixLength === undefined ? {} : { prefixLength }),
    routes: gateway === undefined ? [] : [{ ...route, gateway }],
  };
}

function nic(name: string, mac: string): LinkFact {
  return { name, mac, physical: true, ethernet: true, up: true, addresses: [] };
}

function plan(given: {
  links: LinkConfig[];
  addresses?: AddressConfig[];
  present?: LinkFact[];
  gateway?: string;
}): Promise<readonly Cable[]> {
  const instance: InstanceConfig = {
    ...{ id: { ec2: 'i-0000000a' }, publicKeys: [], files: [] },
    network: { links: given.links, addresses: given.addresses ?? [], dns: [] },
  };
  const { host } = createMemoryHost({ facts: { links: given.present ?? [], commands: { ip: '/usr/sbin/ip' } } });
  return planCables({
    instance,
    host,
    policy: defaultPolicy,
    ...(given.gateway === undefined ? {} : { gateway: given.gateway }),
  });
}

test('an address alone: the far end owns the gateway that the run will guess', async () => {
  const [cable, ...others] = await plan({ links: [link('ec2')], addresses: [address('ec2', '10.0.0.5', undefined)] });
  assert.deepEqual([cable?.name, cable?.farAddresses, cable?.farRoutes, others], ['eth0', ['10.0.0.254/24'], [], []]);
  // Locally administered and unicast.
  assert.match(cable?.mac ?? '', /^02(:[0-9a-f]{2}){5}$/);
});

test('NICs that this machine has keep their names; others get free ones', async () => {
  const cables = await plan({
    links: [link('a', 'fa:16:3e:00:00:0a'), link('b', 'fa:16:3e:00:00:0b'), link('c', 'fa:16:3e:00:00:0c')],
    addresses: [address('b', '10.1.0.5', 16, '10.1.0.1')],
    present: [nic('ens3', 'fa:16:3e:00:00:0b'), nic('eth0', '52:54:00:00:00:01')],
  });
  assert.deepEqual(
    cables.map(({ name, mac, farAddresses }) => [name, mac, farAddresses]),
    [
      ['eth0', 'fa:16:3e:00:00:0a', []],
      ['ens3', 'fa:16:3e:00:00:0b', ['10.1.0.1/16']],
      ['eth1', 'fa:16:3e:00:00:0c', []],
    ],
  );
});

test('a gateway outside the subnet reaches the guest by a route of its own', async () => {
  const cables = await plan({
    links: [link('a', 'fa:16:3e:00:00:0a')],
    addresses: [address('a', '198.51.100.9', 32, '10.255.0.1'), address('a', '2001:db8::5', 64, 'fe80::1')],
  });
  assert.deepEqual(
    cables.map(({ farAddresses, farRoutes }) => [farAddresses, farRoutes]),
    [
      [
        ['10.255.0.1/32', 'fe80::1/128'],
        ['198.51.100.9/32', '2001:db8::5/128'],
      ],
    ],
  );
});

test('a gateway that is given takes the place of the planned one', async () => {
  const links = [link('a', 'fa:16:3e:00:00:0a')];
  const cables = await plan({ links, addresses: [address('a', '10.0.0.5', 24, '10.0.0.254')], gateway: '10.0.0.1' });
  assert.deepEqual(
    cables.map(({ farAddresses }) => farAddresses),
    [['10.0.0.1/24']],
  );
});

test('no NIC is invented beside those that the drive names by MAC address', async () => {
  const cables = await plan({
    links: [link('a', 'fa:16:3e:00:00:0a'), link('ec2')],
    addresses: [address('ec2', '10.0.0.5', 24)],
  });
  assert.deepEqual(
    cables.map(({ mac }) => mac),
    ['fa:16:3e:00:00:0a'],
  );
});

test('a drive without a network still gives the guest a NIC', async () => {
  const cables = await plan({ links: [] });
  assert.deepEqual(
    cables.map(({ name, farAddresses }) => [name, farAddresses]),
    [['eth0', []]],
  );
});
