import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findTimeClients } from './gather-facts.ts';

const cases: readonly [paths: readonly string[], link: string | undefined, expected: readonly string[]][] = [
  [[], undefined, []],
  [['/usr/sbin/chronyd', '/usr/lib/systemd/systemd-timesyncd'], undefined, ['chrony', 'systemd-timesyncd']],
  [['/usr/sbin/ntpd', '/lib/systemd/systemd-timesyncd'], undefined, ['systemd-timesyncd', 'ntp']],
  [['/usr/sbin/ntpd', '/etc/ntpsec'], undefined, ['ntpsec']],
  [['/usr/sbin/ntpd', '/usr/sbin/ntpctl'], undefined, ['openntpd']],
  [['/usr/sbin/ntpd'], '/bin/busybox', []],
];
for (const [paths, link, expected] of cases)
  test(`${paths.join(', ')} ${link ?? ''}`, () => {
    const files = {
      exists: (path: string) => paths.includes(path),
      readLink: () => link,
      which: (name: string) => (paths.includes(`/usr/sbin/${name}`) ? `/usr/sbin/${name}` : undefined),
    };
    assert.deepEqual(findTimeClients(files), expected);
  });
