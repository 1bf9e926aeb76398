import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentError, exitCodes } from '../core/error.ts';
import type { InstanceConfig } from '../core/instance-config.ts';
import { emptyNetwork } from '../core/network-config.ts';
import { createMemoryHost, type MemoryFile, plainFacts } from '../host/memory.ts';
import { findCloudInitRole, handOver, hasCloudInitEnded, leaveConsumed, replaceCloudInit } from './cloud-init.ts';
import type { PlannedInstance } from './plan.ts';
import { makeStep } from './testing/apply-run.ts';

const enabled = { '/run/cloud-init/enabled': '' };
const wanted = { '/etc/systemd/system/cloud-init.target.wants/cloud-final.service': { target: '/lib/x' } };
const hook = '/usr/lib/guest-init/cloud-init-hook';
const link = '/var/lib/cloud/scripts/per-instance/50-guest-init';
const base = { '/run/guest-init': { kind: 'directory' }, '/var/lib': { kind: 'directory' }, [hook]: '' } as const;

const roles: readonly [name: string, files: Readonly<Record<string, MemoryFile>>, role: string | undefined][] = [
  ['not installed, or switched off', wanted, undefined],
  ['enabled', { ...enabled, ...wanted }, 'in charge'],
  ['enabled, and the image brings the wish for it', { ...enabled, ...under('/usr/lib/systemd/system') }, 'in charge'],
  ['enabled, and no unit asks for its final stage', enabled, undefined],
  ['enabled, and replaced', { ...enabled, ...wanted, '/run/guest-init/replaces-cloud-init': '' }, 'replaced'],
  [
    'enabled, and its final stage is masked',
    { ...enabled, ...wanted, '/etc/systemd/system/cloud-final.service': { target: '/dev/null' } },
    undefined,
  ],
];

function under(folder: string): Record<string, MemoryFile> {
  const wants = `${folder}/multi-user.target.wants`;
  return {
    [folder]: { kind: 'directory' },
    [wants]: { kind: 'directory' },
    [`${wants}/cloud-final.service`]: { target: '../cloud-final.service' },
  };
}

for (const [name, files, role] of roles) {
  test(`cloud-init: ${name}: ${role ?? 'off'}`, () => {
    assert.equal(findCloudInitRole(createMemoryHost({ files: { ...base, ...files } }).host), role);
  });
}

test('cloud-init: an unpacked root has none', () => {
  assert.equal(findCloudInitRole(createMemoryHost({ files: { ...enabled, ...wanted }, live: false }).host), undefined);
});

test('cloud-init: replacing it is seen at once, its end by its result', () => {
  const { host } = createMemoryHost({ files: { ...base, ...enabled, ...wanted } });
  replaceCloudInit(host);
  assert.equal(findCloudInitRole(host), 'replaced');
  assert.equal(hasCloudInitEnded(host), false);
  assert.equal(hasCloudInitEnded(createMemoryHost({ files: { '/run/cloud-init/result.json': '{}' } }).host), true);
});

test('handing over makes the link and its folders, and leaves them the next time', () => {
  const { host, files } = createMemoryHost({ files: base });
  assert.equal(handOver(host).exitCode, exitCodes.ok);
  assert.equal(files.get(link)?.target, hook);
  const { mode, uid } = files.get('/var/lib/cloud/scripts/per-instance') ?? {};
  assert.deepEqual({ mode, uid }, { mode: 0o755, uid: 0 });
  const before = JSON.stringify([...files]);
  assert.match(handOver(host).message, /in charge; guest-init runs as its per-instance script/);
  assert.equal(JSON.stringify([...files]), before);
});

for (const [name, file] of Object.entries({
  'a file': 'echo mine',
  'a link to elsewhere': { target: '/usr/local/bin/mine' },
  'a folder': { kind: 'directory' },
} satisfies Record<string, MemoryFile>)) {
  test(`handing over leaves ${name} in the place of the link`, () => {
    const { host, files } = createMemoryHost({ files: { ...base, [link]: file } });
    const before = JSON.stringify([...files]);
    const verdict = handOver(host);
    assert.equal(verdict.exitCode, exitCodes.ok);
    assert.match(verdict.message, /is not guest-init's and stays as it is/);
    assert.equal(JSON.stringify([...files]), before);
  });
}

test('handing over to a hook that is not there is degraded; where no link can be made, exit 30', () => {
  const { [hook]: _, ...rest } = base;
  assert.equal(handOver(createMemoryHost({ files: rest }).host).exitCode, exitCodes.degraded);
  assert.throws(
    () => handOver(createMemoryHost({ files: { [hook]: '' } }).host),
    (error) =>
      error instanceof AgentError &&
      error.code === exitCodes.stateUnwritable &&
      /\/var\/lib\/cloud/.test(error.message),
  );
});

const userData = { bytes: new TextEncoder().encode('#cloud-config\n'), source: 'openstack/latest/user_data' };
const instance: InstanceConfig = {
  id: { uuid: 'u-1', ec2: 'i-1' },
  publicKeys: [],
  network: emptyNetwork,
  files: [],
  userData,
};
const { userData: _none, ...bare } = instance;

const stored = (file: MemoryFile, id = 'u-1'): Record<string, MemoryFile> => ({
  '/var/lib/cloud/instance': { target: `/var/lib/cloud/instances/${id}` },
  [`/var/lib/cloud/instances/${id}/user-data.txt`]: file,
  // The host in memory does not resolve links above the last part.
  '/var/lib/cloud/instance/user-data.txt': file,
});
const same = { content: userData.bytes, mode: 0o600 };

const consumption: readonly [
  name: string,
  files: Record<string, MemoryFile>,
  role: 'in charge' | 'replaced',
  left: boolean,
][] = [
  ['the same bytes', stored(same), 'in charge', true],
  ['the same bytes from a datasource with another id', stored(same, 'iid-seed'), 'in charge', true],
  ['other bytes', stored({ ...same, content: '#cloud-confiG\n' }), 'in charge', false],
  ['more bytes', stored({ ...same, content: '#cloud-config\n\n' }), 'in charge', false],
  ['nothing', {}, 'in charge', false],
  ['a link', stored({ target: '/srv/user-data' }), 'in charge', false],
  ["somebody else's file", stored({ ...same, uid: 1000 }), 'in charge', false],
  ['a file that others may write', stored({ ...same, mode: 0o622 }), 'in charge', false],
  ['the same bytes, before it was replaced', stored(same), 'replaced', true],
  ['the same bytes of its EC2 id, before it was replaced', stored(same, 'i-1'), 'replaced', true],
  ["another instance's same bytes, before it was replaced", stored(same, 'u-2'), 'replaced', false],
];

for (const [name, files, role, left] of consumption) {
  test(`user_data is ${left ? 'left' : 'applied'} where cloud-init stored ${name}`, () => {
    assert.equal(leaveConsumed(instance, role, createMemoryHost({ files }).host) !== undefined, left);
  });
}

test('without user_data only an instance that cloud-init knows is left to it', () => {
  assert.ok(leaveConsumed(bare, 'in charge', createMemoryHost({ files: stored('') }).host));
  assert.equal(leaveConsumed(bare, 'in charge', createMemoryHost({ files: stored('', 'iid-none') }).host), undefined);
});

const exec = { kind: 'exec', label: 'x', command: { shell: 'x' } } as const;
const keys = (user: string) => ({ kind: 'authorizedKeys', user, keys: [], block: 'metadata' }) as const;
const plan: PlannedInstance = {
  steps: [
    makeStep('net', exec, { module: 'network', source: 'openstack/latest/network_data.json networks[0]' }),
    makeStep('hostname', exec, { module: 'hostname' }),
    makeStep('hostname of user_data', exec, { module: 'hostname', source: 'openstack/latest/user_data:2:1' }),
    makeStep('decoded', exec, { module: 'runcmd', source: 'openstack/latest/user_data (decoded):2:1' }),
    makeStep('injected', exec, { module: 'injected-files', source: 'openstack/content/0000' }),
    makeStep('users/debian', exec, { module: 'users' }),
    makeStep('keys/root', keys('root'), { module: 'ssh-authorized-keys', source: 'metadata public keys' }),
    makeStep('keys/debian', keys('debian'), { module: 'ssh-authorized-keys', source: 'metadata public keys' }),
    makeStep('script', exec, { module: 'script', source: 'user_data' }),
  ],
  diagnostics: [
    { severity: 'error', code: 'unsupported-key', source: userData.source, line: 3, message: 'x' },
    { severity: 'warning', code: 'value', source: 'metadata', message: 'y' },
  ],
  missingLinks: [],
  toolReasons: [],
  automaticLinks: [],
  backend: { backend: undefined, reason: 'none' },
  network: { links: [] },
};

test('what is left of a plan: network, and what the metadata gives to users who are there', () => {
  const narrow = leaveConsumed(instance, 'in charge', createMemoryHost({ files: stored(same) }).host);
  const left = narrow?.(plan, { diagnostics: [], usable: true }, plainFacts);
  assert.deepEqual(
    left?.steps.map(({ id }) => id),
    ['net', 'hostname', 'injected', 'keys/root'],
  );
  assert.deepEqual(
    left?.diagnostics.map(({ severity, source }) => `${severity} ${source}`),
    ['warning metadata', 'note openstack/latest/user_data'],
  );
});

test('host keys that cloud-init has made for this instance stay; an sshd without any gets some', () => {
  const narrow = leaveConsumed(instance, 'in charge', createMemoryHost({ files: stored(same) }).host);
  const step = makeStep('ssh/host_keys', { kind: 'hostKeys', types: ['rsa'] }, { module: 'ssh-host-keys' });
  for (const [sshd, left] of [
    ['keyed', 0],
    ['keyless', 1],
  ] as const) {
    const facts = { ...plainFacts, sshd };
    const narrowed = narrow?.({ ...plan, steps: [step] }, { diagnostics: [], usable: true }, facts);
    assert.equal(narrowed?.steps.length, left, sshd);
  }
});

test('what is left of a plan whose user_data only cloud-init can read: the network', () => {
  const narrow = leaveConsumed(instance, 'in charge', createMemoryHost({ files: stored(same) }).host);
  const left = narrow?.(plan, { diagnostics: [], usable: false }, plainFacts);
  assert.deepEqual(
    left?.steps.map(({ id }) => id),
    ['net'],
  );
});

test('without user_data nothing is noted', () => {
  const narrow = leaveConsumed(bare, 'in charge', createMemoryHost({ files: stored('') }).host);
  const left = narrow?.(plan, { diagnostics: [], usable: true }, plainFacts);
  assert.deepEqual(left?.diagnostics, plan.diagnostics);
  assert.ok(!left?.steps.some(({ module }) => module === 'users'));
});
