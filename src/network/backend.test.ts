import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NetworkServices } from '../core/facts.ts';
import { noNetworkServices } from '../host/network-services.ts';
import { chooseBackend } from './backend.ts';

const cases: [string, Partial<NetworkServices>, string | undefined][] = [
  ['a guest without any service', {}, undefined],
  ['ifupdown alone', { ifupdown: true }, 'ifupdown'],
  ['networkd beside ifupdown', { ifupdown: true, networkd: true }, 'networkd'],
  ['netplan, which starts networkd', { netplan: true, networkd: true }, 'netplan'],
  ['netplan, which starts NetworkManager', { netplan: true, networkManager: true }, 'netplan'],
  ['NetworkManager beside the old network script', { networkManager: true, sysconfig: true }, 'network-manager'],
  ['NetworkManager beside ifupdown', { networkManager: true, ifupdown: true }, 'network-manager'],
  ['the network script alone', { sysconfig: true }, 'sysconfig'],
  ['wicked', { wicked: true }, 'wicked'],
  ['Alpine', { alpine: true }, 'ifupdown-alpine'],
  ['a guest whose network cloud-init writes', { cloudInit: true, netplan: true }, undefined],
];

describe('chooseBackend', () => {
  for (const [name, services, expected] of cases) {
    it(`takes ${expected ?? 'none'} for ${name}`, () => {
      const choice = chooseBackend({ ...noNetworkServices, ...services }, 'auto');
      assert.equal(choice.backend, expected);
      assert.notEqual(choice.reason, '');
    });
  }

  it('follows the image before what it finds', () => {
    const services = { ...noNetworkServices, ifupdown: true };
    assert.deepEqual(chooseBackend(services, 'networkd'), { backend: 'networkd', reason: 'config: network.backend' });
    assert.equal(chooseBackend(services, 'none').backend, undefined);
  });
});
