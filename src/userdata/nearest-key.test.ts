import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findNearestKey } from './nearest-key.ts';

const known = ['runcmd', 'bootcmd', 'write_files', 'ssh_authorized_keys', 'user', 'users', 'ntp', 'ca_certs'];

const cases: readonly (readonly [key: string, nearest: string | undefined])[] = [
  ['run_cmd', 'runcmd'],
  ['runmcd', 'runcmd'],
  ['rucmd', 'runcmd'],
  ['write-files', 'write_files'],
  ['WriteFiles', 'write_files'],
  ['ssh_authorised_key', 'ssh_authorized_keys'],
  ['usr', 'user'],
  ['uesrs', 'users'],
  ['ntpd', 'ntp'],
  ['x', undefined],
  ['', undefined],
  ['apt', undefined],
  ['packages', undefined],
  ['x'.repeat(100), undefined],
];

for (const [key, nearest] of cases) {
  test(`"${key.slice(0, 20)}" is near ${nearest ?? 'nothing'}`, () =>
    assert.equal(findNearestKey(key, known), nearest));
}
