import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyNetwork } from '../core/network-config.ts';
import { SecretData } from '../core/secret.ts';
import { listTemplateNames } from './template-names.ts';

const debian = { id: 'debian', idLike: [], versionId: '12', prettyName: 'Debian GNU/Linux 12 (bookworm)' };
const bare = { id: { ec2: 'i-1' }, publicKeys: [], network: emptyNetwork, files: [] };

test("cloud-init's names, from the drive and the guest", () => {
  const openstack = { uuid: 'u-1', availability_zone: 'nova', meta: { 'a-b': { 'c.d': 1 } } };
  const names = listTemplateNames(
    {
      ...bare,
      id: { uuid: 'u-1' },
      hostname: 'web-1.example.org',
      publicKeys: ['ssh-rsa A'],
      metadata: new SecretData({ openstack, ec2: { 'local-ipv4': '10.0.0.5' } }),
    },
    debian,
  );
  const { v1, ds } = names as { v1: Record<string, unknown>; ds: { meta_data: unknown; ec2_metadata: unknown } };
  assert.deepEqual(
    [v1['instance_id'], v1['local_hostname'], v1['availability_zone'], v1['distro_version'], v1['distro_release']],
    ['u-1', 'web-1', 'nova', '12', 'bookworm'],
  );
  assert.equal(names['instance_id'], 'u-1');
  assert.deepEqual(JSON.parse(JSON.stringify(ds)), {
    meta_data: {
      ...openstack,
      meta: { 'a-b': { 'c.d': 1, c_d: 1 }, a_b: { 'c.d': 1, c_d: 1 } },
      ...{
        'instance-id': 'u-1',
        instance_id: 'u-1',
        'local-hostname': 'web-1.example.org',
        local_hostname: 'web-1.example.org',
      },
    },
    ec2_metadata: { 'local-ipv4': '10.0.0.5', local_ipv4: '10.0.0.5' },
  });
});

test('a drive that says little', () => {
  const names = listTemplateNames(
    { ...bare, metadata: new SecretData({ ec2: { placement: { 'availability-zone': 'az' } } }) },
    debian,
  );
  assert.deepEqual(
    [names['instance_id'], names['local_hostname'], names['availability_zone'], names['region']],
    ['i-1', '', 'az', null],
  );
});
