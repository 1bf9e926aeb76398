import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentError, exitCodes } from '../core/error.ts';
import { checksum } from '../host/checksum.ts';
import { sha256 } from '../host/crypto.ts';
import { createMemoryHost, type MemoryFile } from '../host/memory.ts';
import { fileMark } from '../network/renderers/renderer.ts';
import { type FindOptions, findLeftovers } from './find-leftovers.ts';
import { type ImageRecord, readImageRecord } from './image-record.ts';
import { sealTemplate } from './seal.ts';

const plain: FindOptions = {
  asked: { authorizedKeys: false, caches: false },
  except: [],
  userDataPath: undefined,
  record: undefined,
};
const passwd = 'root:x:0:0:root:/root:/bin/sh\nops:x:1000:1000::/home/ops:/bin/sh\nnobody:x:9:9::/:/bin/false\n';

function imageWith(files: Readonly<Record<string, MemoryFile>>) {
  return createMemoryHost({ files: { '/etc/passwd': passwd, ...files }, live: false });
}

/** `class path[:line] kind` of all that is found. */
function look(files: Readonly<Record<string, MemoryFile>>, options: Partial<FindOptions> = {}): string[] {
  const { host } = imageWith(files);
  return findLeftovers(host, { ...plain, ...options }).map(({ class: name, path, line, mend }) => {
    return `${name} ${path}${line === undefined ? '' : `:${line}`} ${mend.kind}`;
  });
}

test('an image with nothing of a machine is clean', () => {
  assert.deepEqual(
    look({
      '/etc/machine-id': '',
      '/etc/shadow': 'root:*:19000::::::\nops:!:19000::::::\n',
      '/var/lib/dbus/machine-id': { target: '/etc/machine-id' },
      '/root/.bash_history': { target: '/dev/null' },
      '/var/log/dpkg.log': '',
      '/etc/iscsi/initiatorname.iscsi': '# comment\nGenerateName=yes\n',
      '/etc/guest-init/config.yaml': 'network: {wait: 1}\n',
      '/etc/network/interfaces': 'auto lo\niface lo inet static\n  address 127.0.0.1\n',
      '/var/lib/cloud/scripts/per-instance/50-guest-init': { target: '/usr/lib/guest-init/cloud-init-hook' },
    }),
    [],
  );
});

test('the machine id is emptied for systemd, and removed for D-Bus alone', async () => {
  const id = { '/etc/machine-id': { content: 'b08dfa6083e7567a1921a715000001fb\n', mode: 0o444 } };
  const withSystemd = imageWith({ ...id, '/usr/lib/systemd/systemd': 'x', '/var/lib/dbus/machine-id': 'b08d\n' });
  await sealTemplate(withSystemd.host, plain);
  assert.equal(withSystemd.host.readText('/etc/machine-id'), '');
  assert.equal(withSystemd.files.get('/etc/machine-id')?.mode, 0o444);
  assert.ok(!withSystemd.files.has('/var/lib/dbus/machine-id'));
  const without = imageWith(id);
  await sealTemplate(without.host, plain);
  assert.ok(!without.files.has('/etc/machine-id'));
  assert.deepEqual(look({ '/etc/machine-id': 'uninitialized\n' }), []);
});

test('lines for one NIC go, and every other byte of the file stays', async () => {
  const path = '/etc/sysconfig/network-scripts/ifcfg-eth0';
  const { host, files } = imageWith({
    [path]: {
      content: Buffer.from('DEVICE=eth0\nHWADDR=fa:16:3e:00:00:05\n# caf\xe9\nUUID="1"\nBOOTPROTO=dhcp', 'latin1'),
      mode: 0o600,
    },
    '/etc/NetworkManager/system-connections/lan.nmconnection': '[ethernet]\nmac-address=FA:16:3E:00:00:05\nmtu=1500\n',
  });
  const { leftovers, remaining } = await sealTemplate(host, plain);
  assert.deepEqual(
    leftovers.map(({ path: file, line }) => `${file}:${line}`),
    [`${path}:2`, `${path}:4`, '/etc/NetworkManager/system-connections/lan.nmconnection:2'],
  );
  assert.equal(Buffer.from(host.readFile(path) ?? []).toString('latin1'), 'DEVICE=eth0\n# caf\xe9\nBOOTPROTO=dhcp');
  assert.equal(files.get(path)?.mode, 0o600);
  assert.deepEqual(remaining, []);
});

test('addresses and MAC addresses of the image are told, each service in its own words', () => {
  assert.deepEqual(
    look({
      '/etc/network/interfaces': 'iface eth0 inet static\n  address 10.0.0.5/24\n  hwaddress ether fa:16:3e:00:00:05\n',
      '/etc/netplan/60-own.yaml':
        'network:\n  ethernets:\n    eth0:\n      match:\n        macaddress: "fa:16:3e:00:00:05"\n      addresses: [10.0.0.5/24]\n',
      '/etc/systemd/network/10-eth0.network': '[Match]\nMACAddress=fa:16:3e:00:00:05\n[Network]\nAddress=10.0.0.5/24\n',
      '/etc/sysconfig/network/ifcfg-eth0': "IPADDR='10.0.0.5/24'\n",
      '/etc/NetworkManager/system-connections/lan': '[ipv4]\naddress1=10.0.0.5/24\n',
    }).sort(),
    [
      'network-identity /etc/netplan/60-own.yaml:5 tell',
      'network-identity /etc/network/interfaces:3 tell',
      'network-identity /etc/systemd/network/10-eth0.network:2 tell',
      'static-addresses /etc/NetworkManager/system-connections/lan:2 tell',
      'static-addresses /etc/netplan/60-own.yaml:6 tell',
      'static-addresses /etc/network/interfaces:2 tell',
      'static-addresses /etc/sysconfig/network/ifcfg-eth0:1 tell',
      'static-addresses /etc/systemd/network/10-eth0.network:4 tell',
    ],
  );
});

test('logs: rotated ones go, the others are emptied and keep their owner', async () => {
  const { host, files } = imageWith({
    '/var/log/syslog': { content: 'x', mode: 0o640, uid: 3, gid: 4 },
    '/var/log/syslog.1': 'x',
    '/var/log/apt/history.log-20261101': 'x',
    '/var/log/apt/term.log.2.gz': 'x',
    '/var/log/wtmp': { content: 'x', mode: 0o664, gid: 43 },
    '/var/log/journal/b08d/system.journal': 'x',
    '/var/log/README': { target: '../../usr/share/doc/systemd/README.logs' },
    '/var/log/pipe': { kind: 'other' },
  });
  const { remaining } = await sealTemplate(host, plain);
  assert.deepEqual(remaining, []);
  assert.deepEqual(
    [...files]
      .filter(([path, { kind }]) => path.startsWith('/var/log/') && kind !== 'directory')
      .map(([path]) => path)
      .sort(),
    ['/var/log/README', '/var/log/pipe', '/var/log/syslog', '/var/log/wtmp'],
  );
  const { kind: _, content, ...attributes } = files.get('/var/log/syslog') ?? { kind: 'file', content: [0] };
  assert.deepEqual([content.length, attributes], [0, { mode: 0o640, uid: 3, gid: 4 }]);
  assert.equal(host.stat('/var/log/journal')?.kind, 'directory');
});

test('keys of people are told, and removed when that is asked for', () => {
  const files = { '/home/ops/.ssh/authorized_keys': 'ssh-ed25519 AAAA me\n', '/root/.ssh/authorized_keys': '' };
  assert.deepEqual(look(files), ['authorized-keys /home/ops/.ssh/authorized_keys tell']);
  const asked = { authorizedKeys: true, caches: false };
  assert.deepEqual(look(files, { asked }), ['authorized-keys /home/ops/.ssh/authorized_keys remove']);
  assert.deepEqual(look(files, { except: ['authorized-keys'] }), []);
});

test('below a home no folder that is a link is entered', () => {
  const files = {
    '/etc/keys/authorized_keys': 'x',
    '/home/ops/.ssh': { target: '/etc/keys' },
    '/home/ops/.local/share/fish': { target: '/etc/keys' },
    '/etc/keys/fish_history': 'x',
  };
  assert.deepEqual(look(files), []);
});

test('passwords are told by user, never by value', () => {
  const { host } = imageWith({
    '/etc/shadow': 'root:$6$salt$canary:19000::::::\nops:!$6$salt$canary:1::::::\nsync::1::::::\nsys:*:1::::::\n',
  });
  const found = findLeftovers(host, plain);
  assert.deepEqual(
    found.map(({ line, what }) => `${line} ${what}`),
    ['1 root has a password', '3 sync needs no password'],
  );
  assert.ok(!JSON.stringify(found).includes('canary'));
});

test('secrets in user_data, settings and units: place and kind, once for each line', () => {
  const url = 'https://discovery.etcd.io/6a28e078895c5ec737174db2419bb2f3';
  const { host } = imageWith({
    '/srv/user_data': `#cloud-config\ncoreos:\n  etcd:\n    discovery: ${url}\n`,
    '/etc/systemd/system/etcd.service.d/20-cloudinit.conf': `[Service]\nEnvironment="ETCD_DISCOVERY=${url}"\n`,
    '/etc/cloud/cloud.cfg.d/99.cfg': 'password: canary\n',
    '/etc/guest-init/scripts/per-boot/10-join': '#!/bin/sh\njoin --token canary\n',
    '/etc/default/large': { content: new Uint8Array(5 * 1024 * 1024) },
  });
  const found = findLeftovers(host, { ...plain, userDataPath: '/srv/user_data' });
  assert.deepEqual(
    found.map(({ class: name, path, line }) => `${name} ${path}:${line}`),
    [
      'baked-secrets /srv/user_data:4',
      'baked-secrets /etc/guest-init/scripts/per-boot/10-join:2',
      'baked-secrets /etc/cloud/cloud.cfg.d/99.cfg:1',
      'baked-secrets /etc/systemd/system/etcd.service.d/20-cloudinit.conf:2',
      'unreadable /etc/default/large:undefined',
    ],
  );
  assert.ok(!/canary|6a28e0/.test(JSON.stringify(found)));
});

const record = (made: ImageRecord['made']): ImageRecord => ({ name: 'i-1', hostname: 'web-1', made });
test('the network of the instance goes, and the file that the image had comes back', async () => {
  const yielded = '# by guest-init: iface eth0 inet dhcp\n';
  const ours = `# ${fileMark}\nauto eth0\n`;
  const files = {
    '/etc/network/interfaces.d/50-guest-init': ours,
    '/etc/netplan/90-guest-init.yaml': { content: `${ours}more\n`, mode: 0o600 },
    '/etc/network/interfaces': yielded,
    '/var/lib/guest-init/backup/etc/network/interfaces': { content: 'iface eth0 inet dhcp\n', mode: 0o600 },
    '/var/lib/guest-init/state.json': 'x',
    '/var/log/guest-init.log': 'x',
    '/etc/motd': 'hello',
    '/etc/hostname': 'web-1\n',
    '/etc/hosts': '127.0.0.1 localhost\n127.0.1.1 web-1.example.org web-1\n127.0.1.1 web-11\n',
    '/etc/fstab':
      '/dev/vda1 / ext4 defaults 0 1\n/dev/vdb /data ext4 nofail,comment=guest-init 0 2\n# comment=guest-init\n',
  };
  const made = [
    {
      path: '/etc/network/interfaces.d/50-guest-init',
      sha256: sha256(ours),
      step: 'network_files/etc/network/interfaces.d/50-guest-init',
    },
    {
      path: '/etc/netplan/90-guest-init.yaml',
      sha256: sha256(ours),
      step: 'network_files/etc/netplan/90-guest-init.yaml',
    },
    {
      path: '/etc/network/interfaces',
      sha256: sha256(yielded),
      step: 'network_yielded/etc/network/interfaces',
    },
    { path: '/etc/motd', step: 'write_files/0' },
    { path: '/etc/hostname', step: 'hostname' },
    { path: '/etc/gone', step: 'write_files/1' },
  ];
  const { host, files: left } = imageWith(files);
  const { leftovers, remaining } = await sealTemplate(host, { ...plain, record: record(made) });
  assert.deepEqual(
    leftovers.map(({ path, line, mend, outcome }) => `${path}${line ?? ''} ${mend.kind} ${outcome}`),
    [
      '/etc/network/interfaces rewrite mended',
      '/etc/network/interfaces.d/50-guest-init remove mended',
      '/etc/netplan/90-guest-init.yaml remove mended',
      '/etc/fstab2 drop-lines mended',
      '/var/log/guest-init.log remove mended',
      '/etc/hostname rewrite mended',
      '/etc/hosts2 drop-lines mended',
      '/etc/motd note kept',
      '/var/lib/guest-init remove-tree mended',
    ],
  );
  assert.equal(host.readText('/etc/network/interfaces'), 'iface eth0 inet dhcp\n');
  assert.equal(host.readText('/etc/hostname'), 'localhost\n');
  assert.equal(host.readText('/etc/hosts'), '127.0.0.1 localhost\n127.0.1.1 web-11\n');
  assert.equal(host.readText('/etc/fstab'), '/dev/vda1 / ext4 defaults 0 1\n# comment=guest-init\n');
  assert.deepEqual(
    [...left.keys()].filter((path) => path.startsWith('/var/lib/guest-init')),
    [],
  );
  assert.deepEqual(remaining, []);
});

test('a file of the image that gave way and was changed since is for people, with the record and without', async () => {
  const path = '/etc/network/interfaces';
  const made = [{ path, sha256: sha256('as it was written'), step: `network_yielded${path}` }];
  const { host } = imageWith({
    [path]: '# by guest-init: iface eth0 inet dhcp\niface eth1 inet manual\n',
    [`/var/lib/guest-init/backup${path}`]: 'iface eth0 inet dhcp\n',
  });
  for (const known of [record(made), undefined]) {
    const { remaining } = await sealTemplate(host, { ...plain, record: known });
    assert.deepEqual(
      remaining.map((left) => `${left.path} ${left.mend.kind}`),
      [`${path} tell`],
    );
  }
});

test('the record of a hostile image is none, and its name is no pattern', () => {
  const save = (body: unknown) => {
    const text = JSON.stringify(body);
    const state = `${JSON.stringify({ version: 1, sum: checksum(text) })}\n${text}\n`;
    return imageWith({ '/var/lib/guest-init/state.json': state }).host;
  };
  const sound = { name: 'i-1', made: [{ path: '/etc/motd', step: 'write_files/0' }] };
  assert.deepEqual(readImageRecord(save(sound)), sound);
  for (const body of [
    null,
    [],
    {},
    { name: 1, made: [] },
    { name: 'a', made: {} },
    { name: 'a', made: [null] },
    { name: 'a', made: [{ path: 1 }] },
  ])
    assert.equal(readImageRecord(save(body)), undefined, JSON.stringify(body));
  const name = '((a+)+$[';
  const files = { '/etc/hostname': `${name}\n`, '/etc/hosts': `127.0.1.1 ${'a'.repeat(40)}\n127.0.1.1 ${name}\n` };
  assert.deepEqual(look(files, { record: { name: 'i-1', hostname: name, made: [] } }), [
    'guest-init /etc/hostname rewrite',
    'guest-init /etc/hosts:2 drop-lines',
  ]);
});

test('of cloud-init: what it remembers and wrote goes, what people put there stays', async () => {
  const head = '# Created by cloud-init on instance boot automatically, do not edit.\n';
  const { host, files } = imageWith({
    '/var/lib/cloud/instances/i-1/obj.pkl': 'x',
    '/var/lib/cloud/instance': { target: '/var/lib/cloud/instances/i-1' },
    '/var/lib/cloud/scripts/per-boot/own': 'x',
    '/var/lib/cloud/scripts/vendor/theirs': 'x',
    '/etc/sysconfig/network-scripts/ifcfg-eth0': `${head}HWADDR=fa:16:3e:00:00:05\n`,
    '/etc/network/interfaces':
      '# This file is generated from information provided by the datasource.  Changes\nauto lo\n',
    '/etc/network/interfaces.d/50-cloud-init': 'x',
    '/etc/cloud/cloud.cfg.d/05_logging.cfg': 'x',
  });
  const { leftovers, remaining } = await sealTemplate(host, plain);
  assert.deepEqual(
    leftovers.map(({ path, line, outcome }) => `${path}${line ?? ''} ${outcome}`),
    [
      '/var/lib/cloud/instances mended',
      '/var/lib/cloud/scripts/vendor mended',
      '/etc/network/interfaces.d/50-cloud-init mended',
      '/var/lib/cloud/instance mended',
      '/etc/sysconfig/network-scripts/ifcfg-eth0 mended',
      '/etc/network/interfaces kept',
    ],
  );
  assert.deepEqual(
    remaining.map(({ path }) => path),
    ['/etc/network/interfaces'],
  );
  assert.ok(files.has('/var/lib/cloud/scripts/per-boot/own') && files.has('/etc/cloud/cloud.cfg.d/05_logging.cfg'));
});

test('a failure is told with its reason, and the rest is mended', async () => {
  const { host, files } = imageWith({ '/root/.bash_history': 'x', '/home/ops/.bash_history': 'x' });
  const remove = host.remove;
  const broken = {
    ...host,
    remove: (path: string): void => {
      if (path === '/root/.bash_history') throw new AgentError(exitCodes.internal, `${path}: not permitted (EPERM)`);
      remove(path);
    },
  };
  const { leftovers, remaining } = await sealTemplate(broken, plain);
  assert.deepEqual(
    leftovers.map(({ outcome, failure }) => [outcome, failure]),
    [
      ['failed', '/root/.bash_history: not permitted (EPERM)'],
      ['mended', undefined],
    ],
  );
  assert.deepEqual(
    remaining.map(({ path }) => path),
    ['/root/.bash_history'],
  );
  assert.ok(!files.has('/home/ops/.bash_history'));
});

test('what cannot be looked at is no proof of a clean image', () => {
  const { host } = imageWith({ '/var/log/a': 'x' });
  const broken = {
    ...host,
    list: (path: string): readonly string[] => {
      if (path === '/var/log') throw new AgentError(exitCodes.internal, `${path}: cannot be read (EIO)`);
      return host.list(path);
    },
  };
  assert.deepEqual(
    findLeftovers(broken, plain).map(({ class: name, path, what }) => [name, path, what]),
    [['unreadable', '/var/log', 'cannot be read (EIO)']],
  );
});

test('caches only when they are asked for, and not what services hold open', () => {
  const files = {
    '/var/cache/apt/archives/a_1_all.deb': 'x',
    '/tmp/left/file': 'x',
    '/tmp/systemd-private-1-chrony/tmp/file': 'x',
    '/var/tmp/file': 'x',
  };
  assert.deepEqual(look(files), []);
  assert.deepEqual(look(files, { asked: { authorizedKeys: false, caches: true } }), [
    'caches /var/cache/apt/archives/a_1_all.deb remove',
    'caches /tmp/left remove-tree',
    'caches /var/tmp/file remove',
  ]);
});

test('the iSCSI name is made anew by Debian where the file says so', async () => {
  const path = '/etc/iscsi/initiatorname.iscsi';
  const name = { [path]: { content: 'InitiatorName=iqn.1993-08.org.debian:01:abc\n', mode: 0o600 } };
  const debian = imageWith({ ...name, '/usr/lib/open-iscsi/startup-checks.sh': 'x' });
  await sealTemplate(debian.host, plain);
  assert.equal(debian.host.readText(path), 'GenerateName=yes\n');
  const other = imageWith(name);
  await sealTemplate(other.host, plain);
  assert.ok(!other.files.has(path));
});
