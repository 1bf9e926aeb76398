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
  more: (search) => [...findInstanceLink(search), ...findIfcfg(search), ...findPasswordLogin(search)],
});

function findInstanceLink({ reader }: Search): Leftover[] {
  const path = '/var/lib/cloud/instance';
  if (reader.stat(path) === undefined) return [];
  return [{ path, what: 'what cloud-init remembers', mend: { kind: 'remove-tree' } }];
}

function findIfcfg({ reader }: Search): Leftover[] {
  return ['/etc/sysconfig/network-scripts/ifcfg-*', '/etc/sysconfig/network/ifcfg-*', '/etc/network/interfaces']
    .flatMap(reader.expand)
    .filter((path) =>
      /^# (?:Created by cloud-init|This file is generated from information provided by the datasource)/m.test(
        reader.readText(path) ?? '',
      ),
    )
    .map((path) => ({ path, what: 'the network of this instance', mend: { kind: 'remove' } }));
}

function findPasswordLogin({ reader }: Search): Leftover[] {
  const path = '/etc/ssh/sshd_config.d/50-cloud-init.conf';
  const lines = (reader.readText(path) ?? '').split('\n');
  return lines.flatMap((text, index) => {
    const isOn = /^\s*PasswordAuthentication\s+yes\b/i.test(text);
    return isOn ? [{ path, line: index + 1, what: 'logins by password are on', mend: { kind: 'tell' } } as const] : [];
  });
}
