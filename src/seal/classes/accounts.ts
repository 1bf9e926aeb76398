// Who can log in: keys, passwords, and the copies of account files that tools leave.

import type { Leftover, LeftoverClass, Search } from '../leftover.ts';
import { definePaths, findByRule } from '../path-class.ts';

export const authorizedKeys: LeftoverClass = {
  name: 'authorized-keys',
  why: 'opens each copy; --authorized-keys removes it',
  find: (search) => {
    const mend = search.asked.authorizedKeys ? 'remove' : 'tell';
    const rule = { what: 'keys of people', mend } as const;
    return [
      ...findByRule({ ...rule, paths: ['~/.ssh/authorized_keys', '~/.ssh/authorized_keys2'] }, search),
      ...findByRule({ ...rule, paths: ['/etc/ssh/authorized_keys/*', '/etc/ssh/authorized_keys.d/*'] }, search),
    ];
  },
};

export const passwords: LeftoverClass = {
  name: 'passwords',
  why: 'opens each copy',
  find: ({ reader }: Search): Leftover[] => {
    const path = '/etc/shadow';
    return (reader.readText(path) ?? '').split('\n').flatMap((line, index): Leftover[] => {
      const [user = '', field] = line.split(':');
      if (user === '' || field === undefined || /^[!*]/.test(field) || field === 'x') return [];
      const what = field === '' ? `${user} needs no password` : `${user} has a password`;
      return [{ path, line: index + 1, what, mend: { kind: 'tell' } }];
    });
  },
};

export const accountBackups: LeftoverClass = definePaths({
  name: 'account-backups',
  why: 'hold hashes that are gone elsewhere',
  rules: [
    {
      paths: ['passwd', 'group', 'shadow', 'gshadow', 'subuid', 'subgid'].flatMap((name) => [
        `/etc/${name}-`,
        `/var/backups/${name}.bak`,
        `/etc/${name}.bak`,
      ]),
      what: 'an old copy of an account file',
    },
  ],
});
