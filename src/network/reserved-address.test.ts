import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { NetworkServices } from '../core/facts.ts';
import type { NetworkConfig } from '../core/network-config.ts';
import { defaultPolicy, type Policy } from '../core/policy.ts';
import { plainFacts } from '../host/memory.ts';
import { settleReserved } from './reserved-address.ts';

const origin = { source: 'network_data.json networks[0]' };
const said = { source: 'meta-data.json local-ipv4' };
const network: NetworkConfig = {
  links: [{ id: 'a', kind: 'physical', origin }],
  addresses: [
    {
      ...{ link: 'a', family: 4, method: 'dhcp4', routes: [], dns: ['10.0.0.2'], origin },
      reserved: { address: '10.0.0.5', origin: said },
    },
  ],
  dns: [],
};
const lease = { link: 'a', family: 4, method: 'dhcp4', routes: [], dns: ['10.0.0.2'], origin };
const told = { ...lease, method: 'static', address: '10.0.0.5', origin: said };

function settle(settings: Partial<Policy['network']>, services: Partial<NetworkServices>): unknown {
  const policy = { ...defaultPolicy, network: { ...defaultPolicy.network, ...settings } };
  const facts = { networkServices: { ...plainFacts.networkServices, ...services } };
  return settleReserved(network, { policy, facts }).addresses[0];
}

const cases = [
  ['auto, written down for a service', { backend: 'auto' }, { networkd: true }, lease],
  ['auto, written down for a service by name', { backend: 'netplan' }, {}, lease],
  ['auto, cloud-init at work', { backend: 'none' }, { cloudInit: true }, lease],
  ['auto, not written down', { backend: 'none' }, { networkd: true }, told],
  ['auto, no service', { backend: 'auto' }, {}, told],
  ['lease', { backend: 'none', dhcp_address: 'lease' }, {}, lease],
  ['local-ipv4', { backend: 'auto', dhcp_address: 'local-ipv4' }, { networkd: true }, told],
] as const;

for (const [name, settings, services, expected] of cases) {
  it(`an announced lease whose address is known: ${name}`, () => {
    assert.deepEqual(settle(settings, services), expected);
  });
}

it('a network without such an address stays the very same', () => {
  const plain: NetworkConfig = { ...network, addresses: [] };
  assert.equal(settleReserved(plain, { policy: defaultPolicy, facts: plainFacts }), plain);
});
