// What ties the image's network settings to the NICs of one machine.

import type { LeftoverClass } from '../leftover.ts';
import { findDroppableLines, findToldLines } from '../lines.ts';
import { definePaths } from '../path-class.ts';

const ifcfg = ['/etc/sysconfig/network-scripts/ifcfg-*', '/etc/sysconfig/network/ifcfg-*'];

export const networkIdentity: LeftoverClass = definePaths({
  name: 'network-identity',
  why: 'the NIC of a copy has another address',
  rules: [
    {
      paths: ['/etc/udev/rules.d/*persistent-net.rules', '/etc/udev/rules.d/*persistent-cd.rules'],
      what: 'names tied to the devices of this machine',
    },
    { paths: ['/var/lib/NetworkManager/secret_key'], what: 'the key that stable addresses are made of' },
    {
      paths: ['/var/lib/NetworkManager/timestamps', '/var/lib/NetworkManager/seen-bssids'],
      what: 'where this machine has been',
    },
  ],
  more: (search) => [
    ...findDroppableLines({ paths: ifcfg, line: /^\s*(?:HWADDR|UUID)\s*=/, what: 'a line for one NIC' }, search),
    ...findDroppableLines(
      {
        paths: ['/etc/NetworkManager/system-connections/*'],
        line: /^\s*mac-address\s*=\s*\S/,
        what: 'a line for one NIC',
      },
      search,
    ),
    ...findToldLines(
      { paths: ['/etc/netplan/*.yaml'], line: /^\s*(?:-\s+)?["']?macaddress["']?\s*:/, what: 'a MAC address' },
      search,
    ),
    ...findToldLines(
      { paths: ['/etc/systemd/network/*'], line: /^\s*(?:Permanent)?MACAddress\s*=\s*\S/, what: 'a MAC address' },
      search,
    ),
    ...findToldLines(
      {
        paths: ['/etc/network/interfaces', '/etc/network/interfaces.d/*'],
        line: /^\s*hwaddress\s/,
        what: 'a MAC address',
      },
      search,
    ),
  ],
});
