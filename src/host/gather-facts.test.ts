import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  asksMyhostname,
  findPackageManager,
  gatherFacts,
  includesDropIns,
  parseOsRelease,
  readBootId,
  readDmi,
} from './gather-facts.ts';

test('os-release in the quoting of each distribution', () => {
  assert.deepEqual(
    parseOsRelease(
      'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
    ),
    { id: 'debian', idLike: [], versionId: '12', prettyName: 'Debian GNU/Linux 12 (bookworm)' },
  );
  assert.deepEqual(
    parseOsRelease('# c\nID=\'rocky\'\r\nID_LIKE="rhel  centos fedora"\r\nPRETTY_NAME="a \\"b\\""\r\n'),
    {
      id: 'rocky',
      idLike: ['rhel', 'centos', 'fedora'],
      prettyName: 'a "b"',
    },
  );
  // Defaults of os-release(5).
  assert.deepEqual(parseOsRelease(''), { id: 'linux', idLike: [], prettyName: 'Linux' });
  assert.deepEqual(parseOsRelease('ID="unclosed\nID_LIKE\n=x\nXID=y\n'), {
    id: 'linux',
    idLike: [],
    prettyName: 'Linux',
  });
});

test('sshd drop-ins count only when they come before any setting: the first value wins', () => {
  assert.equal(includesDropIns('# c\n\nInclude /etc/ssh/sshd_config.d/*.conf\nPort 22\n'), true);
  assert.equal(includesDropIns('  include  /etc/ssh/sshd_config.d/*.conf\n'), true);
  assert.equal(includesDropIns('Port 22\nInclude /etc/ssh/sshd_config.d/*.conf\n'), false);
  assert.equal(includesDropIns('#Include /etc/ssh/sshd_config.d/*.conf\n'), false);
  assert.equal(includesDropIns('Include /etc/ssh/sshd_config.d/50-cloud.conf\n'), false);
  assert.equal(includesDropIns(''), false);
});

test('DMI: lower-case uuid, empty and unreadable fields are absent', () => {
  const read = (path: string): string | undefined => {
    if (path.endsWith('product_uuid')) return '8C1C4B6E-0000-4000-8000-000000000001\n';
    if (path.endsWith('product_name')) return 'OpenStack Nova\n';
    if (path.endsWith('sys_vendor')) return '\n';
    throw Object.assign(new Error('no'), { code: 'EACCES' });
  };
  assert.deepEqual(readDmi(read), {
    productUuid: '8c1c4b6e-0000-4000-8000-000000000001',
    productName: 'OpenStack Nova',
  });
  assert.deepEqual(
    readDmi(() => undefined),
    {},
  );
  assert.equal(
    readBootId(() => 'abc\n'),
    'abc',
  );
});

const files: Record<string, string> = {
  '/usr/lib/os-release': 'ID=debian\n',
  '/etc/hostname': 'web-1\n',
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nops:x:1000:1000::/home/ops:/bin/sh\n',
  '/etc/group': 'root:x:0:\nadm:x:4:ops,root\n',
  '/etc/ssh/sshd_config': 'Include /etc/ssh/sshd_config.d/*.conf\n',
};

test('an unpacked root has files and no kernel', () => {
  const facts = gatherFacts({
    live: false,
    readText: (path) => {
      assert.ok(!path.startsWith('/proc') && !path.startsWith('/sys'), path);
      return files[path];
    },
    exists: () => true,
    list: (path) => (path === '/etc/ssh' ? ['sshd_config', 'ssh_host_ed25519_key.pub'] : []),
    readLink: () => undefined,
    which: (name) => (['ip', 'sshd'].includes(name) ? `/usr/sbin/${name}` : undefined),
  });
  assert.equal(facts.os.id, 'debian');
  assert.equal(facts.hostname, 'web-1');
  assert.deepEqual(facts.links, []);
  assert.deepEqual(facts.commands, { ip: '/usr/sbin/ip' });
  assert.deepEqual(
    facts.users.map(({ name, uid }) => [name, uid]),
    [
      ['root', 0],
      ['ops', 1000],
    ],
  );
  assert.deepEqual(facts.groups.at(-1)?.members, ['ops', 'root']);
  assert.deepEqual(
    [facts.systemd, facts.sshdDropIns, facts.sshd, facts.bootId, facts.dmi],
    [false, true, 'keyless', '', {}],
  );
});

test('nss-myhostname counts where nsswitch.conf asks it for hosts', () => {
  assert.equal(asksMyhostname('passwd: files\nhosts:          files mymachines myhostname dns\n'), true);
  assert.equal(asksMyhostname('hosts: files dns # myhostname\n'), false);
  assert.equal(asksMyhostname('passwd: myhostname\nhosts: files dns\n'), false);
  assert.equal(asksMyhostname('#hosts: myhostname\n'), false);
  assert.equal(asksMyhostname(''), false);
});

test('an empty guest has facts too', () => {
  const facts = gatherFacts({
    live: true,
    readText: () => undefined,
    exists: () => false,
    list: () => [],
    readLink: () => undefined,
    which: () => undefined,
  });
  assert.deepEqual(
    [facts.users, facts.groups, facts.commands, facts.hostname, facts.systemd, facts.sshd],
    [[], [], {}, '', false, 'absent'],
  );
});

test('daemons are those whose unit is in any folder of systemd', () => {
  const units = new Set([
    '/usr/lib/systemd/system/etcd.service',
    '/run/systemd/system/fleet.service',
    '/etc/fleet.service',
  ]);
  const facts = gatherFacts({
    live: true,
    readText: () => undefined,
    exists: (path) => units.has(path),
    list: () => [],
    readLink: () => undefined,
    which: () => undefined,
  });
  assert.deepEqual(facts.daemons, ['etcd.service', 'fleet.service']);
});

test('the package manager is that of the family, whatever else is installed', () => {
  const cases: readonly [id: string, idLike: string[], installed: string[], expected: string | undefined][] = [
    ['debian', [], ['apt-get', 'dnf', 'zypper'], 'apt'],
    ['ubuntu', ['debian'], ['apt-get'], 'apt'],
    ['fedora', [], ['apt-get', 'dnf', 'yum'], 'dnf'],
    ['centos', ['rhel', 'fedora'], ['yum'], 'yum'],
    ['opensuse-leap', ['suse', 'opensuse'], ['zypper', 'dnf'], 'zypper'],
    ['alpine', [], ['apk'], 'apk'],
    ['arch', [], ['pacman', 'apt-get'], 'pacman'],
    ['other', [], ['dnf'], 'dnf'],
    ['debian', [], [], undefined],
  ];
  for (const [id, idLike, installed, expected] of cases) {
    const which = (name: string): string | undefined => (installed.includes(name) ? `/usr/bin/${name}` : undefined);
    assert.equal(findPackageManager({ id, idLike }, which), expected, `${id} ${installed.join()}`);
  }
});
