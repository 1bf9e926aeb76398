import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distros, unknownDistro } from './catalogue.ts';
import { selectDistro } from './select.ts';

const cases: readonly [id: string, idLike: string[], user: string][] = [
  ['debian', [], 'debian'],
  ['raspbian', ['debian'], 'debian'],
  ['ubuntu', ['debian'], 'ubuntu'],
  ['linuxmint', ['ubuntu', 'debian'], 'ubuntu'],
  ['fedora', [], 'fedora'],
  ['rhel', ['fedora'], 'cloud-user'],
  ['centos', ['rhel', 'fedora'], 'centos'],
  ['rocky', ['rhel', 'centos', 'fedora'], 'rocky'],
  ['almalinux', ['rhel', 'centos', 'fedora'], 'almalinux'],
  ['eurolinux', ['rhel', 'fedora', 'centos'], 'cloud-user'],
  ['amzn', ['fedora'], 'ec2-user'],
  ['opensuse-leap', ['suse', 'opensuse'], 'opensuse'],
  ['opensuse-tumbleweed', ['opensuse', 'suse'], 'opensuse'],
  ['sles', ['suse'], 'sles'],
  ['sles_sap', ['sles'], 'sles'],
  ['arch', [], 'arch'],
  ['alpine', [], 'alpine'],
  ['flatcar', ['coreos'], 'core'],
  ['coreos', [], 'core'],
  ['Ubuntu', [], 'ubuntu'],
  ['debianish', [], 'guest'],
  ['linux', [], 'guest'],
];

for (const [id, idLike, user] of cases) {
  test(`default user of ID=${id} ID_LIKE="${idLike.join(' ')}" is ${user}`, () => {
    assert.equal(selectDistro({ id, idLike }).defaultUser.name, user);
  });
}

test('no record gives a group that is as good as root or reads the config drive', () => {
  const forbidden = ['adm', 'disk', 'docker', 'lxd', 'cdrom', 'root', 'shadow', 'kvm', 'libvirt'];
  for (const { id, defaultUser } of [...distros, unknownDistro]) {
    assert.deepEqual(
      defaultUser.groups.filter((group) => forbidden.includes(group)),
      [],
      id,
    );
  }
});

test('ids are unique and lower case', () => {
  const ids = distros.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(
    ids,
    ids.map((id) => id.toLowerCase()),
  );
});
