// Checks the layout of a config drive against what Nova writes, key by key.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConfigDriveInput, findConfigDriveProblems, layOutConfigDrive } from './config-drive.ts';
import { findIso9660Problems } from './iso9660.ts';
import type { DriveTree } from './tree.ts';
import { findVfatProblems } from './vfat.ts';

const uuid = '8a3b7c52-1f0e-4c7d-9b7a-0d5a4f6e2c11';
const least: ConfigDriveInput = { uuid, sshKeys: [] };
const full: ConfigDriveInput = {
  uuid,
  hostname: 'web-1.example.org',
  localIpv4: '192.0.2.70',
  prefixLength: 26,
  gateway: '192.0.2.65',
  mac: 'fa:16:3e:01:02:03',
  dns: ['192.0.2.53', '2001:db8::53'],
  sshKeys: ['ssh-ed25519 AAAAone me@here', 'ssh-rsa AAAAtwo'],
  userData: Uint8Array.of(0, 255, 13, 10),
  files: [
    { path: '/etc/motd', content: Uint8Array.of(1) },
    { path: '/etc/b', content: Uint8Array.of(2) },
  ],
};

// biome-ignore lint/suspicious/noExplicitAny: the shape is what the assertions are about
function readJson(tree: DriveTree, path: string): any {
  const bytes = tree.get(path);
  assert.ok(bytes !== undefined, `${path} is on the drive`);
  return JSON.parse(new TextDecoder().decode(bytes));
}

test('writes the paths that Nova writes', () => {
  assert.deepEqual([...layOutConfigDrive(least).keys()].sort(), [
    'ec2/2009-04-04/meta-data.json',
    'ec2/latest/meta-data.json',
    'openstack/2018-08-27/meta_data.json',
    'openstack/2018-08-27/network_data.json',
    'openstack/2018-08-27/vendor_data.json',
    'openstack/2018-08-27/vendor_data2.json',
    'openstack/latest/meta_data.json',
    'openstack/latest/network_data.json',
    'openstack/latest/vendor_data.json',
    'openstack/latest/vendor_data2.json',
  ]);
  const added = [...layOutConfigDrive(full).keys()].filter((path) => !layOutConfigDrive(least).has(path));
  assert.deepEqual(added.sort(), [
    'ec2/2009-04-04/user-data',
    'ec2/latest/user-data',
    'openstack/2018-08-27/user_data',
    'openstack/content/0000',
    'openstack/content/0001',
    'openstack/latest/user_data',
  ]);
});

test('writes every ec2 key, the same in both versions', () => {
  const tree = layOutConfigDrive(full);
  const metadata = readJson(tree, 'ec2/latest/meta-data.json');
  assert.deepEqual(metadata, readJson(tree, 'ec2/2009-04-04/meta-data.json'));
  assert.match(metadata['instance-id'], /^i-[0-9a-f]{8}$/);
  assert.match(metadata['reservation-id'], /^r-[0-9a-f]{8}$/);
  assert.deepEqual(metadata, {
    'ami-id': null,
    'ami-launch-index': 0,
    'ami-manifest-path': 'FIXME',
    'block-device-mapping': { ami: 'vda', root: '/dev/vda' },
    hostname: 'web-1.example.org',
    'instance-action': 'none',
    'instance-id': metadata['instance-id'],
    'instance-type': 'm1.small',
    'local-hostname': 'web-1.example.org',
    'local-ipv4': '192.0.2.70',
    placement: { 'availability-zone': 'nova' },
    'public-hostname': 'web-1.example.org',
    'public-ipv4': '',
    'public-keys': {
      0: { _name: '0=key-0', 'openssh-key': 'ssh-ed25519 AAAAone me@here' },
      1: { _name: '1=key-1', 'openssh-key': 'ssh-rsa AAAAtwo' },
    },
    'reservation-id': metadata['reservation-id'],
    'security-groups': ['default'],
  });
});

test('says null for no address, and has no keys where none are given', () => {
  const tree = layOutConfigDrive(least);
  const ec2 = readJson(tree, 'ec2/latest/meta-data.json');
  assert.equal(ec2['local-ipv4'], null);
  assert.equal('public-keys' in ec2, false);
  assert.deepEqual(readJson(tree, 'openstack/latest/meta_data.json'), {
    uuid,
    hostname: `Server-${uuid}`,
    name: `Server-${uuid}`,
    launch_index: 0,
    availability_zone: 'nova',
    devices: [],
    dedicated_cpus: [],
  });
});

test('derives the instance id from the uuid alone', () => {
  const read = (input: ConfigDriveInput): string =>
    readJson(layOutConfigDrive(input), 'ec2/latest/meta-data.json')['instance-id'];
  assert.equal(read(least), read(full));
  assert.equal(read(least), read({ ...least, uuid: uuid.toUpperCase() }));
  assert.notEqual(read(least), read({ ...least, uuid: uuid.replace('8a', '8b') }));
});

test('writes keys and files into meta_data.json, the files into content/', () => {
  const tree = layOutConfigDrive(full);
  const metadata = readJson(tree, 'openstack/2018-08-27/meta_data.json');
  assert.deepEqual(metadata.public_keys, { 'key-0': full.sshKeys[0], 'key-1': full.sshKeys[1] });
  assert.deepEqual(metadata.keys, [
    { name: 'key-0', type: 'ssh', data: full.sshKeys[0] },
    { name: 'key-1', type: 'ssh', data: full.sshKeys[1] },
  ]);
  assert.deepEqual(metadata.files, [
    { path: '/etc/motd', content_path: '/content/0000' },
    { path: '/etc/b', content_path: '/content/0001' },
  ]);
  for (const { content_path, path } of metadata.files) {
    const given = full.files?.find((file) => file.path === path);
    assert.deepEqual(tree.get(`openstack${content_path}`), given?.content);
  }
  assert.equal('dedicated_cpus' in metadata, false);
  assert.deepEqual(readJson(tree, 'openstack/latest/vendor_data.json'), {});
  assert.deepEqual(readJson(tree, 'openstack/latest/vendor_data2.json'), { static: {} });
});

test('writes user data raw, under both spellings', () => {
  const tree = layOutConfigDrive(full);
  for (const path of ['ec2/latest/user-data', 'openstack/latest/user_data', 'openstack/2018-08-27/user_data']) {
    assert.deepEqual(tree.get(path), full.userData);
  }
});

test('writes link, network, default route and name servers', () => {
  const network = readJson(layOutConfigDrive(full), 'openstack/latest/network_data.json');
  const [link] = network.links;
  assert.match(link.vif_id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(link.id, `tap${link.vif_id.slice(0, 11)}`);
  const services = [
    { type: 'dns', address: '192.0.2.53' },
    { type: 'dns', address: '2001:db8::53' },
  ];
  assert.deepEqual(network, {
    links: [{ id: link.id, vif_id: link.vif_id, type: 'bridge', mtu: 1500, ethernet_mac_address: 'fa:16:3e:01:02:03' }],
    networks: [
      {
        id: 'network0',
        type: 'ipv4',
        link: link.id,
        ip_address: '192.0.2.70',
        netmask: '255.255.255.192',
        routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '192.0.2.65' }],
        network_id: network.networks[0].network_id,
        services,
      },
    ],
    services,
  });
});

test('leaves network_data.json empty when there is no prefix, so that the guest has to guess', () => {
  for (const input of [
    least,
    { ...least, localIpv4: '192.0.2.70' },
    { ...least, localIpv4: '192.0.2.70', mac: 'fa:16:3e:01:02:03' },
  ]) {
    assert.deepEqual(readJson(layOutConfigDrive(input), 'openstack/latest/network_data.json'), {});
  }
  const withoutGateway = layOutConfigDrive({ ...least, localIpv4: '192.0.2.70', prefixLength: 24 });
  const network = readJson(withoutGateway, 'openstack/latest/network_data.json');
  assert.deepEqual(network.networks[0].routes, []);
  assert.deepEqual(Object.keys(network.links[0]), ['id', 'vif_id', 'type', 'mtu']);
});

for (const [prefixLength, netmask] of [
  [0, '0.0.0.0'],
  [1, '128.0.0.0'],
  [8, '255.0.0.0'],
  [20, '255.255.240.0'],
  [31, '255.255.255.254'],
  [32, '255.255.255.255'],
] as const) {
  test(`writes /${prefixLength} as ${netmask}`, () => {
    const tree = layOutConfigDrive({ ...least, localIpv4: '10.0.0.1', prefixLength });
    assert.equal(readJson(tree, 'openstack/latest/network_data.json').networks[0].netmask, netmask);
  });
}

test('asks for a random seed once per version folder, and writes none without a source', () => {
  let drawn = 0;
  const tree = layOutConfigDrive({ ...least, drawRandomSeed: () => new Uint8Array(512).fill(++drawn) });
  const seeds = ['2018-08-27', 'latest'].map(
    (version) => readJson(tree, `openstack/${version}/meta_data.json`).random_seed,
  );
  assert.deepEqual(
    seeds,
    [1, 2].map((byte) => Buffer.alloc(512, byte).toString('base64')),
  );
});

test('gives the same tree for the same input, and one that both formats can hold', () => {
  const tree = layOutConfigDrive(full);
  assert.deepEqual(tree, layOutConfigDrive(full));
  const time = new Date('2026-03-04T05:06:07Z');
  assert.deepEqual(findIso9660Problems(tree, { label: 'config-2', time }), []);
  assert.deepEqual(findVfatProblems(tree, { label: 'config-2', time }), []);
});

for (const [title, wrong, path] of [
  ['uuid', { uuid: 'i-00000001' }, 'uuid'],
  ['empty host name', { hostname: '' }, 'hostname'],
  ['address', { localIpv4: '192.0.2.256' }, 'localIpv4'],
  ['address with a leading zero', { localIpv4: '192.0.2.01' }, 'localIpv4'],
  ['prefix', { localIpv4: '192.0.2.1', prefixLength: 33 }, 'prefixLength'],
  ['prefix without address', { prefixLength: 24 }, 'prefixLength'],
  ['gateway', { localIpv4: '192.0.2.1', prefixLength: 24, gateway: 'none' }, 'gateway'],
  ['gateway without prefix', { localIpv4: '192.0.2.1', gateway: '192.0.2.254' }, 'gateway'],
  ['MAC', { mac: 'fa-16-3e-01-02-03' }, 'mac'],
  ['name server', { localIpv4: '192.0.2.1', prefixLength: 24, dns: ['192.0.2.1', 'ns1'] }, 'dns.1'],
  ['name server without prefix', { dns: ['192.0.2.1'] }, 'dns'],
  ['key', { sshKeys: [''] }, 'sshKeys.0'],
  ['two keys in one', { sshKeys: ['ssh-rsa A', 'ssh-rsa B\nssh-rsa C'] }, 'sshKeys.1'],
  ['relative file', { files: [{ path: 'etc/motd', content: Uint8Array.of(1) }] }, 'files.0.path'],
] as const) {
  test(`refuses a wrong ${title}`, () => {
    const input = { ...least, ...wrong };
    assert.deepEqual(
      findConfigDriveProblems(input).map((problem) => problem.path),
      [path],
    );
    assert.throws(() => layOutConfigDrive(input), /cannot lay out a config drive: /);
  });
}

test('takes a key with the newline of its file', () => {
  assert.deepEqual(findConfigDriveProblems({ ...least, sshKeys: ['ssh-rsa A me\n'] }), []);
});
