import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { NetAdvertisementsAction } from '../core/action.ts';
import { createMemoryHost } from '../host/memory.ts';
import { netAdvertisements, restoreAdvertisements } from './net-advertisements.ts';

const context = { commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: 's' };
const action: NetAdvertisementsAction = { kind: 'netAdvertisements', link: 'bond0.30' };
const path = '/proc/sys/net/ipv6/conf/bond0.30/accept_ra';

describe('router advertisements', () => {
  test('are refused by the switch of the link, once', () => {
    const { host } = createMemoryHost({ files: { [path]: '1\n' } });
    assert.deepEqual(netAdvertisements.inspect(action, host), {
      state: 'differs',
      changes: [{ op: '~', what: 'bond0.30 refuses router advertisements' }],
    });
    void netAdvertisements.apply(action, host, context);
    assert.equal(host.readText(path)?.trim(), '0');
    assert.equal(netAdvertisements.inspect(action, host).state, 'same');
  });

  test('are no matter where the kernel has no IPv6', () => {
    assert.equal(netAdvertisements.inspect(action, createMemoryHost({}).host).state, 'same');
  });

  test('are taken again when the network is put back', () => {
    const { host } = createMemoryHost({ files: { [path]: '0\n' } });
    restoreAdvertisements(host, 'bond0.30', '2');
    assert.equal(host.readText(path)?.trim(), '2');
    restoreAdvertisements(host, 'gone', '2');
  });
});
