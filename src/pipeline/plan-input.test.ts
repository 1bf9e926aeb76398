import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InstanceConfig } from '../core/instance-config.ts';
import { emptyNetwork, type NetworkConfig } from '../core/network-config.ts';
import { stages } from '../core/plan.ts';
import { defaultPolicy } from '../core/policy.ts';
import { createMemoryHost, plainFacts } from '../host/memory.ts';
import { planFromInput } from './plan-input.ts';

const bare: InstanceConfig = { id: { ec2: 'i-00000001' }, publicKeys: [], network: emptyNetwork, files: [] };

function plan(instance: Partial<InstanceConfig>, facts = plainFacts) {
  const { host } = createMemoryHost();
  return planFromInput({ instance: { ...bare, ...instance }, host, policy: defaultPolicy, facts });
}

const document = (body: string): Partial<InstanceConfig> => ({
  userData: { bytes: new TextEncoder().encode(body), source: 'openstack/latest/user_data' },
});

test('a drive that only names its instance plans nothing, and says so of the network', async () => {
  const { diagnostics, ...planned } = await plan({});
  assert.deepEqual(
    diagnostics.map(({ severity, message }) => `${severity} ${message}`),
    ['note says nothing about the network, which stays as it is (config: network.when_unspecified)'],
  );
  assert.deepEqual(planned, {
    ...{ steps: [], missingLinks: [], toolReasons: [], automaticLinks: [], network: { links: [] } },
    backend: { backend: undefined, reason: 'no network service starts at boot' },
  });
});

test("the host's own facts count unless others are given", async () => {
  const facts = { ...plainFacts, os: { ...plainFacts.os, id: 'rocky', idLike: ['rhel', 'fedora'] } };
  const { host } = createMemoryHost({ facts });
  const instance = { ...bare, ...document('#cloud-config\ntimezone: Europe/Berlin\n') };
  const own = await planFromInput({ instance, host, policy: defaultPolicy });
  assert.deepEqual(own, await plan(instance, facts));
  assert.notDeepEqual(own.steps, (await plan(instance)).steps);
});

test('early steps come before late ones, ids are unique, needs name earlier steps', async () => {
  const { steps } = await plan({
    ...document(
      '#cloud-config\nruncmd: [a, b]\nwrite_files: [{path: /a, content: x}, {path: /b, content: x, defer: true}]\nbootcmd: [c]\n' +
        'users: [default, {name: ops, ssh_authorized_keys: [ssh-ed25519 AAAA]}]\nhostname: web-1\n',
    ),
    publicKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1 a'],
    files: [{ path: '/etc/x', content: Uint8Array.of(1), source: 'openstack/content/0000' }],
  });
  const order = steps.map(({ stage }) => stages.indexOf(stage));
  assert.deepEqual(order, [...order].sort());
  assert.ok(order.includes(0) && order.includes(1));
  const ids = steps.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const [index, { id, needs = [] }] of steps.entries()) {
    for (const need of needs) assert.ok(ids.indexOf(need) >= 0 && ids.indexOf(need) < index, `${id} needs ${need}`);
  }
});

test('a script is one late step under the name by which people know it', async () => {
  const { steps } = await plan(document('#!/bin/sh\nexit 0\n'));
  assert.deepEqual(
    steps.map(({ id, stage, source, action }) => [id, stage, source, action.kind]),
    [['script/user_data', 'late', 'user_data', 'exec']],
  );
});

test('broken user_data costs user_data alone', async () => {
  const good = await plan({ hostname: 'web-1' });
  const { steps, diagnostics } = await plan({ hostname: 'web-1', ...document('#cloud-config\nruncmd: [\n') });
  assert.deepEqual(steps, good.steps);
  assert.deepEqual(
    diagnostics.map(({ severity, code }) => [severity, code]),
    [
      ['error', 'syntax'],
      ['note', 'missing'],
    ],
  );
});

test('the same input gives the same plan', async () => {
  const input = document('#cloud-config\npassword: S3cr3t\nruncmd: [a]\ngroups: [x]\n');
  assert.deepEqual(await plan(input), await plan(input));
});

test('name servers that user_data says take the place of those of the drive, also when user_data is not read again', async () => {
  const origin = { source: 'network_data.json' };
  const link = { id: 'tap0', kind: 'physical', mac: plainFacts.links[0]?.mac ?? '', origin } as const;
  const place = { link: 'tap0', family: 4, address: '10.0.0.5', prefixLength: 24, routes: [], origin } as const;
  const network: NetworkConfig = {
    ...emptyNetwork,
    links: [link],
    addresses: [{ ...place, method: 'static', dns: ['10.9.9.1'] }],
  };
  const said = document('#cloud-config\nmanage_resolv_conf: true\nresolv_conf: {nameservers: [10.9.9.2]}\n');
  const searched = document('#cloud-config\nmanage_resolv_conf: true\nresolv_conf: {domain: a.example}\n');
  const list = async (instance: Partial<InstanceConfig>, previous: { path: string; step: string }[] = []) => {
    const { host } = createMemoryHost();
    const given = { ...bare, network, ...instance };
    const { steps } = await planFromInput({
      instance: given,
      host,
      policy: defaultPolicy,
      facts: plainFacts,
      previous,
    });
    return steps.map(({ id }) => id).filter((id) => /resolv/.test(id));
  };
  assert.deepEqual(await list({}), ['name_servers/resolv.conf']);
  assert.deepEqual(await list(said), ['resolv_conf']);
  assert.deepEqual(await list(searched), ['name_servers/resolv.conf', 'resolv_conf/search']);
  assert.deepEqual(await list({}, [{ path: '/etc/resolv.conf', step: 'resolv_conf' }]), []);
});
