import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryHost } from '../host/memory.ts';
import { removeAccountLeftovers } from './account-leftovers.ts';

function sweep(files: Record<string, string>): string[] {
  const { host } = createMemoryHost({ files: { '/etc/passwd': '', '/etc/passwd-': '', ...files } });
  removeAccountLeftovers(host);
  return host.list('/etc').toSorted();
}

test('what a tool left that is no more goes, also where another process has its number by now', () => {
  const left = {
    '/etc/passwd.lock': '192\0',
    '/etc/passwd.192': '192\0',
    '/etc/shadow+': 'root:!:\n',
    '/etc/subuid.7': '7',
  };
  assert.deepEqual(sweep(left), ['passwd', 'passwd-']);
  assert.deepEqual(sweep({ ...left, '/proc/192/comm': '(udev-worker)\n' }), ['passwd', 'passwd-']);
});

test('what a tool has in use stays', () => {
  const used = { '/etc/passwd.lock': '192\0', '/etc/passwd.200': '', '/etc/passwd+': '', '/etc/group+': '' };
  const names = ['passwd', 'passwd+', 'passwd-', 'passwd.200', 'passwd.lock'];
  for (const comm of ['useradd', 'chpasswd', 'groupmod', 'chage', 'vipw'])
    assert.deepEqual(sweep({ ...used, '/proc/192/comm': `${comm}\n` }), names);
});

test('files of other names stay', () => {
  const others = { '/etc/passwd.old': '', '/etc/group.lock.bak': '', '/etc/hosts.12': '', '/etc/.pwd.lock': '' };
  assert.deepEqual(sweep(others), ['.pwd.lock', 'group.lock.bak', 'hosts.12', 'passwd', 'passwd-', 'passwd.old']);
});
