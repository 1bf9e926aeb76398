import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { formatPlace } from '../core/diagnostic.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { validatePath } from './validate-path.ts';

let folder = '';
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'guest-init-validate-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string): string {
  const path = join(folder, name);
  fs.mkdirSync(dirname(path), { recursive: true });
  fs.writeFileSync(path, content);
  return path;
}

/** `severity place path message`, places relative to the test's folder. */
async function check(name: string, content?: string): Promise<string[]> {
  if (content !== undefined) write(name, content);
  const found = await validatePath(join(folder, name));
  return found.map((entry) => {
    assert.ok(entry.source.startsWith(folder), entry.source);
    return `${entry.severity} ${formatPlace(entry).slice(folder.length + 1)} ${entry.path ?? '-'} ${entry.message}`;
  });
}

const metaData = '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001"}';

test('user_data is checked whatever it is called, with line and column of the file as it was named', async () => {
  assert.deepEqual(await check('any-name.yaml', '#cloud-config\nruncmd: [a]\n'), []);
  const found = await check('user_data', '#cloud-config\nruncmd: 5\n\nno_such_key: 1\n');
  assert.match(found[0] ?? '', /^error user_data:2:\d+ runcmd expected a list of commands/);
  assert.match(found.join('\n'), /error user_data:4:1 - unknown key "no_such_key"/);
});

test('the JSON files of a drive are known by their names', async () => {
  assert.deepEqual(await check('meta_data.json', metaData), []);
  assert.deepEqual(await check('network_data.json', '{"links": [], "networks": [], "services": []}'), []);
  assert.deepEqual(await check('meta-data.json', '{"instance-id": "i-1", "local-ipv4": "10.0.0.5"}'), []);
  assert.match(
    (await check('meta_data.json', '{"uuid": 5}')).join('\n'),
    /error meta_data\.json:1:2 uuid expected a string, found a number/,
  );
  assert.match((await check('meta_data.json', '{')).join('\n'), /^error meta_data\.json:1:\d+ /);
  assert.match((await check('network_data.json', '{"links": 5}')).join('\n'), /^error network_data\.json:1:\d+ links /);
  assert.match(
    (await check('meta-data.json', '{"local-ipv4": "10.0.0"}')).join('\n'),
    /^error meta-data\.json local-ipv4 expected an IPv4/,
  );
  assert.match((await check('vendor_data.json', '[')).join('\n'), /^warning vendor_data\.json:1:\d+ /);
});

test('meta_data.json without an id is an error of its own', async () => {
  const found = await check('meta_data.json', '{"hostname": "web-1"}');
  assert.match(found.join('\n'), /^error meta_data\.json - .*expected an instance id/);
});

test('a content file that is not beside meta_data.json is not missed', async () => {
  const files = '[{"path": "/etc/motd", "content_path": "/content/0000"}]';
  assert.deepEqual(await check('meta_data.json', metaData.replace('}', `, "files": ${files}}`)), []);
});

test('a folder is read as a drive, user_data included, and names its files', async () => {
  write('drive/openstack/latest/meta_data.json', metaData);
  assert.deepEqual(await check('drive'), []);
  write('drive/openstack/latest/user_data', '#cloud-config\nruncmd: 5\n');
  write('drive/openstack/latest/network_data.json', '{');
  const found = await check('drive');
  assert.match(found.join('\n'), /error drive\/openstack\/latest\/network_data\.json:1:/);
  assert.match(found.join('\n'), /error drive\/\S*user_data:2:\d+ runcmd /);
});

test('a folder that is no drive, and a drive without an instance, are errors', async () => {
  fs.mkdirSync(join(folder, 'empty'));
  const found = await validatePath(join(folder, 'empty'));
  assert.deepEqual(
    found.map(({ severity, code }) => [severity, code]),
    [['error', 'missing']],
  );
  fs.mkdirSync(join(folder, 'bare/openstack'), { recursive: true });
  assert.equal((await validatePath(join(folder, 'bare')))[0]?.severity, 'error');
});

test('what cannot be read at all is a usage error', async () => {
  await assert.rejects(
    validatePath(join(folder, 'nowhere')),
    (error) => error instanceof AgentError && error.code === exitCodes.usage,
  );
});

test('a text of interfaces(5) is checked by its names, and as part of a drive', async () => {
  const bad = 'auto eth0\niface eth0 inet static\n  address 10.0.0.5\n  netmask nonsense\n';
  for (const name of ['interfaces', '0000', 'openstack/content/0000'])
    assert.deepEqual(await check(name, bad), [
      `error ${name}:4:1 netmask expected an IPv4 netmask or prefix length of at least 1, found something else`,
    ]);
  assert.deepEqual(await check('0001', 'auto eth0\niface eth0 inet dhcp\n'), []);
  fs.writeFileSync(join(folder, 'interfaces'), Uint8Array.of(0xff));
  assert.match((await check('interfaces')).join(), /expected UTF-8 text/);
  write(
    'drive/openstack/latest/meta_data.json',
    `{"uuid": "8c1c4b6e-0000-4000-8000-000000000001", "network_config": {"content_path": "/content/0000"}}`,
  );
  write('drive/openstack/content/0000', bad);
  assert.match((await check('drive')).join('\n'), /^error drive\/openstack\/content\/0000:4:1 netmask expected/m);
});

test('a CoreOS document: alone its addresses are not known, on a drive they are; what this machine has plays no part', async () => {
  const text =
    '#cloud-config\ncoreos: {etcd: {addr: $private_ipv4, peer-addr: $public_ipv4}, units: [{name: etcd.service, command: start}]}\n';
  assert.deepEqual(await check('coreos.yaml', text), []);
  const network = {
    links: [{ id: 'l', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:05' }],
    networks: [{ id: 'n', link: 'l', type: 'ipv4', ip_address: '10.0.0.5', netmask: '255.255.255.0' }],
  };
  write('coreos/openstack/latest/meta_data.json', '{"uuid": "8c1c4b6e-0000-4000-8000-000000000001"}');
  write('coreos/openstack/latest/network_data.json', JSON.stringify(network));
  write('coreos/openstack/latest/user_data', text);
  const found = await check('coreos');
  assert.equal(found.length, 1, found.join('\n'));
  assert.match(
    found[0] ?? '',
    /error coreos\/openstack\/latest\/user_data:2:49 coreos\.etcd\.peer_addr \$public_ipv4 stands for no address/,
  );
});

test('users, groups and package managers that only this machine lacks are notes', async () => {
  const text = `#cloud-config
chpasswd: {users: [{name: no-such-user, password: x, type: text}]}
groups: [{staff: [no-such-user]}]
yum_repos: {extra: {baseurl: "http://mirror.example/"}}
zypper: {config: {a: b}}
apk_repos: {alpine_repo: {version: v3.20}}
`;
  const found = await check('guest.yaml', text);
  assert.equal(found.filter((line) => line.endsWith('; looked up on this machine')).length, found.length);
  assert.ok(found.length >= 4, found.join('\n'));
  assert.deepEqual(
    found.filter((line) => !line.startsWith('note ')),
    [],
  );
});
