import assert from 'node:assert/strict';
import { it } from 'node:test';
import { emptyNetwork, type NetworkConfig } from '../core/network-config.ts';
import { defaultPolicy, type Policy } from '../core/policy.ts';
import { plainFacts } from '../host/memory.ts';
import { resolveNetwork } from './resolve.ts';
import { isUnspecified, specifyNetwork } from './unspecified.ts';

const origin = { source: 'network_data.json links[0]' };
const nic = { mac: 'fa:16:3e:00:00:05', physical: true, ethernet: true, up: false, addresses: [] };

function withPolicy(whenUnspecified: Policy['network']['when_unspecified']): Policy {
  return { ...defaultPolicy, network: { ...defaultPolicy.network, when_unspecified: whenUnspecified } };
}

it('kept: nothing is asked for, and that is said', () => {
  const { network, diagnostics } = specifyNetwork({ network: emptyNetwork }, withPolicy('keep'));
  assert.equal(network, emptyNetwork);
  assert.deepEqual(
    diagnostics.map(({ severity, message }) => `${severity} ${message}`),
    ['note says nothing about the network, which stays as it is (config: network.when_unspecified)'],
  );
});

it('dhcp: on the NIC that network.interface names, else on the only one; none is guessed among several', () => {
  const { network, diagnostics } = specifyNetwork({ network: emptyNetwork }, withPolicy('dhcp'));
  assert.match(diagnostics[0]?.message ?? '', /: DHCP \(config: network\.when_unspecified\)$/);
  const resolve = (...names: string[]) => {
    const links = names.map((name, index) => ({ ...nic, name, mac: `fa:16:3e:00:00:0${index}` }));
    const { network: found, missingLinks } = resolveNetwork({
      network,
      facts: { ...plainFacts, links },
      policy: defaultPolicy,
    });
    return [...found.links.map(({ name, automatic }) => `${name} ${JSON.stringify(automatic)}`), ...missingLinks];
  };
  assert.deepEqual(resolve('ens3'), ['ens3 {"dhcp4":true}']);
  assert.deepEqual(resolve('ens3', 'eth0'), ['eth0 {"dhcp4":true}']);
  assert.match(resolve('ens3', 'ens4').join(), /^which NIC is meant by network\.when_unspecified is not said/);
});

it('links without networks are not given DHCP, and a damaged drive is not one that says nothing', () => {
  const bare: NetworkConfig = { ...emptyNetwork, links: [{ id: 'a', kind: 'physical', origin }] };
  const { network, diagnostics } = specifyNetwork({ network: bare }, withPolicy('dhcp'));
  assert.equal(network, bare);
  assert.equal(diagnostics[0]?.message, 'links without a network; the network stays as it is');
  const unknown = { network: emptyNetwork, networkDamage: 'whole' } as const;
  assert.equal(isUnspecified(unknown), false);
  assert.deepEqual(specifyNetwork(unknown, withPolicy('dhcp')), { network: emptyNetwork, diagnostics: [] });
});
