// What cloud-init has kept and written for the instance. Scripts and seeds that people put there stay.

import type { Leftover, LeftoverClass, Search } from '../leftover.ts';
import { definePaths } from '../path-class.ts';

export const cloudInit: LeftoverClass = definePaths({
  name: 'cloud-init',
  why: 'a copy counts as set up already',
  rules: [
    {
      paths: [
        '/var/lib/cloud/data',
        '/var/lib/cloud/handlers',
        '/var/lib/cloud/instances',
        '/var/lib/cloud/sem',
        '/var/lib/cloud/scripts/vendor',
      ],
      what: 'what cloud-init remembers',
      trees: true,
    },
    { paths: ['/var/log/cloud-init*.log'], what: 'the log of cloud-init' },
    {
      paths: [
        '/etc/netplan/50-cloud-init.yaml',
        '/etc/network/interfaces.d/50-cloud-init*',
        '/etc/systemd/network/*-cloud-init-*',
        '/etc/NetworkManager/system-connections/cloud-init-*',
      ],
      what: 'the network of this instance',
    },
    { paths: ['/var/lib/cloud/seed/*/*'], what: 'a seed: each copy is the instance that it names', mend: 'tell' },
    { paths: ['/etc/sudoers.d/90-cloud-init-users'], what: 'sudo rules of users that cloud-init made', mend: 'tell' },
  ],
  more: (search) => [...findInstanceLink(search), ...findNetworkFiles(search), ...findPasswordLogin(search)],
});

function findInstanceLink({ reader }: Search): Leftover[] {
  const path = '/var/lib/cloud/instance';
  if (reader.stat(path) === undefined) return [];
  return [{ path, what: 'what cloud-init remembers', mend: { kind: 'remove-tree' } }];
}

const header = /^# (?:Created by cloud-init|This file is generated from information provided by the datasource)/m;

/** Files under the image's own names, known by what cloud-init writes at their head. */
function findNetworkFiles({ reader }: Search): Leftover[] {
  const what = 'the network of this instance';
  const isWritten = (path: string): boolean => header.test(reader.readText(path) ?? '');
  const ifcfg = ['/etc/sysconfig/network-scripts/ifcfg-*', '/etc/sysconfig/network/ifcfg-*'].flatMap(reader.expand);
  // Without this one ifup(8) does not even bring up the loopback.
  const interfaces = reader.expand('/etc/network/interfaces');
  return [
    ...ifcfg.filter(isWritten).map((path): Leftover => ({ path, what, mend: { kind: 'remove' } })),
    ...interfaces.filter(isWritten).map((path): Leftover => ({ path, what, mend: { kind: 'tell' } })),
  ];
}

function findPasswordLogin({ reader }: Search): Leftover[] {
  const path = '/etc/ssh/sshd_config.d/50-cloud-init.conf';
  const lines = (reader.readText(path) ?? '').split('\n');
  return lines.flatMap((text, index) => {
    const isOn = /^\s*PasswordAuthentication\s+yes\b/i.test(text);
    return isOn ? [{ path, line: index + 1, what: 'logins by password are on', mend: { kind: 'tell' } } as const] : [];
  });
}
