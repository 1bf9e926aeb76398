// Mail for people of this machine, and memory of programs that crashed.

import type { LeftoverClass } from '../leftover.ts';
import { definePaths } from '../path-class.ts';

export const mailAndCrashes: LeftoverClass = definePaths({
  name: 'mail-and-crashes',
  why: 'of this machine, and may hold secrets',
  rules: [
    { paths: ['/var/mail/*'], what: 'mail', mend: 'empty' },
    {
      paths: ['/var/crash/*', '/var/lib/systemd/coredump/*', '/var/spool/abrt/*', '/var/lib/apport/coredump/*'],
      what: 'a crash',
      trees: true,
    },
    { paths: ['/var/lib/systemd/pstore/*'], what: 'a crash of the kernel', trees: true },
  ],
});
