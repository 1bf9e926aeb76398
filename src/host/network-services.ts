// Which network service brings up the guest's links at boot, and who writes /etc/resolv.conf: read from files and links, no command.

import { cloudInitEnabledPath, cloudInitReplacedPath } from '../core/cloud-init.ts';
import type { InterfacesFile, NetworkServices, ResolverOwner } from '../core/facts.ts';

type Files = {
  exists(path: string): boolean;
  list(path: string): readonly string[];
  readLink(path: string): string | undefined;
  which(name: string): string | undefined;
};

export const noNetworkServices: NetworkServices = {
  netplan: false,
  networkd: false,
  networkManager: false,
  ifupdown: false,
  alpine: false,
  sysconfig: false,
  wicked: false,
  cloudInit: false,
};

/** Below these, `systemctl enable` and the distributions' presets put their links. */
const wantsFolders = ['multi-user', 'network-online', 'network', 'sysinit', 'basic'].flatMap((target) => [
  `/etc/systemd/system/${target}.target.wants`,
  `/usr/lib/systemd/system/${target}.target.wants`,
]);

/** A service counts where it is installed and starts at boot: by systemd, OpenRC or System V. */
export function findNetworkServices(files: Files): NetworkServices {
  const isEnabled = (unit: string): boolean =>
    wantsFolders.some((folder) => files.readLink(`${folder}/${unit}.service`) !== undefined);
  const startsAtRunlevel = (name: string): boolean =>
    files.readLink(`/etc/runlevels/boot/${name}`) !== undefined ||
    files.readLink(`/etc/runlevels/default/${name}`) !== undefined ||
    ['rcS.d', 'rc2.d', 'rc3.d', 'rc5.d', 'rc.d/rc3.d'].some((folder) =>
      files.list(`/etc/${folder}`).some((entry) => /^S\d\d/.test(entry) && entry.slice(3) === name),
    );
  const networkd = isEnabled('systemd-networkd');
  const networkManager = isEnabled('NetworkManager') && files.which('NetworkManager') !== undefined;
  const alpine = files.exists('/etc/alpine-release') && files.exists('/etc/network') && startsAtRunlevel('networking');
  const hasNetplanFiles = files.list('/etc/netplan').some((name) => name.endsWith('.yaml'));
  return {
    netplan: files.which('netplan') !== undefined && (hasNetplanFiles || networkd || networkManager),
    networkd,
    networkManager,
    ifupdown:
      !alpine && files.which('ifup') !== undefined && (isEnabled('networking') || startsAtRunlevel('networking')),
    alpine,
    sysconfig: files.exists('/etc/sysconfig/network-scripts') && (isEnabled('network') || startsAtRunlevel('network')),
    wicked: files.which('wicked') !== undefined && isEnabled('wicked'),
    cloudInit: files.exists(cloudInitEnabledPath) && !files.exists(cloudInitReplacedPath),
  };
}

/** By where /etc/resolv.conf leads; a plain file is nobody's, but for openresolv, which writes the file itself. */
export function findResolver(files: Files): ResolverOwner {
  const target = files.readLink('/etc/resolv.conf') ?? '';
  if (target.includes('systemd/resolve')) return 'resolved';
  if (target.includes('resolvconf')) return 'resolvconf';
  if (target.includes('NetworkManager')) return 'network-manager';
  return files.which('resolvconf') !== undefined && files.exists('/etc/resolvconf.conf') ? 'openresolv' : 'file';
}

/** /etc/network/interfaces and what lies in interfaces.d, which it usually sources; ours is not among them, nor what a glob leaves out. */
export function readInterfaces(
  files: Pick<Files, 'list'> & { readText(path: string): string | undefined },
): InterfacesFile[] {
  const folder = '/etc/network/interfaces.d';
  const parts = files
    .list(folder)
    .filter((name) => /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(name) && name !== ownInterfacesName);
  return ['/etc/network/interfaces', ...parts.map((name) => `${folder}/${name}`)].flatMap((path) => {
    const content = readIfAllowed(() => files.readText(path));
    return content === undefined ? [] : [{ path, content }];
  });
}

/** They may hold a password of a wireless network; a plan by another than root goes without. */
function readIfAllowed(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Of the ifupdown renderer. */
const ownInterfacesName = '50-guest-init';
