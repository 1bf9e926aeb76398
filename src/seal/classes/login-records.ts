// Who has logged in. The files stay: login(1) writes to those that are there.

import type { LeftoverClass } from '../leftover.ts';
import { definePaths } from '../path-class.ts';

export const loginRecordFiles: readonly string[] = [
  '/var/log/wtmp',
  '/var/log/btmp',
  '/var/log/lastlog',
  '/var/log/faillog',
  '/var/log/tallylog',
];

export const loginRecords: LeftoverClass = definePaths({
  name: 'login-records',
  why: 'logins that no copy had',
  rules: [
    { paths: loginRecordFiles, what: 'records of logins', mend: 'empty' },
    {
      paths: ['/var/log/wtmp-*', '/var/log/btmp-*', '/var/log/wtmp.*', '/var/log/btmp.*'],
      what: 'old records of logins',
    },
    { paths: ['/var/lib/lastlog/lastlog2.db', '/var/lib/wtmpdb/wtmp.db'], what: 'records of logins' },
    { paths: ['/var/log/sudo-io/*', '/var/lib/faillock/*'], what: 'records of sessions', trees: true },
  ],
});
