import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findNetworkServices, findResolver, noNetworkServices } from './network-services.ts';

/** Paths, links as `path -> target`, commands. */
function guest(paths: readonly string[], commands: readonly string[] = []): Parameters<typeof findResolver>[0] {
  const links = new Map(paths.map((path) => path.split(' -> ')).map(([path = '', target]) => [path, target]));
  return {
    exists: (path) => [...links.keys()].some((known) => known === path || known.startsWith(`${path}/`)),
    list: (path) =>
      [...links.keys()].filter((known) => known.startsWith(`${path}/`)).map((known) => known.slice(path.length + 1)),
    readLink: (path) => links.get(path),
    which: (name) => (commands.includes(name) ? `/usr/sbin/${name}` : undefined),
  };
}

const wants = (unit: string, target = 'multi-user'): string =>
  `/etc/systemd/system/${target}.target.wants/${unit}.service -> /lib/systemd/system/${unit}.service`;

const cases: [string, Parameters<typeof findResolver>[0], readonly string[]][] = [
  ['nothing', guest([]), []],
  ['Debian with ifupdown', guest([wants('networking'), '/etc/network/interfaces'], ['ifup']), ['ifupdown']],
  ['ifupdown that does not start', guest(['/etc/network/interfaces'], ['ifup']), []],
  ['System V', guest(['/etc/rcS.d/S12networking -> ../init.d/networking'], ['ifup']), ['ifupdown']],
  ['Debian cloud image', guest([wants('systemd-networkd')], ['netplan']), ['netplan', 'networkd']],
  ['netplan that nothing starts', guest([wants('networking')], ['netplan', 'ifup']), ['ifupdown']],
  ['netplan with files of its own', guest(['/etc/netplan/50-cloud-init.yaml'], ['netplan']), ['netplan']],
  ['networkd by its preset', guest([wants('systemd-networkd', 'network-online')]), ['networkd']],
  ['NetworkManager', guest([wants('NetworkManager')], ['NetworkManager']), ['networkManager']],
  ['a link to NetworkManager that was removed', guest([wants('NetworkManager')]), []],
  [
    'Red Hat with the network script',
    guest(['/etc/sysconfig/network-scripts/ifcfg-lo', '/etc/rc.d/rc3.d/S10network -> ../init.d/network']),
    ['sysconfig'],
  ],
  ['SUSE', guest([wants('wicked')], ['wicked']), ['wicked']],
  [
    'Alpine',
    guest(
      ['/etc/alpine-release', '/etc/network/if-up.d', '/etc/runlevels/boot/networking -> /etc/init.d/networking'],
      ['ifup'],
    ),
    ['alpine'],
  ],
  ['cloud-init at work', guest([wants('networking'), '/run/cloud-init/enabled'], ['ifup']), ['ifupdown', 'cloudInit']],
  [
    'cloud-init replaced',
    guest([wants('networking'), '/run/cloud-init/enabled', '/run/guest-init/replaces-cloud-init'], ['ifup']),
    ['ifupdown'],
  ],
];

for (const [name, files, expected] of cases) {
  test(`network services of ${name}`, () => {
    const on = Object.fromEntries(expected.map((service) => [service, true]));
    assert.deepEqual(findNetworkServices(files), { ...noNetworkServices, ...on });
  });
}

const resolvers: [string, string][] = [
  ['/etc/resolv.conf -> ../run/systemd/resolve/stub-resolv.conf', 'resolved'],
  ['/etc/resolv.conf -> /run/resolvconf/resolv.conf', 'resolvconf'],
  ['/etc/resolv.conf -> /run/NetworkManager/resolv.conf', 'network-manager'],
  ['/etc/resolv.conf', 'file'],
];

for (const [path, owner] of resolvers) {
  test(`${path} is the business of ${owner}`, () => assert.equal(findResolver(guest([path])), owner));
}

test('openresolv writes the plain file itself', () => {
  assert.equal(findResolver(guest(['/etc/resolv.conf', '/etc/resolvconf.conf'], ['resolvconf'])), 'openresolv');
});
