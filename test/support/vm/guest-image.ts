// Disk images that virtual machines boot: a Debian root, prepared as an image builder would, made into an ext4 disk once and kept
// outside the work tree. A machine boots a copy.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { runTool } from '../command.ts';
import { cacheFolder, prepareRoot, type RootName, takeLock } from '../roots.ts';
import { shellUnit } from './guest-shell.ts';

export type GuestRoot = Extract<RootName, `${string}-guest${string}`>;

export type GuestImageOptions = {
  /** Names the image among those of the same root; one image of a name is kept. */
  readonly name: string;
  readonly root: GuestRoot;
  /** Files that the image builder brings, by guest path: text, or the content of a file of this machine. */
  readonly files?: Readonly<Record<string, ImageFile>>;
  /** Shell lines that run in the image (chroot) after the files are there. */
  readonly script?: string;
  /** Leaves the host keys of the image in it, where their making, which takes seconds by chance, would blur what is measured. */
  readonly hasHostKeys?: true;
};

type ImageFile = { readonly content: string | Uint8Array; readonly mode?: number };

export type GuestImage = { readonly disk: string; readonly kernel: string; readonly initrd: string };

/** Part of every digest: raise it when the preparation itself changes. */
const version = 2;

/** What every image has: a shell for the test on the second serial port, no start-up work that has nothing to do with a first boot. */
const commonFiles: Readonly<Record<string, ImageFile>> = {
  ...shellUnit,
  '/etc/fstab': { content: '/dev/vda / ext4 rw,discard,errors=remount-ro 0 1\n' },
};
const commonScript = [
  'systemctl enable guest-test-shell.service',
  'systemctl disable apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer 2>/dev/null || :',
  ': > /etc/machine-id',
].join('\n');

/** A well-made image ships no identity of its own. */
const removeHostKeys = 'rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub';

/** Gives the image, made when the cache lacks it (about 10 s besides the root). */
export async function prepareGuestImage(options: GuestImageOptions): Promise<GuestImage> {
  const root = await prepareRoot(options.root);
  const files = { ...commonFiles, ...options.files };
  const script = ['set -eu', options.script ?? '', commonScript, options.hasHostKeys ? '' : removeHostKeys, ''].join(
    '\n',
  );
  const name = `vm-${options.root}-${options.name}`;
  const folder = join(cacheFolder, `${name}-${digest({ root, files, script })}`);
  const lock = await takeLock(join(cacheFolder, `.lock-${name}`));
  try {
    if (!existsSync(folder)) {
      for (const entry of readdirSync(cacheFolder)) {
        if (isVersionOf(entry, name)) rmSync(join(cacheFolder, entry), { recursive: true, force: true });
      }
      buildImage({ root, files, script, folder });
    }
  } finally {
    closeSync(lock);
  }
  return { disk: join(folder, 'disk.img'), kernel: join(folder, 'vmlinuz'), initrd: join(folder, 'initrd') };
}

function isVersionOf(entry: string, name: string): boolean {
  return entry.startsWith(`${name}-`) && /^[0-9a-f]{12}$/.test(entry.slice(name.length + 1));
}

function digest({ root, files, script }: { root: string; files: Readonly<Record<string, ImageFile>>; script: string }) {
  const hash = createHash('sha256').update(JSON.stringify([version, basename(root), script]));
  for (const [path, { content, mode }] of Object.entries(files)) hash.update(`${path}\0${mode}\0`).update(content);
  return hash.digest('hex').slice(0, 12);
}

function buildImage(options: {
  root: string;
  files: Readonly<Record<string, ImageFile>>;
  script: string;
  folder: string;
}): void {
  const { root, files, script, folder } = options;
  const work = mkdtempSync(join(tmpdir(), 'guest-init-image-'));
  try {
    for (const name of ['upper', 'work', 'merged', 'out']) mkdirSync(join(work, name), { mode: 0o755 });
    for (const [path, { content, mode }] of Object.entries(files)) placeFile(join(work, 'upper', path), content, mode);
    writeFileSync(join(work, 'script'), script);
    writeFileSync(join(work, 'prepare'), prepareScript, { mode: 0o600 });
    // Mounts and processes of the chroot end with the namespaces.
    const isolate = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
    runTool([...isolate, 'sh', join(work, 'prepare'), work, root]);
    const boot = readdirSync(join(root, 'boot'));
    for (const [prefix, name] of [
      ['vmlinuz-', 'vmlinuz'],
      ['initrd.img-', 'initrd'],
    ] as const) {
      const file = boot.find((entry) => entry.startsWith(prefix));
      if (file === undefined) throw new Error(`${root} has no /boot/${prefix}*`);
      writeFileSync(join(work, 'out', name), readFileSync(join(root, 'boot', file)));
    }
    const building = `${folder}.building`;
    rmSync(building, { recursive: true, force: true });
    runTool(['cp', '-r', '--sparse=always', join(work, 'out'), building]);
    renameSync(building, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The upper layer is a tmpfs where /tmp is an overlay itself; $1: the work folder, $2: the root. */
const prepareScript = `set -eu
mkdir "$1/room"
mount -t tmpfs -o size=2g tmpfs "$1/room"
cp -a "$1/upper" "$1/work" "$1/room/"
mount -t overlay -o "lowerdir=$2,upperdir=$1/room/upper,workdir=$1/room/work" overlay "$1/merged"
mount -t proc proc "$1/merged/proc"
cp "$1/script" "$1/merged/prepare-image"
env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive \\
  chroot "$1/merged" sh /prepare-image </dev/null
rm "$1/merged/prepare-image"
umount "$1/merged/proc"
mke2fs -q -F -t ext4 -m 0 -E lazy_itable_init=1,lazy_journal_init=1 -d "$1/merged" "$1/out/disk.img" 1536m
`;

function placeFile(path: string, content: string | Uint8Array, mode = 0o644): void {
  for (const folder of missingFolders(dirname(path))) {
    mkdirSync(folder);
    chmodSync(folder, 0o755);
  }
  writeFileSync(path, content);
  chmodSync(path, mode);
}

function missingFolders(folder: string): string[] {
  return existsSync(folder) ? [] : [...missingFolders(dirname(folder)), folder];
}
