import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wireguard } from '../wireguard/index.ts';
import { planDocument } from '../write-files/testing/plan-case.ts';
import { packages } from './index.ts';

const tunnel = 'wireguard: {interfaces: [{name: wg0, content: "[Interface]\\n"}]}\n';

describe('software for another module', () => {
  const first = (body: string, facts = {}): unknown =>
    planDocument(wireguard, body, { neighbours: [packages], facts }).steps[0]?.action;
  const wanted = {
    kind: 'packages',
    manager: 'apt',
    task: 'install',
    packages: [{ name: 'wireguard-tools' }],
    program: 'wg',
  };

  it('is installed by the manager of the guest, from lists that are fetched', () => {
    assert.deepEqual(first(tunnel), { ...wanted, refreshFirst: true });
    assert.deepEqual(first(tunnel, { packageManager: 'dnf' }), { ...wanted, manager: 'dnf', refreshFirst: true });
  });

  for (const key of ['package_update', 'package_upgrade', 'apt_update'])
    it(`from lists that ${key} has fetched`, () => {
      assert.deepEqual(first(`${key}: true\n${tunnel}`), wanted);
      assert.deepEqual(first(`${key}: false\n${tunnel}`), { ...wanted, refreshFirst: true });
    });

  it('is nothing where no manager is known', () => {
    const { steps } = planDocument(wireguard, tunnel, { facts: { packageManager: undefined } as never });
    assert.deepEqual(
      steps.map(({ id, needs }) => [id, needs]),
      [
        ['wireguard/wg0', undefined],
        ['wireguard/wg0/renew', ['wireguard/wg0']],
        ['wireguard/wg0/up', ['wireguard/wg0']],
      ],
    );
  });
});
