// Debian root folders for sandboxes, built once by mmdebstrap and kept outside the work tree.
// The mirror is whatever apt on this machine is configured with; a release that it does not carry is reported, not guessed.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hasTool, plainEnv, runTool, tryTool } from './command.ts';

type Recipe = {
  readonly release: 'bullseye' | 'bookworm' | 'trixie';
  readonly packages: readonly string[];
  /** Shell lines run between the essential packages and `packages`; $1 is the root. */
  readonly beforePackages?: string;
};

/** What a guest needs to boot from a virtio disk and to be logged in to; the Debian cloud kernel has all drivers as modules. */
const bootable = {
  packages: [
    'dbus',
    'e2fsprogs',
    'initramfs-tools',
    'kmod',
    'linux-image-cloud-amd64',
    'openssh-server',
    'sudo',
    'systemd-sysv',
    'udev',
  ],
  // A small initial ramdisk: under emulation each megabyte of it is boot time of every test. It knows the drives of a cloud, as
  // Debian's own do: cloud-init looks for its datasource before udev of the real root loads a driver.
  beforePackages: [
    'mkdir -p "$1/etc/initramfs-tools/conf.d"',
    'printf "MODULES=list\\nFSTYPE=ext4\\n" > "$1/etc/initramfs-tools/conf.d/guest"',
    'printf "virtio_pci\\nvirtio_blk\\nvirtio_scsi\\nsr_mod\\next4\\n" > "$1/etc/initramfs-tools/modules"',
  ].join('\n'),
} as const;

const recipes = {
  bookworm: {
    release: 'bookworm',
    packages: [
      'ifupdown',
      'iproute2',
      'iputils-ping',
      'net-tools',
      'openssh-client',
      'openssh-server',
      'strace',
      'sudo',
    ],
  },
  /** A guest that cannot run the binary, and the shells that completion scripts are for. */
  'bookworm-shells': {
    release: 'bookworm',
    packages: ['busybox', 'gawk', 'iproute2', 'iputils-ping', 'net-tools', 'shellcheck', 'zsh'],
  },
  'bookworm-minimal': { release: 'bookworm', packages: [] },
  'bullseye-minimal': { release: 'bullseye', packages: [] },
  'trixie-minimal': { release: 'trixie', packages: [] },
  'bookworm-cloud-init': {
    release: 'bookworm',
    packages: ['cloud-init', 'ifupdown', 'iproute2', 'net-tools', 'openssh-server', 'sudo'],
  },
  /** The consumers of what the renderers write, and the rival that writes the same. */
  'bookworm-network': {
    release: 'bookworm',
    packages: ['cloud-init', 'ifupdown', 'iproute2', 'netplan.io', 'network-manager', 'systemd-sysv', 'udev'],
  },
  /** The tools of disks that a document may ask for. */
  'bookworm-disks': {
    release: 'bookworm',
    packages: ['btrfs-progs', 'cloud-guest-utils', 'dosfstools', 'fdisk', 'iproute2', 'xfsprogs'],
  },
  /** The consumers of what is said about language, keyboard, time and logs. */
  'bookworm-system': {
    release: 'bookworm',
    packages: ['chrony', 'console-setup', 'iproute2', 'locales', 'net-tools', 'rsyslog', 'systemd-sysv', 'tzdata'],
  },
  /** The browser that reports are looked at with. */
  'bookworm-chromium': { release: 'bookworm', packages: ['chromium', 'fonts-dejavu-core', 'fonts-noto-core'] },
  /** The two ifupdown programs of Alpine. */
  'trixie-alpine': { release: 'trixie', packages: ['busybox-static', 'ifupdown-ng', 'iproute2'] },
  'bullseye-guest': { release: 'bullseye', ...bootable, packages: [...bootable.packages, 'ifupdown', 'net-tools'] },
  'bookworm-guest': { release: 'bookworm', ...bootable, packages: [...bootable.packages, 'ifupdown', 'net-tools'] },
  'trixie-guest': { release: 'trixie', ...bootable, packages: [...bootable.packages, 'iproute2'] },
  /** Guests that divide disks. */
  'bookworm-guest-disks': {
    release: 'bookworm',
    ...bootable,
    packages: [...bootable.packages, 'fdisk', 'ifupdown', 'net-tools'],
  },
  'trixie-guest-disks': { release: 'trixie', ...bootable, packages: [...bootable.packages, 'fdisk', 'iproute2'] },
  /** Guests with services that a document sets up. */
  'bookworm-guest-services': {
    release: 'bookworm',
    ...bootable,
    packages: [...bootable.packages, 'ca-certificates', 'ifupdown', 'net-tools', 'systemd-timesyncd'],
  },
  'trixie-guest-services': {
    release: 'trixie',
    ...bootable,
    packages: [...bootable.packages, 'ca-certificates', 'iproute2', 'systemd-timesyncd'],
  },
  'bookworm-guest-networkd': {
    release: 'bookworm',
    ...bootable,
    packages: [...bootable.packages, 'iproute2'],
  },
  'bookworm-guest-netplan': {
    release: 'bookworm',
    ...bootable,
    packages: [...bootable.packages, 'iproute2', 'netplan.io', 'systemd-resolved'],
  },
  'bookworm-guest-nm': {
    release: 'bookworm',
    ...bootable,
    packages: [...bootable.packages, 'iproute2', 'network-manager'],
  },
  'trixie-guest-networkd': {
    release: 'trixie',
    ...bootable,
    packages: [...bootable.packages, 'iproute2', 'systemd-resolved'],
  },
  'trixie-guest-netplan': {
    release: 'trixie',
    ...bootable,
    packages: [...bootable.packages, 'iproute2', 'netplan.io', 'systemd-resolved'],
  },
  'bookworm-guest-cloud-init': {
    release: 'bookworm',
    ...bootable,
    packages: [...bootable.packages, 'cloud-init', 'ifupdown', 'iproute2', 'net-tools'],
  },
} as const satisfies Record<string, Recipe>;

export type RootName = keyof typeof recipes;

/** Part of every digest: raise it when buildRoot itself changes what a root holds. */
const recipeVersion = 1;

/** Folder that keeps the roots. */
export const cacheFolder = process.env.GUEST_INIT_TEST_CACHE ?? '/var/cache/guest-init-test';

/** Why roots cannot be had on this machine; undefined when they can. */
export function explainMissingRoots(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  const missing = ['mmdebstrap', 'unshare', 'flock'].filter((tool) => !hasTool(tool));
  return missing.length > 0 ? `needs ${missing.join(', ')}` : undefined;
}

/**
 * Absolute path of the unpacked root `name`, built first when the cache lacks it (10 to 30 s). Callers in other processes wait for
 * the one that builds. Never write below it: it is the lower layer of every sandbox.
 */
export async function prepareRoot(name: RootName): Promise<string> {
  const recipe: Recipe = recipes[name];
  const digest = createHash('sha256')
    .update(JSON.stringify({ recipeVersion, ...recipe }))
    .digest('hex')
    .slice(0, 12);
  const folder = join(cacheFolder, `${name}-${digest}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cacheFolder, { recursive: true });
  const lock = await takeLock(join(cacheFolder, `.lock-${name}`));
  try {
    if (!existsSync(folder)) await buildRoot({ name, recipe, folder });
  } finally {
    closeSync(lock);
  }
  return folder;
}

/** An exclusive lock that lasts until the descriptor is closed or this process dies: flock(1) locks the open file that we share with it. */
export async function takeLock(path: string): Promise<number> {
  const descriptor = openSync(path, 'a', 0o600);
  const child = spawn('flock', ['--exclusive', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
    env: plainEnv,
  });
  const { status } = await waitForExit(child);
  if (status !== 0) throw new Error(`cannot lock ${path}`);
  return descriptor;
}

/** A mirror, or the way to it, may fail for a moment. */
const attempts = 2;

async function buildRoot(options: { name: RootName; recipe: Recipe; folder: string }): Promise<void> {
  const { name, recipe, folder } = options;
  const started = performance.now();
  // The lock is ours: whatever an interrupted build of this root left behind is nobody's.
  for (const entry of readdirSync(cacheFolder)) {
    if (entry.startsWith(`.build-${name}-`)) rmSync(join(cacheFolder, entry), { recursive: true, force: true });
  }
  const build = join(cacheFolder, `.build-${name}-${process.pid}`);
  const argv = [
    // Own namespaces: mounts of the build never reach this machine, and nothing of it outlives this process.
    ...[
      '--pdeathsig',
      'KILL',
      '--',
      'unshare',
      '--mount',
      '--propagation',
      'private',
      '--pid',
      '--fork',
      '--kill-child',
    ],
    ...['mmdebstrap', '--mode=root', '--variant=minbase', '--format=directory', ...findAptOptions()],
    ...(recipe.beforePackages === undefined ? [] : [`--essential-hook=${recipe.beforePackages}`]),
    ...(recipe.packages.length > 0 ? [`--include=${recipe.packages.join(',')}`] : []),
    ...[recipe.release, build, ...findSources(recipe.release)],
  ];
  for (let attempt = 1; ; attempt += 1) {
    process.stderr.write(`roots: building ${name} with mmdebstrap\n`);
    const child = spawn('setpriv', argv, { stdio: ['ignore', 'ignore', 'pipe'], env: plainEnv });
    const { status, stderr } = await waitForExit(child);
    if (status === 0) break;
    rmSync(build, { recursive: true, force: true });
    const problem = `mmdebstrap could not build ${name}: ${stderr.trim().split('\n').slice(-6).join(' | ')}`;
    if (attempt === attempts) throw new Error(problem);
    process.stderr.write(`roots: ${problem}; once more\n`);
  }
  cleanRoot(build);
  renameSync(build, folder);
  process.stderr.write(`roots: built ${basename(folder)} in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

/** Removes what the build copied from this machine or made at random: all sandboxes start from a template. */
function cleanRoot(folder: string): void {
  for (const path of ['etc/resolv.conf', 'var/lib/apt/lists', 'var/cache/apt']) {
    rmSync(join(folder, path), { recursive: true, force: true });
  }
  for (const name of readdirSync(join(folder, 'etc'))) {
    if (name.endsWith('-')) rmSync(join(folder, 'etc', name), { force: true });
  }
  writeFileSync(join(folder, 'etc/hostname'), 'template\n');
  writeFileSync(join(folder, 'etc/resolv.conf'), '');
}

type AptTarget = { site: string; codename: string; signedBy: string };

/** The package sources that apt on this machine uses. */
function readAptTargets(): AptTarget[] {
  const listing = runTool([
    'apt-get',
    'indextargets',
    '--format',
    '$(REPO_URI) $(RELEASE) $(SIGNED_BY)',
    'Created-By: Packages',
  ]);
  return listing.split('\n').flatMap((line) => {
    const [site, codename, signedBy] = line.split(' ');
    return site && codename ? [{ site, codename, signedBy: signedBy ?? '' }] : [];
  });
}

/** One-line sources for `release`: the archive of this machine's own release, asked for another. */
function findSources(release: string): string[] {
  const targets = readAptTargets();
  const archive = targets.find(({ codename }) => !/[-/]/.test(codename)) ?? targets[0];
  if (archive === undefined) throw new Error('apt on this machine has no package source');
  const security = targets.find(({ codename }) => codename.endsWith('-security'));
  const lines = [`deb ${archive.site} ${release} main`];
  if (security !== undefined) lines.push(`deb ${security.site} ${release}-security main`);
  // A mirror of the archive need not mirror the security updates of an older release.
  return lines.filter((line, index) => index === 0 || carriesRelease(line));
}

function carriesRelease(line: string): boolean {
  const [, site = '', release = ''] = line.split(' ');
  const fetch = tryTool(
    ['/usr/lib/apt/apt-helper', 'download-file', `${site}dists/${release}/InRelease`, '/dev/null'],
    {
      timeoutMs: 30_000,
    },
  );
  return fetch.status === 0;
}

/** What this machine's apt needs to reach its mirror (proxies, frozen snapshots) holds for the roots as well. */
function findAptOptions(): string[] {
  return runTool(['apt-config', 'dump', 'Acquire'])
    .split('\n')
    .filter((line) => /^Acquire::(https?::Proxy|Check-Valid-Until|Check-Date|Retries)\b/i.test(line))
    .map((line) => `--aptopt=${line}`);
}

function waitForExit(child: ChildProcess): Promise<{ status: number | null; stderr: string }> {
  return new Promise((resolve, reject) => {
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-8192);
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stderr }));
  });
}
