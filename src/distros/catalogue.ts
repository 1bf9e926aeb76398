// The distributions known by name. User names, groups and shells follow cloud-init's config/cloud.cfg.tmpl and the distributions' own cloud images.

import type { Distro } from './distro.ts';

const redHatGroups = ['wheel', 'systemd-journal'] as const;

export const distros: readonly Distro[] = [
  {
    id: 'debian',
    defaultUser: {
      name: 'debian',
      gecos: 'Debian',
      groups: ['audio', 'dialout', 'dip', 'floppy', 'netdev', 'plugdev', 'sudo', 'video'],
      shell: '/bin/bash',
    },
  },
  { id: 'ubuntu', defaultUser: { name: 'ubuntu', gecos: 'Ubuntu', groups: ['dip', 'sudo'], shell: '/bin/bash' } },
  {
    id: 'fedora',
    defaultUser: { name: 'fedora', gecos: 'Fedora Cloud User', groups: redHatGroups, shell: '/bin/bash' },
  },
  {
    id: 'rhel',
    defaultUser: { name: 'cloud-user', gecos: 'Cloud User', groups: ['systemd-journal'], shell: '/bin/bash' },
  },
  {
    id: 'centos',
    defaultUser: { name: 'centos', gecos: 'Cloud User', groups: ['systemd-journal'], shell: '/bin/bash' },
  },
  {
    id: 'rocky',
    defaultUser: { name: 'rocky', gecos: 'Cloud User', groups: ['systemd-journal'], shell: '/bin/bash' },
  },
  {
    id: 'almalinux',
    defaultUser: { name: 'almalinux', gecos: 'Cloud User', groups: ['systemd-journal'], shell: '/bin/bash' },
  },
  {
    id: 'amzn',
    defaultUser: { name: 'ec2-user', gecos: 'EC2 Default User', groups: redHatGroups, shell: '/bin/bash' },
  },
  {
    id: 'opensuse',
    defaultUser: { name: 'opensuse', gecos: 'openSUSE Cloud User', groups: ['users'], shell: '/bin/bash' },
  },
  { id: 'sles', defaultUser: { name: 'sles', gecos: 'SLES Cloud User', groups: ['users'], shell: '/bin/bash' } },
  {
    id: 'arch',
    defaultUser: { name: 'arch', gecos: 'Arch Cloud User', groups: ['wheel', 'users'], shell: '/bin/bash' },
  },
  { id: 'alpine', defaultUser: { name: 'alpine', gecos: 'Alpine Cloud User', groups: ['wheel'], shell: '/bin/ash' } },
  {
    id: 'flatcar',
    defaultUser: { name: 'core', gecos: 'Core User', groups: ['wheel', 'sudo', 'systemd-journal'], shell: '/bin/bash' },
  },
  {
    id: 'coreos',
    defaultUser: { name: 'core', gecos: 'Core User', groups: ['wheel', 'sudo', 'systemd-journal'], shell: '/bin/bash' },
  },
];

/** For a distribution that neither ID nor ID_LIKE names: nothing is assumed beyond what POSIX gives. */
export const unknownDistro: Distro = {
  id: 'linux',
  defaultUser: { name: 'guest', gecos: 'Default User', groups: ['wheel', 'sudo'], shell: '/bin/sh' },
};
