// The shell script that turns fresh namespaces into a guest: overlay root, own /proc, /sys, /dev and network, drives on loop devices.
// Pure text: sandbox.ts runs it as the first process of the namespaces.

export type SandboxLink = {
  readonly name: string;
  readonly mac: string;
  /** Addresses with prefix that the router end of the cable owns and answers for. */
  readonly gateways: readonly string[];
  /** false: the router's end is down. */
  readonly carrier?: false;
};

export type ScriptDrive = {
  readonly image: string;
  /** Name in the guest's /dev. */
  readonly device: string;
  /** Name below /dev/disk/by-label; absent: no link. */
  readonly link?: string;
  /** Listed in udev's database with this label. */
  readonly udevLabel?: string;
  /** Not there until it is plugged. */
  readonly late: boolean;
};

export type ScriptOptions = {
  /** Lower layers of the root, topmost first. */
  readonly layers: readonly string[];
  /** Lower layers below those, as ext4 images that are mounted for this guest alone. */
  readonly layerImages: readonly string[];
  /** An existing empty folder on this machine, used as mount point inside the new mount namespace only. */
  readonly mountPoint: string;
  /** Size of the tmpfs that holds what the guest writes, as tmpfs(5) takes it. */
  readonly space: string;
  readonly hostname: string;
  readonly bootId: string;
  readonly links: readonly SandboxLink[];
  readonly drives: readonly ScriptDrive[];
  /** Images that the guest may write, under the kernel's own names for them (loopN): as partitions are named after those. */
  readonly disks: readonly string[];
  /** Files of /sys/class/dmi/id; undefined: no DMI. */
  readonly dmi: Readonly<Record<string, string>> | undefined;
  /** Files of this machine shown read-only in the guest: [outside, inside]. The inside files exist in a layer. */
  readonly binds: readonly (readonly [string, string])[];
};

/** Descriptors that the first process keeps open: they hold the loop devices, the upper layer and the router's network. */
export const upperDescriptor = 9;
export const routerDescriptor = 8;
const firstLoopDescriptor = 3;
const maxDrives = routerDescriptor - firstLoopDescriptor;

/** What the first process waits with. */
export const holderSleep = 'sleep 86399';

/** Lines for /bin/sh. Prints `ready` once the guest stands, then waits for ever, reaping orphans. */
export function renderSandboxScript(options: ScriptOptions): string {
  const devices = options.drives.length + options.disks.length;
  if (devices > maxDrives) throw new Error(`a sandbox takes at most ${maxDrives} drives and disks`);
  return [
    'set -eu',
    'umask 022',
    `T=${quote(options.mountPoint)}`,
    'R="$T/root"',
    ...renderRoot(options),
    ...renderSystemFolders(options),
    ...renderDevices(),
    ...options.drives.flatMap(renderDrive),
    ...options.disks.flatMap((image, index) => renderDisk(image, index, options.drives.length)),
    ...renderNetwork(options.links),
    ...options.binds.map(([outside, inside]) => {
      const target = `"$R"${quote(inside)}`;
      return `mount --bind ${quote(outside)} ${target} && mount -o remount,bind,ro ${target}`;
    }),
    `hostname ${quote(options.hostname)} 2>/dev/null || echo ${quote(options.hostname)} > /proc/sys/kernel/hostname`,
    'cd "$R"',
    'pivot_root . .',
    'umount -l .',
    'cd /',
    `exec /bin/sh -c 'trap : HUP INT TERM; echo ready; while :; do ${holderSleep} & wait $! || :; done'`,
    '',
  ].join('\n');
}

function renderRoot(options: ScriptOptions): string[] {
  const images = options.layerImages.flatMap((image, index) => [
    `mkdir "$T/layer${index}"`,
    `L=$(losetup --find --show --read-only ${quote(image)})`,
    `mount -t ext4 -o ro "$L" "$T/layer${index}"`,
    'losetup -d "$L"',
    'echo "layer ${L#/dev/loop}"',
  ]);
  const layers = [...options.layers.map(quote), ...options.layerImages.map((_, index) => `"$T/layer${index}"`)].join(
    ':',
  );
  return [
    `mount -t tmpfs -o mode=0755,size=${options.space} tmpfs "$T"`,
    'mkdir "$T/upper" "$T/work" "$R" "$T/sys"',
    `exec ${upperDescriptor}<"$T/upper"`,
    ...images,
    `mount -t overlay -o lowerdir=${layers},upperdir="$T/upper",workdir="$T/work" overlay "$R"`,
    'mount -t proc -o nosuid,nodev,noexec proc "$R/proc"',
    'mount -t tmpfs -o nosuid,nodev,mode=0755 tmpfs "$R/run"',
    'mkdir -m 1777 "$R/run/lock"',
  ];
}

/** The kernel's own sysfs, but with only our block devices and the firmware that the case asks for. */
function renderSystemFolders({ dmi, bootId, drives }: ScriptOptions): string[] {
  const lines = [
    'mount -t sysfs sysfs "$T/sys"',
    'mount -t tmpfs -o nosuid,nodev,noexec,mode=0755 tmpfs "$R/sys"',
    'mkdir -p "$R/sys/class/block" "$R/sys/block" "$R/sys/dev/block"',
    'for d in devices bus kernel module firmware class/net; do',
    '  mkdir -p "$R/sys/$d"; mount --bind "$T/sys/$d" "$R/sys/$d"',
    'done',
    'mkdir "$R/run/.proc"',
    `echo ${quote(bootId)} > "$R/run/.proc/boot_id"`,
    'mount --bind "$R/run/.proc/boot_id" "$R/proc/sys/kernel/random/boot_id"',
    'printf "major minor  #blocks  name\\n\\n" > "$R/run/.proc/partitions"',
    'mount --bind "$R/run/.proc/partitions" "$R/proc/partitions"',
  ];
  if (drives.some((drive) => drive.udevLabel !== undefined)) lines.push('mkdir -p "$R/run/udev/data"');
  if (dmi !== undefined) {
    lines.push('mkdir -p "$R/sys/class/dmi/id"');
    for (const [name, value] of Object.entries(dmi)) {
      lines.push(`printf '%s\\n' ${quote(value)} > "$R"${quote(`/sys/class/dmi/id/${name}`)}`);
    }
    lines.push('if [ -e "$R/sys/class/dmi/id/product_uuid" ]; then chmod 0400 "$R/sys/class/dmi/id/product_uuid"; fi');
  }
  return lines;
}

function renderDevices(): string[] {
  return [
    'mount -t tmpfs -o nosuid,noexec,mode=0755 tmpfs "$R/dev"',
    'node() { mknod -m "$4" "$R/dev/$1" c "$2" "$3"; }',
    'node null 1 3 666; node zero 1 5 666; node full 1 7 666; node random 1 8 666; node urandom 1 9 666; node tty 5 0 666',
    'ln -s /proc/self/fd "$R/dev/fd"; ln -s /proc/self/fd/0 "$R/dev/stdin"',
    'ln -s /proc/self/fd/1 "$R/dev/stdout"; ln -s /proc/self/fd/2 "$R/dev/stderr"',
    'mkdir -m 1777 "$R/dev/shm"',
    // A plain file: what is written to the console can be read back.
    ': > "$R/dev/console"; chmod 600 "$R/dev/console"',
  ];
}

/**
 * Attaches the image, keeps the device open and detaches it: from then on the kernel gives the device up with the last process of
 * the sandbox, however that ends.
 */
function renderDrive(drive: ScriptDrive, index: number): string[] {
  const lines = [
    `L=$(losetup --find --show --read-only ${quote(drive.image)})`,
    `exec ${firstLoopDescriptor + index}<"$L"`,
    'losetup -d "$L"',
    'N=${L#/dev/loop}',
    `echo "loop ${index} $N"`,
  ];
  return drive.late ? lines : [...lines, ...renderPlug(drive, '$N', '"$R"')];
}

/** As a drive is attached, but writable, with partitions. The far end of `udevadm settle` is the test's: here is no udev. */
function renderDisk(image: string, index: number, drives: number): string[] {
  return [
    `L=$(losetup --find --show --partscan ${quote(image)})`,
    `exec ${firstLoopDescriptor + drives + index}<"$L"`,
    'losetup -d "$L"',
    'N=${L#/dev/loop}',
    `echo "disk ${index} $N"`,
    'mknod -m 660 "$R/dev/loop$N" b 7 "$N"',
    'ln -s "../../devices/virtual/block/loop$N" "$R/sys/class/block/loop$N"',
    'ln -s "../devices/virtual/block/loop$N" "$R/sys/block/loop$N"',
    'ln -s "../../devices/virtual/block/loop$N" "$R/sys/dev/block/7:$N"',
  ];
}

/** What udev would do when the drive appears; `minor` is the loop device's number, `root` the guest's root as a shell word. */
export function renderPlug(drive: Omit<ScriptDrive, 'image' | 'late'>, minor: string, root: string): string[] {
  const { device, link, udevLabel } = drive;
  const lines = [
    `mknod -m 660 ${root}/dev/${device} b 7 ${minor}`,
    `ln -s ../../devices/virtual/block/loop${minor} ${root}/sys/class/block/${device}`,
    `ln -s ../devices/virtual/block/loop${minor} ${root}/sys/block/${device}`,
    `printf '   7 %8s 1024 %s\\n' ${minor} ${device} >> ${root}/run/.proc/partitions`,
  ];
  if (link !== undefined) {
    lines.push(
      `mkdir -p ${root}/dev/disk/by-label`,
      `ln -sfn ../../${device} ${root}/dev/disk/by-label/${quote(link)}`,
    );
  }
  if (udevLabel === undefined) {
    lines.push(`ln -s ../../devices/virtual/block/loop${minor} ${root}/sys/dev/block/7:${minor}`);
  } else {
    lines.push(
      `mkdir ${root}/sys/dev/block/7:${minor}`,
      `printf 'MAJOR=7\\nMINOR=%s\\nDEVNAME=%s\\n' ${minor} ${device} > ${root}/sys/dev/block/7:${minor}/uevent`,
      `printf 'E:ID_FS_LABEL=%s\\n' ${quote(udevLabel)} > ${root}/run/udev/data/b7:${minor}`,
    );
  }
  return lines;
}

/** Cables: this end in the guest, the other in a network of its own that plays the router. */
function renderNetwork(links: readonly SandboxLink[]): string[] {
  const lines = [
    'ip link set lo up',
    ': > "$T/router"',
    'unshare --net="$T/router" ip link set lo up',
    'test "$(stat -Lc %i "$T/router")" != "$(stat -Lc %i /proc/self/ns/net)"',
    `exec ${routerDescriptor}<"$T/router"`,
  ];
  links.forEach((link, index) => {
    lines.push(...renderCable(link, index, '"$T/router"'));
  });
  return lines;
}

/** Lays one cable; `router` is a path to the router's network namespace, as a shell word. */
export function renderCable(link: SandboxLink, index: number, router: string): string[] {
  const lines = [
    `ip link add ${quote(link.name)} address ${link.mac} type veth peer name gw${index}`,
    `ip link set gw${index} netns ${router}`,
  ];
  const addresses = link.gateways.map((gateway) => {
    const nodad = gateway.includes(':') ? ' nodad' : '';
    return `ip addr add ${gateway} dev gw${index}${nodad}`;
  });
  const commands = [...addresses, ...(link.carrier === false ? ['true'] : [`ip link set gw${index} up`])].join(' && ');
  lines.push(`nsenter --net=${router} sh -c ${quote(commands)}`);
  return lines;
}

/** One word for /bin/sh. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
