// A guest in namespaces: Debian root under an overlay, own network with a router, own devices and firmware, config drives.
// Nothing of it reaches this machine, and nothing is left when it ends: the kernel takes it all down with its first process.
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  type Stats,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runTool } from './command.ts';
import { type RunOptions, type RunResult, runInside } from './command-inside.ts';
import { buildDriveImage, type DriveOptions } from './drive.ts';
import { resolveInside } from './guest-path.ts';
import { type Holder, startHolder, stopHolder } from './holder.ts';
import { prepareLayerImages } from './layer-images.ts';
import { rememberSandbox, sandboxPrefix, sweepAbandonedFolders } from './leftovers.ts';
import { type PresetFile, placePreset } from './preset-files.ts';
import { findOnlyChild, listProcesses, type Mount, readCommandLine, readMounts } from './process-tree.ts';
import { prepareRoot, type RootName } from './roots.ts';
import {
  holderSleep,
  quote,
  renderCable,
  renderPlug,
  renderSandboxScript,
  routerDescriptor,
  type SandboxLink,
  type ScriptDrive,
  upperDescriptor,
} from './sandbox-script.ts';
import { digestUpperLayer, type TreeDigest } from './tree-digest.ts';

export type SandboxDrive = DriveOptions & {
  /** Name in the guest's /dev; default sr0, sr1, … */
  readonly device?: string;
  /** Name below /dev/disk/by-label; null: no link, so that the drive has to be probed for. Default: the label. */
  readonly link?: string | null;
  /** Known to udev's database too, as the second of two equal labels is. */
  readonly udevLabel?: string;
  /** Not there until `box.plug(index)`. */
  readonly late?: boolean;
};

export type SandboxOptions = {
  readonly root?: RootName;
  readonly drives?: readonly SandboxDrive[];
  /** Sizes in MiB of empty disks that the guest may write: /dev/loopN, N of `box.disks`. */
  readonly disks?: readonly number[];
  /** Default: eth0 with `defaultMac` and a router at 10.0.0.254/24. */
  readonly links?: readonly SandboxLink[];
  /** Files of /sys/class/dmi/id; absent: a machine without DMI. */
  readonly dmi?: Readonly<Record<string, string>>;
  /** Files that the image holds from the start. */
  readonly files?: Readonly<Record<string, PresetFile>>;
  /** [file of this machine, path in the guest], read-only. */
  readonly binds?: readonly (readonly [string, string])[];
  /** Room for what the guest writes, as tmpfs(5) takes it; default 256m. */
  readonly space?: string;
  /** Root and binds on disks that are mounted anew for this guest, so that nothing of them is in the page cache. */
  readonly coldLayers?: boolean;
};

export type LinkState = { name: string; mac: string; up: boolean; addresses: string[] };

export type Sandbox = Awaited<ReturnType<typeof startSandbox>>;

export const defaultMac = 'fa:16:3e:00:00:05';
const defaultLink: SandboxLink = { name: 'eth0', mac: defaultMac, gateways: ['10.0.0.254/24'] };

/** Never in the digest: it holds the same in every guest, or nothing that lasts. */
const volatile = [/^\/(proc|sys|dev|run|tmp)(\/|$)/];

/** Runs `body` in a new guest and takes the guest down afterwards, whatever happens. */
export async function withSandbox<T>(options: SandboxOptions, body: (box: Sandbox) => Promise<T>): Promise<T> {
  const box = await startSandbox(options);
  try {
    return await body(box);
  } finally {
    await box.close();
  }
}

/** For callers that keep several guests open; `close()` is theirs to call. */
export async function startSandbox(options: SandboxOptions) {
  sweepAbandonedFolders();
  const root = await prepareRoot(options.root ?? 'bookworm');
  const folder = mkdtempSync(join(tmpdir(), `${sandboxPrefix}${process.pid}-`));
  const preset = join(folder, 'preset');
  mkdirSync(preset);
  chmodSync(preset, 0o755);
  const layers = [preset, root];
  let drives: ScriptDrive[];
  let holder: Holder;
  try {
    const files: Record<string, PresetFile> = { ...options.files };
    const binds = options.binds ?? [];
    const layerImages = options.coldLayers ? prepareLayerImages({ root, binds }) : [];
    if (!options.coldLayers) for (const [, inside] of binds) files[inside] = { content: '', mode: 0o755 };
    for (const [path, file] of Object.entries(files)) placePreset({ preset, root, path, file });
    drives = (options.drives ?? []).map((drive, index) => prepareDrive({ drive, index, folder }));
    const disks = (options.disks ?? []).map((mib, index) => {
      const image = join(folder, `disk-${index}.img`);
      writeFileSync(image, '');
      truncateSync(image, mib * 1024 ** 2);
      return image;
    });
    mkdirSync(join(folder, 'mnt'));
    const script = renderSandboxScript({
      layers: options.coldLayers ? [preset] : layers,
      layerImages,
      mountPoint: join(folder, 'mnt'),
      space: options.space ?? '256m',
      hostname: 'template',
      bootId: randomUUID(),
      links: options.links ?? [defaultLink],
      drives,
      disks,
      dmi: options.dmi,
      binds: options.coldLayers ? [] : binds,
    });
    holder = await startHolder({ script, folder });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const { loops, disks, layerLoops } = holder;
  const first = findOnlyChild(holder.process.pid ?? 0);
  rememberSandbox({ folder, first });
  const upper = `/proc/${first}/fd/${upperDescriptor}`;
  const rootPath = `/proc/${first}/root`;
  const netns = `/proc/${first}/ns/net`;
  const router = `/proc/${first}/fd/${routerDescriptor}`;
  const enter = ['nsenter', '--target', String(first), '--mount', '--net', '--uts', '--ipc', '--pid'];
  let cables = (options.links ?? [defaultLink]).length;

  /** Path of this machine for a guest path, with every symbolic link resolved inside the guest. */
  function locate(path: string, follow = true): string {
    const resolved = resolveInside(rootPath, path, follow);
    return `${rootPath}${resolved}`;
  }

  function run(argv: readonly string[], runOptions: RunOptions = {}): Promise<RunResult> {
    return runInside({ enter, argv, options: runOptions });
  }

  /** Output of a command that has to succeed. */
  async function exec(argv: readonly string[], runOptions: RunOptions = {}): Promise<string> {
    const result = await run(argv, runOptions);
    if (result.status !== 0) {
      throw new Error(
        `${argv.join(' ')} ended with ${result.status ?? result.signal}: ${result.stderr}${result.stdout}`,
      );
    }
    return result.stdout;
  }

  /** Runs a tool of this machine in the guest's network, whatever tools the guest has. */
  function inNetwork(argv: readonly string[]): string {
    return runTool(['nsenter', `--net=${netns}`, '--', ...argv]);
  }

  function stat(path: string): Stats | undefined {
    try {
      return lstatSync(locate(path, false));
    } catch {
      return undefined;
    }
  }

  function writeFile(path: string, content: string | Uint8Array, mode = 0o644): void {
    const target = locate(path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    chmodSync(target, mode);
  }

  /** Every place where the guest keeps a command; merged folders count once. */
  function findTool(name: string): string[] {
    const places = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
    const found = places.map((place) => resolveInside(rootPath, `${place}/${name}`, false));
    return [...new Set(found)].filter((path) => stat(path) !== undefined);
  }

  return {
    /** Process id, on this machine, of the guest's first process. */
    first,
    /** Loop device number of each drive. */
    loops,
    /** Nodes of the disks, in order. */
    disks: disks.map((minor) => `/dev/loop${minor}`),
    /** Makes a disk larger, as a resized volume is. */
    enlargeDisk(index: number, mib: number): void {
      truncateSync(join(folder, `disk-${index}.img`), mib * 1024 ** 2);
      runTool(['losetup', '--set-capacity', `/dev/loop${disks[index]}`]);
    },
    run,
    exec,
    stat,
    writeFile,

    readFile(path: string): string {
      return readFileSync(locate(path), 'utf8');
    },

    /** Undefined when absent. */
    readFileIfAny(path: string): string | undefined {
      return stat(path) === undefined ? undefined : readFileSync(locate(path), 'utf8');
    },

    /** Links but the loopback, sorted by name; addresses with prefix, link-local IPv6 left out. */
    links(): LinkState[] {
      type Raw = {
        ifname: string;
        address: string;
        flags: string[];
        addr_info: { local: string; prefixlen: number; scope: string }[];
      };
      const raw = JSON.parse(inNetwork(['ip', '-j', 'addr'])) as Raw[];
      return raw
        .filter((link) => link.ifname !== 'lo')
        .map((link) => ({
          name: link.ifname,
          mac: link.address,
          up: link.flags.includes('UP'),
          addresses: link.addr_info
            .filter((info) => info.scope !== 'link' && info.local !== undefined)
            .map((info) => `${info.local}/${info.prefixlen}`)
            .sort(),
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    },

    /** Addresses with prefix of one link. */
    addresses(link = 'eth0'): string[] {
      return this.links().find((found) => found.name === link)?.addresses ?? [];
    },

    /** Lines `default via 10.0.0.254 dev eth0` of the main tables, IPv4 then global IPv6, sorted. */
    routes(): string[] {
      type Raw = { dst: string; gateway?: string; dev: string; metric?: number; flags?: string[] };
      const list = (family: string): string[] => {
        const raw = JSON.parse(inNetwork(['ip', '-j', family, 'route', 'show', 'table', 'main']) || '[]') as Raw[];
        return raw
          .filter((route) => !/^(fe80|ff00|multicast)/.test(route.dst))
          .map((route) => {
            const via = route.gateway === undefined ? '' : ` via ${route.gateway}`;
            const metric = route.metric === undefined || family === '-6' ? '' : ` metric ${route.metric}`;
            return `${route.dst}${via} dev ${route.dev}${metric}`;
          })
          .sort();
      };
      return [...list('-4'), ...list('-6')];
    },

    /** MiB that were read from the disks of `coldLayers`. */
    readMib(): number {
      const sectors = layerLoops.map((minor) => {
        const fields = readFileSync(`/sys/block/loop${minor}/stat`, 'utf8').trim().split(/\s+/);
        return Number(fields[2]);
      });
      return (sectors.reduce((sum, count) => sum + count, 0) * 512) / 1024 ** 2;
    },

    inNetwork,

    /** Runs a tool of this machine in the network of the router, whose end of the cables is gw0, gw1, … in the order of the links. */
    inRouter(argv: readonly string[]): string {
      return runTool(['nsenter', `--net=${router}`, '--', ...argv]);
    },

    /** Whether `address` answers one ping from inside the guest within a second. */
    async pings(address: string): Promise<boolean> {
      return (await run(['ping', '-c', '1', '-W', '1', address])).status === 0;
    },

    /** A new cable, as if a port had been attached just now. */
    addLink(link: SandboxLink): void {
      const script = renderCable(link, cables, router).join('\n');
      cables += 1;
      inNetwork(['sh', '-euc', script]);
    },

    hostname(): string {
      return runTool(['nsenter', `--uts=/proc/${first}/ns/uts`, '--', 'hostname']).trim();
    },

    mounts(): Mount[] {
      return readMounts(String(first));
    },

    /** Mount points of any drive in any process of the guest. */
    driveMounts(): string[] {
      const devices = [...loops.values()].map((minor) => `7:${minor}`);
      const found = listProcesses(first).flatMap((pid) => readMounts(pid));
      return [...new Set(found.filter(({ device }) => devices.includes(device)).map(({ mountPoint }) => mountPoint))];
    },

    /** Command lines of what runs in the guest, its first process and that one's sleep left out. */
    processes(): string[] {
      return listProcesses(first)
        .filter((pid) => pid !== String(first))
        .map((pid) => readCommandLine(pid))
        .filter((line) => line !== '' && line !== holderSleep);
    },

    /** What differs from the image, by path. `exclude`: further guest paths. */
    digest(exclude: readonly RegExp[] = []): TreeDigest {
      return digestUpperLayer({ upper, lowers: layers, exclude: [...volatile, ...exclude] });
    },

    /** Replaces a command by a script; the real one stays callable as `$REAL` (a path below /usr/local/libexec). */
    shim(name: string, script: string): void {
      const places = findTool(name);
      const kept = `/usr/local/libexec/guest-init-test/${name}`;
      const original = places.find((path) => stat(path)?.isFile());
      if (original !== undefined && stat(kept) === undefined) {
        const target = `${rootPath}${kept}`;
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, readFileSync(`${rootPath}${original}`), { mode: 0o755 });
        chmodSync(target, 0o755);
      }
      const body = script.startsWith('#!') ? script : `#!/bin/sh\nREAL=${kept}\n${script}\n`;
      for (const path of places.length > 0 ? places : [`/usr/bin/${name}`]) {
        rmSync(`${rootPath}${path}`, { force: true });
        writeFileSync(`${rootPath}${path}`, body, { mode: 0o755 });
        chmodSync(`${rootPath}${path}`, 0o755);
      }
    },

    /** Takes a command away. */
    hide(name: string): void {
      for (const path of findTool(name)) rmSync(`${rootPath}${path}`, { force: true });
    },

    /** Makes a late drive appear. */
    plug(index: number): void {
      const drive = drives[index];
      const minor = loops.get(index);
      if (drive === undefined || minor === undefined) throw new Error(`no drive ${index}`);
      runTool(['sh', '-euc', renderPlug(drive, String(minor), quote(rootPath)).join('\n')]);
    },

    /** Takes a drive's node and links away, as when it is detached. */
    unplug(index: number): void {
      const drive = drives[index];
      if (drive === undefined) throw new Error(`no drive ${index}`);
      const gone = [`/dev/${drive.device}`, `/sys/class/block/${drive.device}`, `/sys/block/${drive.device}`];
      if (drive.link !== undefined) gone.push(`/dev/disk/by-label/${drive.link}`);
      const minor = loops.get(index);
      gone.push(`/sys/dev/block/7:${minor}`, `/run/udev/data/b7:${minor}`);
      for (const path of gone) rmSync(`${rootPath}${path}`, { recursive: true, force: true });
    },

    /** What a boot resets: processes, /run (udev's knowledge stays), addresses, routes, the kernel's host name and the boot id. */
    async reboot(): Promise<void> {
      const script = [
        'kill -9 -1 2>/dev/null || :',
        'for m in $(awk \'$5 ~ "^/run/" && $5 !~ "^/run/.proc" {print $5}\' /proc/self/mountinfo); do umount -l "$m"; done',
        'find /run -mindepth 1 -maxdepth 1 ! -name .proc ! -name udev ! -name lock -exec rm -rf {} +',
        'rm -rf /run/lock/*',
        'cat /etc/hostname > /proc/sys/kernel/hostname',
        `echo ${randomUUID()} > /run/.proc/boot_id`,
      ].join('\n');
      await exec(['sh', '-c', script]);
      for (const link of this.links()) {
        inNetwork(['ip', 'link', 'set', link.name, 'down']);
        inNetwork(['ip', 'addr', 'flush', 'dev', link.name]);
      }
    },

    /** Ends every process of the guest and waits until the kernel has taken it down. Twice is once. */
    async close(): Promise<void> {
      await stopHolder(holder);
    },
  };
}

function prepareDrive(options: { drive: SandboxDrive; index: number; folder: string }): ScriptDrive {
  const { drive, index, folder } = options;
  const image = join(folder, `drive-${index}.img`);
  buildDriveImage({ ...drive, image, folder: join(folder, `drive-${index}`) });
  const label = drive.label === undefined ? 'config-2' : drive.label;
  const link = drive.link === undefined ? label : drive.link;
  return {
    image,
    device: drive.device ?? `sr${index}`,
    late: drive.late ?? false,
    ...(link === null ? {} : { link }),
    ...(drive.udevLabel === undefined ? {} : { udevLabel: drive.udevLabel }),
  };
}
