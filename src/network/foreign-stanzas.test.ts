import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { yieldStanzas } from './foreign-stanzas.ts';

const eth0 = new Set(['eth0']);
const run = (content: string, links = eth0): string | undefined =>
  yieldStanzas({ path: '/etc/network/interfaces', content }, links);

describe('yieldStanzas', () => {
  const cases: [string, string, string][] = [
    [
      'the DHCP of a Debian image',
      'auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n',
      'auto lo\niface lo inet loopback\n\n# by guest-init: auto eth0\n# by guest-init: iface eth0 inet dhcp\n',
    ],
    ['a list of several', 'auto lo eth0 eth1\n', 'auto lo eth1\n# by guest-init: auto lo eth0 eth1\n'],
    ['hotplug', 'allow-hotplug eth0\n', '# by guest-init: allow-hotplug eth0\n'],
    [
      'options and comments of a stanza, up to the next one',
      'iface eth0 inet static\n  address 10.0.0.9/24\n  # why\n  up x\niface eth1 inet dhcp\n  metric 5\n',
      '# by guest-init: iface eth0 inet static\n# by guest-init: address 10.0.0.9/24\n  # why\n# by guest-init: up x\niface eth1 inet dhcp\n  metric 5\n',
    ],
    [
      'a continued line and an alias',
      'iface eth0 inet static\n  up a \\\n b\niface eth0:1 inet static\nsource x\n',
      '# by guest-init: iface eth0 inet static\n# by guest-init: up a   b\n# by guest-init: iface eth0:1 inet static\nsource x\n',
    ],
  ];
  for (const [name, before, after] of cases) {
    it(`takes back ${name}`, () => {
      assert.equal(run(before), after);
      assert.equal(run(after), undefined, 'a second run changes nothing');
    });
  }

  for (const content of [
    '',
    'auto lo\niface lo inet loopback\n',
    'iface eth00 inet dhcp\nauto eth0.30\n',
    '# iface eth0 inet dhcp\n',
  ])
    it(`leaves ${JSON.stringify(content)} alone`, () => assert.equal(run(content), undefined));
});
