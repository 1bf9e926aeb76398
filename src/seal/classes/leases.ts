// Leases, and the identifiers by which DHCP servers know a client.

import type { LeftoverClass } from '../leftover.ts';
import { definePaths } from '../path-class.ts';

export const leases: LeftoverClass = definePaths({
  name: 'leases',
  why: 'a copy asks for this address again',
  rules: [
    {
      paths: [
        '/var/lib/dhcp/*.lease*',
        '/var/lib/dhcp3/*.lease*',
        '/var/lib/dhclient/*.lease*',
        '/var/lib/dhcpcd/*.lease*',
        '/var/lib/dhcpcd5/*.lease*',
        '/var/lib/dhcpcd/duid',
        '/var/lib/dhcpcd/secret',
        '/var/db/dhcpcd/*',
        '/etc/dhcpcd.duid',
        '/etc/dhcpcd.secret',
        '/var/lib/NetworkManager/*.lease',
        '/var/lib/systemd/network/*',
        '/var/lib/wicked/*.xml',
        '/var/lib/udhcpc/*',
        '/var/lib/connman/*.config',
      ],
      what: 'a lease or the client id of one',
    },
  ],
});
