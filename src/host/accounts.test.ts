import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findShadowEntry, parseGroups, parseUsers } from './accounts.ts';

test('passwd: users in order; what is no account is skipped', () => {
  const text =
    'root:x:0:0:root:/root:/bin/bash\n# note\n\n+::::::\n-bad::::::\nshort:x:1\nx:x:one:1::/:/bin/sh\nops:x:1000:1000:Ops, Team:/home/ops:\n';
  assert.deepEqual(parseUsers(text), [
    { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' },
    { name: 'ops', uid: 1000, gid: 1000, home: '/home/ops', shell: '' },
  ]);
});

test('group: members, and a group without any', () => {
  assert.deepEqual(parseGroups('sudo:x:27:ops,dev\nstaff:x:50:\nbad:x\n'), [
    { name: 'sudo', gid: 27, members: ['ops', 'dev'] },
    { name: 'staff', gid: 50, members: [] },
  ]);
});

test('shadow: field and day of change of one user', () => {
  const text = 'root:*:19000:0:99999:7:::\nops:$y$a$b:0:0:99999:7:::\ndev:!:::::::\n';
  assert.deepEqual(findShadowEntry(text, 'ops'), { password: '$y$a$b', lastChange: 0 });
  assert.deepEqual(findShadowEntry(text, 'dev'), { password: '!', lastChange: undefined });
  assert.equal(findShadowEntry(text, 'op'), undefined);
});
