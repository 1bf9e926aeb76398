import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listMountedFolders, listServiceSockets } from './mount-layers.ts';

const mountinfo = `22 27 0:21 / /proc rw,relatime - proc proc rw
23 27 0:22 / /sys rw,relatime - sysfs sysfs rw
24 27 0:6 / /dev rw,relatime - devtmpfs devtmpfs rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 27 254:3 / /var/lib/my\\040data rw,nosuid,noexec,relatime shared:9 master:2 - xfs /dev/vdc rw
33 27 254:2 / /var rw,relatime shared:5 - ext4 /dev/vdb rw
34 27 0:40 / /run rw - tmpfs tmpfs rw
35 34 0:41 / /run/user/0 rw - tmpfs tmpfs rw
36 27 0:42 / /home rw - autofs systemd-1 rw
37 36 0:43 / /home rw - nfs4 server:/home rw
38 27 0:44 / /tmp rw - tmpfs tmpfs rw
39 27 0:45 / /mnt/cgroup rw - cgroup2 cgroup2 rw
41 27 254:0 /somewhere/hosts /etc/hosts rw - ext4 /dev/vda rw
42 27 0:46 / /runner rw - tmpfs tmpfs rw
`;

test('mounts that hold files, parents first, the visible one of each path', () => {
  assert.deepEqual(listMountedFolders(mountinfo), [
    { path: '/', fileSystem: 'ext4', flags: [] },
    { path: '/home', fileSystem: 'nfs4', flags: [] },
    { path: '/runner', fileSystem: 'tmpfs', flags: [] },
    { path: '/var', fileSystem: 'ext4', flags: [] },
    { path: '/etc/hosts', fileSystem: 'ext4', flags: [] },
    { path: '/var/lib/my data', fileSystem: 'xfs', flags: ['nosuid', 'noexec'] },
  ]);
});

test('an automounter that nothing has been mounted over is left out', () => {
  assert.deepEqual(listMountedFolders('36 27 0:42 / /home rw - autofs systemd-1 rw\n'), []);
});

test('sockets that lie among the files, once each', () => {
  const table = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 12345 /run/systemd/private
0000000000000000: 00000002 00000000 00010000 0001 01 12346 @abstract
0000000000000000: 00000003 00000000 00000000 0001 03 12347
0000000000000000: 00000002 00000000 00010000 0001 01 12348 /var/lib/my data/control.sock
0000000000000000: 00000003 00000000 00000000 0001 03 12349 /var/lib/my data/control.sock
0000000000000000: 00000002 00000000 00010000 0001 01 12350 /var/run/old.sock
`;
  assert.deepEqual(listServiceSockets(table), ['/var/lib/my data/control.sock', '/var/run/old.sock']);
});
