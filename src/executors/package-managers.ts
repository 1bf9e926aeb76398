// The command lines of the package managers, and how to read what they say. Answers to questions are given beforehand: nobody is there.

import type { PackageManager, PackageRequest } from '../core/action.ts';

/** How long a manager waits for another one that is at work, such as the distribution's own update at boot. */
export const lockWaitSeconds = 120;

export type ManagerCommands = {
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly refresh: readonly string[];
  readonly upgrade: readonly string[];
  /** Arguments that install these, without the program. */
  install(packages: readonly PackageRequest[]): readonly string[];
  /** Every package has a call of its own. */
  readonly single?: true;
  /** Exit codes beside 0 that tell of success. */
  readonly successes?: readonly number[];
  /** Ends well although a package was not found: what is there has to be looked at again. */
  readonly lenient?: true;
  /** A line of output: another manager is at work, and this one has not waited. */
  readonly lock?: RegExp;
  /** A line of output: there was nothing to do. */
  readonly idle?: RegExp;
  /** Lines of output that name the reason of a failure, the most telling first. */
  readonly complaints: readonly RegExp[];
  /** A line of output after which `repair` is run once, then the call again. */
  readonly broken?: RegExp;
  readonly repair?: readonly string[];
};

/** As cloud-init calls it: files that the administrator changed stay, and dpkg leaves syncing to the end. */
const aptOptions = [
  ...['-o', 'Dpkg::Options::=--force-confold', '-o', 'Dpkg::Options::=--force-unsafe-io'],
  ...['-o', `DPkg::Lock::Timeout=${lockWaitSeconds}`, '--assume-yes', '--quiet'],
];

const apt: ManagerCommands = {
  program: 'apt-get',
  environment: { DEBIAN_FRONTEND: 'noninteractive', APT_LISTCHANGES_FRONTEND: 'none' },
  // apt-get ends well when a list could not be fetched, unless told that it matters.
  refresh: [...aptOptions, '-o', 'APT::Update::Error-Mode=any', 'update'],
  upgrade: [...aptOptions, 'dist-upgrade'],
  install: (packages) => [...aptOptions, 'install', ...spell(packages, '=')],
  lock: /^E: (?:Could not get lock|Unable to (?:acquire|lock))/,
  complaints: [/script subprocess|trying to overwrite/, /^E: (?!Can not write log|Sub-process)/, /^E: Sub/],
  broken: /dpkg was interrupted/,
  repair: ['dpkg', '--force-confold', '--configure', '-a'],
};

/** dnf and yum take the same words. */
function describeDnf(program: 'dnf' | 'yum'): ManagerCommands {
  return {
    program,
    environment: {},
    refresh: ['-y', 'makecache'],
    upgrade: ['-y', 'upgrade'],
    install: (packages) => ['-y', 'install', ...spell(packages, '-')],
    lenient: true,
    idle: /^Nothing to do\.?$/,
    complaints: [/^(?:Error|No match for argument|No package \S+ available|Unable to find a match|Cannot )/i],
  };
}

const zypper: ManagerCommands = {
  program: 'zypper',
  environment: { ZYPP_LOCK_TIMEOUT: String(lockWaitSeconds) },
  refresh: ['--non-interactive', 'refresh'],
  upgrade: ['--non-interactive', 'update', '--auto-agree-with-licenses'],
  install: (packages) => [...['--non-interactive', 'install', '--auto-agree-with-licenses'], ...spell(packages, '=')],
  // zypper(8): what is installed wants a restart of the system or of zypper.
  successes: [100, 101, 102, 103],
  lock: /^System management is locked/,
  idle: /^Nothing to do\.$/,
  complaints: [/(?:not found|^Problem|^Error|No provider of|failed)/],
};

const apk: ManagerCommands = {
  program: 'apk',
  environment: {},
  refresh: ['--wait', String(lockWaitSeconds), 'update'],
  upgrade: ['--wait', String(lockWaitSeconds), 'upgrade'],
  install: (packages) => ['--wait', String(lockWaitSeconds), 'add', ...spell(packages, '=')],
  complaints: [/^(?:ERROR|WARNING)|no such package|unable to select/],
};

const pacman: ManagerCommands = {
  program: 'pacman',
  environment: {},
  refresh: ['--noconfirm', '-Sy'],
  upgrade: ['--noconfirm', '-Syu'],
  install: (packages) => ['--noconfirm', '--needed', '-S', ...spell(packages, '=')],
  lock: /unable to lock database/,
  idle: /^ ?there is nothing to do$/,
  complaints: [/^error: /],
};

const snap: ManagerCommands = {
  program: 'snap',
  environment: {},
  // Before its seeds are in place snapd takes no orders.
  refresh: ['wait', 'system', 'seed.loaded'],
  upgrade: ['refresh'],
  install: (packages) => [
    'install',
    ...packages.flatMap(({ name, version }) => (version === undefined ? [name] : [name, version])),
  ],
  single: true,
  complaints: [/^error: /],
};

function spell(packages: readonly PackageRequest[], separator: string): string[] {
  return packages.map(({ name, version }) => (version === undefined ? name : `${name}${separator}${version}`));
}

export const managerCommands: Readonly<Record<PackageManager, ManagerCommands>> = {
  ...{ apt, dnf: describeDnf('dnf'), yum: describeDnf('yum'), zypper, apk, pacman, snap },
};
