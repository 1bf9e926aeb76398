// What the first process of a rehearsal does, as lines for /bin/sh: first the drive, then, once the drive has been read and the
// network is known, everything else. Pure text; namespace.ts feeds it to the shell.

import { formatShellWord } from '../core/shell-word.ts';
import type { Cable } from './cables.ts';
import type { MountedFolder } from './mount-layers.ts';
import type { ProgramPlace } from './program.ts';

/** A folder that every kernel has and nothing needs: the new mount namespace hides it under the rehearsal's own files. */
export const stageFolder = '/proc/driver';

/** Descriptors that the first process keeps open: the rehearsal's own files, the far end's network, the drive's loop device. */
export const stageDescriptor = 9;
const farDescriptor = 8;
const loopDescriptor = 4;
/** Where the first process finds the drive's image, when it is handed one. */
const imageDescriptor = 3;

/** Name of the mount point below `stageFolder` while the drive is read. */
export const driveFolder = 'drive';

export type DriveRecipe =
  /** Bytes that arrive on `imageDescriptor`. */
  | { readonly kind: 'image' }
  | {
      readonly kind: 'ext4';
      readonly folder: string;
      readonly label: string;
      readonly kib: number;
      readonly inodes: number;
    }
  | { readonly kind: 'device'; readonly path: string };

/**
 * Attaches the drive read-only. `mount -o loop` sets the loop device to clear itself with its last user in the same breath, so that
 * no moment exists at which a killed rehearsal would leave it attached. Marks: `room`, `drive`.
 */
export function renderDriveStage(recipe: DriveRecipe): string {
  return lines(
    'set -eu',
    'umask 022',
    // The shell itself reads this, so it is its own id as this machine sees it.
    'read -r pid rest </proc/self/stat',
    'echo "pid $pid"',
    // Tools that look themselves up in /proc must find themselves there, and not a process of this machine with the same number.
    'mount -t proc -o nosuid,nodev,noexec proc /proc',
    step('room for what is written'),
    `T=${stageFolder}`,
    'mount -t tmpfs -o mode=0700 guest-init-rehearsal "$T"',
    `exec ${stageDescriptor}<"$T"`,
    `mkdir "$T/root" "$T/${driveFolder}"`,
    'echo room',
    step('drive'),
    ...renderImage(recipe),
    `mount -o ro,loop,nosuid,nodev,noexec ${recipe.kind === 'device' ? formatShellWord(recipe.path) : '"$T/image"'} "$T/${driveFolder}"`,
    'echo drive',
  );
}

function renderImage(recipe: DriveRecipe): string[] {
  if (recipe.kind === 'device') return [];
  if (recipe.kind === 'image') return [`cat <&${imageDescriptor} >"$T/image"`, `exec ${imageDescriptor}<&-`];
  const { folder, label, kib, inodes } = recipe;
  const options = `-q -F -t ext4 -O ^has_journal -m 0 -b 1024 -N ${inodes} -L ${formatShellWord(label)}`;
  return [`mke2fs ${options} -d ${formatShellWord(folder)} "$T/image" ${kib}k >/dev/null`];
}

export type GuestStage = {
  readonly loopDevice: { readonly path: string; readonly major: number; readonly minor: number };
  /** Name of the drive's node in the guest's /dev, and its link below /dev/disk/by-label. */
  readonly driveNode: string;
  readonly driveLink: string;
  readonly layers: readonly (MountedFolder & { readonly mode: number; readonly uid: number; readonly gid: number })[];
  /** Files that something is mounted on: copied. */
  readonly files: readonly string[];
  /** Paths that the guest must not see: sockets of services, what an earlier run remembers. */
  readonly hidden: readonly string[];
  /** The drive is not this machine's: its firmware says nothing about the guest. */
  readonly hideFirmware: boolean;
  readonly cables: readonly Cable[];
  readonly program: ProgramPlace;
};

/** Builds the guest around the drive, moves into it and waits until standard input ends, reaping orphans. Mark: `ready`. */
export function renderGuestStage(stage: GuestStage): string {
  return lines(
    `exec ${loopDescriptor}<${formatShellWord(stage.loopDevice.path)}`,
    `umount "$T/${driveFolder}"`,
    'R="$T/root"',
    ...stage.layers.flatMap(renderLayer),
    ...stage.files.map((path) => `cp -a ${formatShellWord(path)} "$R"${formatShellWord(path)}`),
    step('hiding what is not for the guest'),
    // What is a mount point itself cannot go, only its content.
    ...stage.hidden.map((path) => `rm -rf "$R"${formatShellWord(path)} 2>/dev/null || :`),
    ...renderKernelFolders(stage.hideFirmware),
    ...renderDevices(stage),
    ...renderNetwork(stage.cables),
    ...renderProgram(stage.program),
    step('pivot_root'),
    'cd "$R"',
    'pivot_root . .',
    'umount -l .',
    'cd /',
    // One line: nothing of the script may be left for cat to eat.
    `exec /bin/sh -c 'exec 5<&0; cat <&5 >/dev/null 5<&- & echo ready; wait $!'`,
  );
}

/** An overlay, so that writes end in memory; where the file system cannot be below one, the folder itself, read-only. */
function renderLayer(layer: GuestStage['layers'][number], index: number): string[] {
  const { path, flags, mode, uid, gid } = layer;
  const target = path === '/' ? '"$R"' : `"$R"${formatShellWord(path)}`;
  const upper = `"$T/${upperFolder(index)}"`;
  const work = `"$T/work${index}"`;
  const lower = formatShellWord(`lowerdir=${path.replace(/[\\:,]/g, '\\$&')}`);
  // Plain copies in the upper layer, whatever this kernel's defaults: it is read as the list of changes.
  const options = ['nodev', ...flags, 'redirect_dir=off', 'metacopy=off', 'index=off', 'xino=off'].join(',');
  const overlay = `mount -t overlay -o ${options},${lower},upperdir=${upper},workdir=${work} overlay ${target}`;
  const readOnly = `{ mount --bind ${formatShellWord(path)} ${target} && mount -o ${['remount', 'bind', 'ro', 'nodev', ...flags].join(',')} ${target}; }`;
  return [
    step(`overlay of ${path}`),
    `mkdir ${upper} ${work}`,
    `chown ${uid}:${gid} ${upper}`,
    `chmod ${(mode & 0o7777).toString(8)} ${upper}`,
    path === '/' ? overlay : `${overlay} 2>/dev/null || ${readOnly}`,
  ];
}

/** Name of the upper layer of the mount at this place in the list, below `stageFolder`. */
export function upperFolder(index: number): string {
  return `upper${index}`;
}

function renderKernelFolders(hideFirmware: boolean): string[] {
  return [
    step('/run, /tmp, /proc, /sys'),
    'mkdir -p "$R/run" "$R/tmp" "$R/proc" "$R/sys" "$R/dev"',
    'mount -t tmpfs -o nosuid,nodev,mode=0755 tmpfs "$R/run"',
    'mkdir -m 1777 "$R/run/lock"',
    'mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs "$R/tmp"',
    'mount -t proc -o nosuid,nodev,noexec proc "$R/proc"',
    // Kernel settings belong to no namespace but for the network's and the host name.
    'mkdir "$T/net"; : >"$T/name"',
    'mount --bind "$R/proc/sys/net" "$T/net"; mount --bind "$R/proc/sys/kernel/hostname" "$T/name"',
    'for f in bus fs irq sys sysrq-trigger; do',
    '  if [ -e "$R/proc/$f" ]; then mount --bind "$R/proc/$f" "$R/proc/$f"; mount -o remount,bind,ro,nosuid,nodev,noexec "$R/proc/$f"; fi',
    'done',
    'mount --bind "$T/net" "$R/proc/sys/net"; mount --bind "$T/name" "$R/proc/sys/kernel/hostname"',
    'mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$R/sys"',
    ...(hideFirmware
      ? ['if [ -d "$R/sys/class/dmi/id/" ]; then mount -t tmpfs -o ro,mode=0755 tmpfs "$R/sys/class/dmi/id/"; fi']
      : []),
  ];
}

function renderDevices({ loopDevice, driveNode, driveLink }: GuestStage): string[] {
  return [
    step('/dev'),
    'mount -t tmpfs -o nosuid,noexec,mode=0755 tmpfs "$R/dev"',
    'node() { mknod -m "$4" "$R/dev/$1" c "$2" "$3"; }',
    'node null 1 3 666; node zero 1 5 666; node full 1 7 666; node random 1 8 666; node urandom 1 9 666; node tty 5 0 666',
    'ln -s /proc/self/fd "$R/dev/fd"; ln -s fd/0 "$R/dev/stdin"; ln -s fd/1 "$R/dev/stdout"; ln -s fd/2 "$R/dev/stderr"',
    'mkdir -m 1777 "$R/dev/shm"; mkdir "$R/dev/pts"; ln -s pts/ptmx "$R/dev/ptmx"',
    'mount -t devpts -o newinstance,nosuid,noexec,ptmxmode=0666,mode=0620 devpts "$R/dev/pts"',
    // A plain file: what is written to the console reaches nobody's screen.
    ': >"$R/dev/console"; chmod 600 "$R/dev/console"',
    `mknod -m 440 "$R"/dev/${formatShellWord(driveNode)} b ${loopDevice.major} ${loopDevice.minor}`,
    'mkdir -p "$R/dev/disk/by-label"',
    `ln -s ../../${formatShellWord(driveNode)} "$R"/dev/disk/by-label/${formatShellWord(encodeUdevName(driveLink))}`,
  ];
}

/** udev writes characters outside its safe set as \xNN. */
function encodeUdevName(name: string): string {
  return [...Buffer.from(name)]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return byte >= 0x80 || /[A-Za-z0-9#+\-.:=@_]/.test(letter) ? letter : `\\x${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

function renderNetwork(cables: readonly Cable[]): string[] {
  return [
    step('network'),
    'ip link set lo up',
    ': >"$T/far"',
    'unshare --net="$T/far" ip link set lo up',
    `exec ${farDescriptor}<"$T/far"`,
    ...cables.flatMap(({ name, mac, farAddresses, farRoutes }, index) => {
      const far = `far${index}`;
      const commands = [
        // At once, without the second that IPv6 waits for a rival.
        ...farAddresses.map(
          (address) => `ip address add ${address} dev ${far}${address.includes(':') ? ' nodad' : ''}`,
        ),
        `ip link set ${far} up`,
        ...farRoutes.map((route) => `ip route add ${route} dev ${far}`),
      ].join(' && ');
      return [
        `ip link add ${formatShellWord(name)} address ${mac} type veth peer name ${far}`,
        `ip link set ${far} netns "$T/far"`,
        `nsenter --net="$T/far" sh -c ${formatShellWord(commands)}`,
      ];
    }),
  ];
}

function renderProgram({ binds }: ProgramPlace): string[] {
  return [
    step('program'),
    ...binds.flatMap(({ outside, inside }) => {
      const from = formatShellWord(outside);
      const to = `"$R"${formatShellWord(inside)}`;
      return [
        `if [ -d ${from} ]; then mkdir -p ${to}; else mkdir -p "$(dirname ${to})"; : >${to}; fi`,
        `mount --bind ${from} ${to}; mount -o remount,bind,ro,nosuid,nodev ${to}`,
      ];
    }),
  ];
}

function step(name: string): string {
  return `echo ${formatShellWord(`step ${name}`)}`;
}

function lines(...all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
