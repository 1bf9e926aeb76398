// Keys by which an SSH server proves which machine it is. guest-init makes new ones for each instance (ADR 21).

import type { LeftoverClass } from '../leftover.ts';
import { definePaths } from '../path-class.ts';

export const hostKeys: LeftoverClass = definePaths({
  name: 'host-keys',
  why: 'who has the image can pose as any copy',
  rules: [
    {
      paths: ['/etc/ssh/ssh_host_*_key', '/etc/ssh/ssh_host_*_key.pub', '/etc/ssh/ssh_host_*_key-cert.pub'],
      what: 'a key of this machine',
    },
    { paths: ['/etc/ssh/ssh_host_key', '/etc/ssh/ssh_host_key.pub'], what: 'a key of this machine' },
    { paths: ['/etc/dropbear/dropbear_*_host_key'], what: 'a key of this machine' },
  ],
  more: ({ reader }) =>
    reader
      .expand('/etc/ssh/ssh_host_*_key')
      .filter((path) => reader.stat(path)?.kind === 'symlink')
      .map((path) => ({ path, what: 'a link to a key of this machine', mend: { kind: 'tell' } })),
});
