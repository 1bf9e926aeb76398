// Reads what the guest is from files alone: no command is spawned, so that it costs about a millisecond at boot.

import type { PackageManager } from '../core/action.ts';
import type { AptSourcesFile, Dmi, Facts, OsRelease, TimeClient } from '../core/facts.ts';
import { parseGroups, parseUsers } from './accounts.ts';
import { readLinks, readRoutes } from './network-facts.ts';
import { findNetworkServices, findResolver, readInterfaces } from './network-services.ts';

/** Private halves, as ssh-keygen(1) -A names them. */
const hostKeyFile = /^ssh_host_\w+_key$/;

/** The commands that planners choose between. */
const optionalCommands = ['ifconfig', 'route', 'ip'] as const;

/**
 * `readText` maps guest paths and gives undefined for what is absent; `live` false leaves out what only a running guest has. Each fact is
 * read when it is first asked for: most steps look at one or two of them.
 */
export function gatherFacts(from: {
  live: boolean;
  readText(path: string): string | undefined;
  exists(path: string): boolean;
  list(path: string): readonly string[];
  readLink(path: string): string | undefined;
  which(name: string): string | undefined;
}): Facts {
  const { live, readText } = from;
  return readLazily<Facts>({
    os: () => parseOsRelease(readText('/etc/os-release') ?? readText('/usr/lib/os-release') ?? ''),
    bootId: () => (live ? readBootId(readText) : ''),
    hostname: () => (live ? readText('/proc/sys/kernel/hostname') : readText('/etc/hostname'))?.trim() ?? '',
    links: () => (live ? readLinks() : []),
    routes: () => (live ? readRoutes() : []),
    commands: () => findCommands(from.which),
    users: () => parseUsers(readText('/etc/passwd') ?? ''),
    groups: () => parseGroups(readText('/etc/group') ?? ''),
    daemons: () => findDaemons(from.exists),
    packageManager: () =>
      findPackageManager(
        parseOsRelease(readText('/etc/os-release') ?? readText('/usr/lib/os-release') ?? ''),
        from.which,
      ),
    architecture: () => (process.arch === 'x64' ? 'amd64' : process.arch),
    aptSources: () => readAptSources(from),
    systemd: () => live && from.exists('/run/systemd/system'),
    sshdDropIns: () => includesDropIns(readText('/etc/ssh/sshd_config') ?? ''),
    sshd: () => findSshd(from),
    findsOwnName: () => asksMyhostname(readText('/etc/nsswitch.conf') ?? ''),
    hasHostsFile: () => from.exists('/etc/hosts'),
    dmi: () => (live ? readDmi(readText) : {}),
    networkServices: () => findNetworkServices(from),
    resolver: () => findResolver(from),
    interfaces: () => readInterfaces(from),
    timeClients: () => findTimeClients(from),
  });
}

/** systemd.unit(5). */
export const unitFolders = [
  ...['/etc/systemd/system', '/run/systemd/system', '/usr/local/lib/systemd/system'],
  ...['/usr/lib/systemd/system', '/lib/systemd/system'],
] as const;

const daemonUnits = [
  ...['etcd.service', 'etcd2.service', 'fleet.service', 'flanneld.service', 'locksmithd.service'],
  'update-engine.service',
];

/** A mask counts as the unit that it hides. */
function findDaemons(exists: (path: string) => boolean): readonly string[] {
  return daemonUnits.filter((unit) => unitFolders.some((folder) => exists(`${folder}/${unit}`)));
}

/** An object like any other, whose fields are computed once each, at first sight. */
function readLazily<T extends object>(readers: { readonly [K in keyof T]-?: () => T[K] }): T {
  const object = {} as T;
  for (const key of Object.keys(readers) as (keyof T)[]) {
    Object.defineProperty(object, key, {
      enumerable: true,
      configurable: true,
      get() {
        const value = readers[key]();
        Object.defineProperty(object, key, { value, enumerable: true });
        return value;
      },
    });
  }
  return object;
}

function findSshd(from: Pick<Parameters<typeof gatherFacts>[0], 'which' | 'list'>): Facts['sshd'] {
  if (from.which('sshd') === undefined) return 'absent';
  return from.list('/etc/ssh').some((name) => hostKeyFile.test(name)) ? 'keyed' : 'keyless';
}

function findCommands(which: (name: string) => string | undefined): Facts['commands'] {
  const found = optionalCommands.map((name) => [name, which(name)] as const);
  return Object.fromEntries(found.filter((entry): entry is [(typeof entry)[0], string] => entry[1] !== undefined));
}

const aptFolder = '/etc/apt';
const aptFiles = ['sources.list', 'sources.list.d/debian.sources', 'sources.list.d/ubuntu.sources'] as const;

/** A file that only root may read is not there for others. */
function readAptSources({ readText }: { readText(path: string): string | undefined }): AptSourcesFile[] {
  return aptFiles.flatMap((name) => {
    const path = `${aptFolder}/${name}`;
    try {
      const content = readText(path);
      return content === undefined ? [] : [{ path, content }];
    } catch {
      return [];
    }
  });
}

const managerPrograms: readonly (readonly [PackageManager, string])[] = [
  ...([
    ['apt', 'apt-get'],
    ['zypper', 'zypper'],
    ['dnf', 'dnf'],
    ['yum', 'yum'],
  ] as const),
  ...([
    ['apk', 'apk'],
    ['pacman', 'pacman'],
  ] as const),
];

/** Managers of other families can be installed as well: they manage the packages of chroots, not those of the guest. */
const managerOfFamily: Readonly<Record<string, readonly PackageManager[]>> = {
  ...{ debian: ['apt'], ubuntu: ['apt'], suse: ['zypper'], opensuse: ['zypper'], sles: ['zypper'] },
  ...{ fedora: ['dnf', 'yum'], rhel: ['dnf', 'yum'], alpine: ['apk'], arch: ['pacman'] },
};

/** The manager of the guest's family that is installed, else the first of any family. */
export function findPackageManager(
  { id, idLike }: Pick<OsRelease, 'id' | 'idLike'>,
  which: (name: string) => string | undefined,
): PackageManager | undefined {
  const installed = managerPrograms.filter(([, program]) => which(program) !== undefined).map(([name]) => name);
  const own = [id, ...idLike].flatMap((name) => managerOfFamily[name] ?? []);
  return own.find((name) => installed.includes(name)) ?? installed[0];
}

/** Changes at every boot of the kernel; random(4). */
export function readBootId(readText: (path: string) => string | undefined): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
}

/** os-release(5): NAME=value lines, values optionally quoted. */
export function parseOsRelease(text: string): OsRelease {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z_]+)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"']*))\s*$/.exec(line);
    if (match?.[1] !== undefined) {
      fields.set(match[1], match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? match[4] ?? '');
    }
  }
  const versionId = fields.get('VERSION_ID');
  const codename = fields.get('VERSION_CODENAME');
  return {
    id: fields.get('ID') ?? 'linux',
    idLike: (fields.get('ID_LIKE') ?? '').split(' ').filter((id) => id !== ''),
    ...(versionId === undefined ? {} : { versionId }),
    ...(codename === undefined ? {} : { codename }),
    prettyName: fields.get('PRETTY_NAME') ?? 'Linux',
  };
}

/** Whether sshd_config reads drop-ins before it sets anything itself: sshd keeps the first value of an option. */
export function includesDropIns(sshdConfig: string): boolean {
  for (const line of sshdConfig.split('\n')) {
    const words = line.trim();
    if (words === '' || words.startsWith('#')) continue;
    return /^include\s+\/etc\/ssh\/sshd_config\.d\/\*\.conf\b/i.test(words);
  }
  return false;
}

/** Whether the host names of nsswitch.conf(5) come from nss-myhostname, too. */
export function asksMyhostname(nsswitch: string): boolean {
  return /^hosts:[^#\n]*\bmyhostname\b/m.test(nsswitch);
}

/** What the firmware says about the machine; the product uuid needs root. */
export function readDmi(readText: (path: string) => string | undefined): Dmi {
  const read = (name: string): string | undefined => {
    try {
      const text = readText(`/sys/class/dmi/id/${name}`)?.trim();
      return text === '' ? undefined : text;
    } catch {
      return undefined;
    }
  };
  const fields = {
    productUuid: read('product_uuid')?.toLowerCase(),
    productName: read('product_name'),
    sysVendor: read('sys_vendor'),
    chassisAssetTag: read('chassis_asset_tag'),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Three programs are called ntpd; OpenNTPD comes with ntpctl, NTPsec with a folder of its own. BusyBox's reads no file of these. */
export function findTimeClients(files: {
  exists(path: string): boolean;
  readLink(path: string): string | undefined;
  which(name: string): string | undefined;
}): TimeClient[] {
  const found: TimeClient[] = [];
  if (files.which('chronyd') !== undefined) found.push('chrony');
  if (files.exists('/usr/lib/systemd/systemd-timesyncd') || files.exists('/lib/systemd/systemd-timesyncd'))
    found.push('systemd-timesyncd');
  const ntpd = files.which('ntpd');
  if (ntpd === undefined || files.readLink(ntpd)?.includes('busybox')) return found;
  if (files.which('ntpctl') !== undefined) found.push('openntpd');
  else found.push(files.exists('/etc/ntpsec') ? 'ntpsec' : 'ntp');
  return found;
}
