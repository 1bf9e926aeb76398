// Texts of interfaces(5), as old Nova injects them.
import type { Entry } from '../entry.ts';

export const interfaces: readonly Entry[] = [
  [
    'interfaces: an ordinary text',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n',
    },
    'plan',
  ],
  ['interfaces: empty', { interfaces: '' }, 'note missing network_data.json'],
  ['interfaces: comments alone', { interfaces: '# S3cr3t\n' }, 'note missing network_data.json'],
  [
    'interfaces: no line end',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1',
    },
    'plan',
  ],
  [
    'interfaces: CRLF',
    {
      interfaces:
        'auto eth0\r\niface eth0 inet static\r\n    address 192.0.2.5\r\n    netmask 255.255.255.0\r\n    gateway 192.0.2.1\r\n',
    },
    'plan',
  ],
  [
    'interfaces: tabs',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n\taddress 192.0.2.5\n\tnetmask 255.255.255.0\n\tgateway 192.0.2.1\n',
    },
    'plan',
  ],
  [
    'interfaces: an option before any stanza',
    {
      interfaces:
        'address 192.0.2.5\nauto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n',
    },
    'warning unsupported-key 1:1',
  ],
  [
    'interfaces: iface without method',
    { interfaces: 'auto eth0\niface eth0 inet\n    address 192.0.2.5\n' },
    'unsupported-format 2:1; note missing openstack/content/0000 line 2, iface eth0',
  ],
  [
    'interfaces: iface without family',
    { interfaces: 'auto eth0\niface eth0\n' },
    'unsupported-format 2:1; note missing openstack/content/0000 line 2, iface eth0',
  ],
  ['interfaces: iface alone', { interfaces: 'iface\n' }, 'warning unsupported-key 1:1; note missing network_data.json'],
  [
    'interfaces: a method that is unknown',
    { interfaces: 'auto eth0\niface eth0 inet S3cr3t\n' },
    'unsupported-format 2:1; note missing openstack/content/0000 line 2, iface eth0',
  ],
  [
    'interfaces: a family that is unknown',
    { interfaces: 'auto eth0\niface eth0 S3cr3t static\n' },
    'unsupported-format 2:1; note missing openstack/content/0000 line 2, iface eth0',
  ],
  [
    'interfaces: an address that is none',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address S3cr3t\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n',
    },
    'value 3:1; warning missing 5:1; note missing openstack/content/0000 line 2, iface eth0',
  ],
  [
    'interfaces: an address with its length',
    { interfaces: 'auto eth0\niface eth0 inet static\n    address 192.0.2.5/24\n    gateway 192.0.2.1\n' },
    'plan',
  ],
  [
    'interfaces: a length that is too large',
    { interfaces: 'auto eth0\niface eth0 inet static\n    address 192.0.2.5/33\n    gateway 192.0.2.1\n' },
    'value 3:1',
  ],
  [
    'interfaces: no address',
    { interfaces: 'auto eth0\niface eth0 inet static\n    netmask 255.255.255.0\n' },
    'missing 2:1; note missing openstack/content/0000 line 2, iface eth0',
  ],
  [
    'interfaces: no mask',
    { interfaces: 'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    gateway 192.0.2.1\n' },
    'plan',
  ],
  [
    'interfaces: a mask with holes',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.0.255.0\n    gateway 192.0.2.1\n',
    },
    'value 4:1',
  ],
  [
    'interfaces: a mask as a number',
    { interfaces: 'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 24\n    gateway 192.0.2.1\n' },
    'plan',
  ],
  [
    'interfaces: a gateway that is none',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway S3cr3t\n',
    },
    'value 5:1; note missing openstack/content/0000 line 2, iface eth0',
  ],
  [
    'interfaces: a gateway elsewhere',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 198.51.100.1\n',
    },
    'plan',
  ],
  [
    'interfaces: two gateways',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n    gateway 192.0.2.2\n',
    },
    'note conflict openstack/content/0000 line 6, iface eth0',
  ],
  [
    'interfaces: two addresses',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n    address 192.0.2.6\n',
    },
    'plan',
  ],
  [
    'interfaces: a name of sixteen letters',
    {
      interfaces:
        'auto aaaaaaaaaaaaaaaa\niface aaaaaaaaaaaaaaaa inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n',
    },
    'plan',
  ],
  [
    'interfaces: a name with a slash',
    {
      interfaces:
        'auto ../eth0\niface ../eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n',
    },
    'plan',
  ],
  [
    'interfaces: a name with a dot',
    {
      interfaces:
        'auto eth0.5\niface eth0.5 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n',
    },
    'plan',
  ],
  [
    'interfaces: a name with a colon',
    {
      interfaces:
        'auto eth0:1\niface eth0:1 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n',
    },
    'plan',
  ],
  [
    'interfaces: a NIC that is not there',
    {
      interfaces:
        'auto eth9\niface eth9 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n',
    },
    'plan',
  ],
  [
    'interfaces: two stanzas for a NIC',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\niface eth0 inet static\n    address 198.51.100.5\n    netmask 255.255.255.0\n',
    },
    'plan',
  ],
  [
    'interfaces: IPv6 beside it',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\niface eth0 inet6 static\n    address 2001:db8::5\n    netmask 64\n',
    },
    'plan',
  ],
  [
    'interfaces: IPv6 with a length that is too large',
    { interfaces: 'auto eth0\niface eth0 inet6 static\n    address 2001:db8::5\n    netmask 129\n' },
    'value 4:1',
  ],
  [
    'interfaces: DHCP',
    { interfaces: 'auto eth0\niface eth0 inet dhcp\n' },
    'missing openstack/content/0000 line 2, iface eth0',
  ],
  [
    'interfaces: loopback',
    {
      interfaces:
        'auto lo\niface lo inet loopback\nauto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n',
    },
    'plan',
  ],
  [
    'interfaces: no auto line',
    { interfaces: 'iface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n' },
    'note missing 1:1',
  ],
  [
    'interfaces: allow-hotplug',
    {
      interfaces:
        'allow-hotplug eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n',
    },
    'plan',
  ],
  [
    'interfaces: a program to run',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n    up touch /PWNED\n',
    },
    'warning unsupported-key 6:1',
  ],
  [
    'interfaces: a program to run that adds a route',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n    up route add -net 10.0.0.0/8 gw 192.0.2.2\n',
    },
    'plan',
  ],
  [
    'interfaces: a program to run with ip',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n    post-up ip route add 10.0.0.0/8 via 192.0.2.2\n',
    },
    'plan',
  ],
  [
    'interfaces: a program with a substitution',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n    up ip route add $(S3cr3t) via 192.0.2.2\n',
    },
    'warning unsupported-key 6:1',
  ],
  [
    'interfaces: a continued line',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address \\\n192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n',
    },
    'plan',
  ],
  [
    'interfaces: a continued line at the end',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n\\',
    },
    'plan',
  ],
  [
    'interfaces: source of a file',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\nsource /etc/shadow\n',
    },
    'warning unsupported-key 6:1',
  ],
  [
    'interfaces: a mapping',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\nmapping eth0\n    script S3cr3t\n',
    },
    'warning unsupported-key 6:1',
  ],
  [
    'interfaces: an unknown option',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n    S3cr3t S3cr3t\n',
    },
    'note unsupported-key 6:1',
  ],
  [
    'interfaces: name servers',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n    dns-nameservers 192.0.2.2 192.0.2.3\n',
    },
    'plan',
  ],
  [
    'interfaces: a name server that is none',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n    dns-nameservers S3cr3t\n',
    },
    'value 6:1',
  ],
  [
    'interfaces: a hardware address',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n    hwaddress ether fa:16:3e:00:00:05\n',
    },
    'plan',
  ],
  [
    'interfaces: a hardware address that is none',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n    hwaddress ether S3cr3t\n',
    },
    'value 6:1; note missing network_data.json',
  ],
  [
    'interfaces: an MTU',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n    mtu 1400\n',
    },
    'plan',
  ],
  [
    'interfaces: an MTU that is none',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n    mtu S3cr3t\n',
    },
    'value 6:1',
  ],
  [
    'interfaces: a bond',
    {
      interfaces:
        'auto bond0\niface bond0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    bond-slaves eth0 eth1\n    bond-mode 1\n',
    },
    'note missing openstack/content/0000 line 2, iface bond0',
  ],
  [
    'interfaces: a bond of itself',
    {
      interfaces:
        'auto bond0\niface bond0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    bond-slaves bond0\n',
    },
    'missing openstack/content/0000 line 2, iface bond0',
  ],
  [
    'interfaces: a VLAN',
    {
      interfaces:
        'auto eth0.5\niface eth0.5 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    vlan-raw-device eth0\n',
    },
    'note missing openstack/content/0000 line 2, iface eth0.5',
  ],
  [
    'interfaces: control characters',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\u001b[2J\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n',
    },
    'value 3:1; warning missing 5:1; note missing openstack/content/0000 line 2, iface eth0',
  ],
  [
    'interfaces: NUL',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n\u0000',
    },
    'note unsupported-key 6:1',
  ],
  [
    'interfaces: a very long line',
    {
      interfaces:
        'auto eth0\niface eth0 inet static\n    address 192.0.2.5\n    netmask 255.255.255.0\n    gateway 192.0.2.1\n#xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n',
    },
    'plan',
  ],
  ['interfaces: latin-1', { interfaces: Buffer.from('# b\xfccher\n', 'latin1') }, 'damaged 1:4'],
];
