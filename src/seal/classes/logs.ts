// /var/log: what has been rotated goes, the rest is emptied, for daemons that cannot make their file themselves.

import type { Leftover, LeftoverClass } from '../leftover.ts';
import { definePaths } from '../path-class.ts';
import { loginRecordFiles } from './login-records.ts';

const folder = '/var/log';
const rotated = /\.(?:\d+|old|gz|xz|bz2|zst|lz4)$|-\d{8}(?:-\d+)?$/;

export const logs: LeftoverClass = definePaths({
  name: 'logs',
  why: 'the past of another machine',
  rules: [
    { paths: ['/var/log/journal/*'], what: 'the journal', trees: true },
    { paths: ['/var/log/installer', '/var/log/anaconda'], what: 'logs of the installation', trees: true },
    {
      paths: ['/root/anaconda-ks.cfg', '/root/original-ks.cfg', '/root/install.log*'],
      what: 'a log of the installation',
    },
  ],
  more: ({ reader }) =>
    reader.walk(folder).flatMap((path): Leftover[] => {
      const stat = reader.stat(path);
      const isOther = /^\/var\/log\/(?:journal|installer|anaconda)\//.test(path) || loginRecordFiles.includes(path);
      if (isOther || stat?.kind !== 'file' || stat.size === 0) return [];
      const isRotated = rotated.test(path);
      return [{ path, what: 'a log', mend: isRotated ? { kind: 'remove' } : { kind: 'rewrite', content: '' } }];
    }),
});
