// Addresses in the image's own network files. Those that guest-init wrote are of its own class and go.

import type { LeftoverClass } from '../leftover.ts';
import { findToldLines, type LineRule } from '../lines.ts';

const what = 'a static address';

const rules: readonly LineRule[] = [
  {
    paths: ['/etc/network/interfaces', '/etc/network/interfaces.d/*'],
    line: /^\s*address\s+(?!127\.|::1\b)\S/,
    what,
  },
  {
    paths: ['/etc/sysconfig/network-scripts/ifcfg-*', '/etc/sysconfig/network/ifcfg-*'],
    line: /^\s*(?:IPADDR\w*|IPV6ADDR)\s*=\s*["']?(?!127\.|::1\b)[\da-fA-F]/,
    what,
  },
  { paths: ['/etc/netplan/*.yaml'], line: /^\s*(?:-\s+)?addresses\s*:/, what },
  { paths: ['/etc/systemd/network/*.network'], line: /^\s*Address\s*=\s*\S/, what },
  { paths: ['/etc/NetworkManager/system-connections/*'], line: /^\s*address(?:es)?\d*\s*=\s*\S/, what },
];

export const staticAddresses: LeftoverClass = {
  name: 'static-addresses',
  why: 'each copy takes it',
  find: (search) => rules.flatMap((rule) => findToldLines(rule, search)),
};
