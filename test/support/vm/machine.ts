// A virtual machine without acceleration (qemu, TCG): boots a copy of a guest image, keeps its console, and offers ssh to the address that
// the drive gives. It has a network namespace of its own, and ends with this process whatever happens.
import { type ChildProcess, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasTool, plainEnv, runTool } from '../command.ts';
import { cacheFolder } from '../roots.ts';
import type { GuestImage } from './guest-image.ts';
import { GuestShell } from './guest-shell.ts';

/** A config drive as a cloud attaches it. */
export type AttachedDrive = {
  readonly file: string;
  /** cdrom: virtio-scsi CD-ROM; disk: virtio-blk. */
  readonly as: 'cdrom' | 'disk';
  /** Plugged in by `plug()` instead of being there from the start. */
  readonly late?: boolean;
  /** A volume that the guest may write to. */
  readonly writable?: true;
  /** Sector of 512 bytes that cannot be read. The drive is a SCSI disk then, with the serial number `drive0` if it is the first. */
  readonly badSector?: number;
};

export type Network = {
  /** Address that ssh is forwarded to. */
  readonly guest: string;
  /** Address of the router, which answers ARP and ping. */
  readonly gateway: string;
  /** Subnet of both, with prefix length. */
  readonly subnet: string;
  readonly mac: string;
};

/** Scenario A's: nothing says the gateway, and it is x.y.z.254. */
export const guessedNetwork: Network = {
  guest: '10.0.0.5',
  gateway: '10.0.0.254',
  subnet: '10.0.0.0/24',
  mac: 'fa:16:3e:00:00:05',
};

/** A NIC with a router at the end of its wire, which answers ARP and, where `ipv6` is said, neighbour solicitations. */
export type FurtherNic = {
  readonly mac: string;
  /** With prefix length. */
  readonly subnet: string;
  readonly router: string;
  readonly ipv6?: { readonly subnet: string; readonly router: string };
};

export type MachineOptions = {
  readonly image: GuestImage;
  readonly drives?: readonly AttachedDrive[];
  readonly network?: Network;
  /** NICs behind the one that ssh uses, each on a wire of its own that has carrier; a MAC address alone: with nobody at its end. */
  readonly furtherNics?: readonly (string | FurtherNic)[];
  /** More words for the kernel's command line. */
  readonly kernelWords?: string;
  /** Makes the guest look like one of OpenStack Nova's, with this uuid. */
  readonly novaUuid?: string;
  /** Disk that an earlier machine left; default: a fresh copy of the image. */
  readonly disk?: Disk;
  /** A file for the log of what is written to the disk (write-log.ts). */
  readonly writeLog?: string;
  /** What the machine's clock says at power-on: `2038-01-19T03:13:30`, UTC. Default: the time. */
  readonly clock?: string;
  /** A processor without random numbers, and no device that has any. */
  readonly hasNoEntropy?: true;
};

export type SshResult = { readonly status: number | null; readonly output: string };

/** Why no machine can be started here; undefined when it can. */
export function explainMissingMachines(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  const missing = [
    'qemu-system-x86_64',
    'mmdebstrap',
    'genisoimage',
    'mkfs.vfat',
    'mcopy',
    'ssh',
    'unshare',
    'flock',
  ].filter((tool) => !hasTool(tool));
  return missing.length > 0 ? `needs ${missing.join(', ')}` : undefined;
}

/**
 * Why a guest is not booted here; false when it is. A new machine of continuous integration, which has to make all images first, has time for
 * those alone that are kept there.
 */
export function explainSkippedGuest({ keptInCi }: { readonly keptInCi: boolean }): string | false {
  const missing = explainMissingMachines();
  if (missing !== undefined) return missing;
  return process.env['CI'] === 'true' && !keptInCi ? 'in CI for some guests alone' : false;
}

const folderPrefix = `guest-init-vm-${process.pid}-`;
const sshPort = 2222;
/** QEMU 7.2 emulates cmpxchg16b so that Linux 6.12 dies at random in its allocator (double fault); five-level paging is only slow. */
const processor = 'max,la57=off,cx16=off';
/** What guards against flaws of real processors costs an emulated one a tenth of its time. */
const cheaper = 'mitigations=off';
/** Longest wait for anything that a guest does at boot: ten times what it takes on an idle machine. */
const bootTimeoutMs = 240_000;

/** Removes what tests that were killed have left. */
function sweepAbandonedFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = /^guest-init-vm-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

/** A guest's disk, which outlives the machines that boot it. */
export class Disk {
  readonly folder = mkdtempSync(join(tmpdir(), folderPrefix));
  readonly file = join(this.folder, 'disk.img');

  constructor(image: GuestImage) {
    runTool(['cp', '--sparse=always', image.disk, this.file]);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs `body` with a booting machine and ends it afterwards; when it fails, the console is kept and its end is told. */
export async function withMachine<T>(options: MachineOptions, body: (machine: Machine) => Promise<T>): Promise<T> {
  sweepAbandonedFolders();
  const disk = options.disk ?? new Disk(options.image);
  const machine = await Machine.start({ ...options, disk });
  try {
    return await body(machine);
  } catch (error) {
    const kept = machine.keepConsole();
    const tail = machine.console().split('\n').slice(-25).join('\n');
    throw new Error(`${error instanceof Error ? error.message : error}\nconsole kept in ${kept}; its end:\n${tail}`, {
      cause: error,
    });
  } finally {
    await machine.end();
    if (options.disk === undefined) disk.remove();
  }
}

export class Machine {
  readonly shell: GuestShell;
  readonly startedAt = performance.now();
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;

  private constructor(options: { folder: string; process: ChildProcess }) {
    this.#folder = options.folder;
    this.#process = options.process;
    this.#ended = new Promise((resolve) => options.process.once('exit', () => resolve()));
    this.shell = new GuestShell(join(options.folder, 'shell'));
  }

  static async start(options: MachineOptions & { disk: Disk }): Promise<Machine> {
    const folder = mkdtempSync(join(tmpdir(), folderPrefix));
    const argv = describeQemu({ ...options, folder });
    const isolate = ['unshare', '--net', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child=KILL'];
    const start = 'ip link set lo up && exec "$@"';
    const words = ['--pdeathsig', 'KILL', '--', ...isolate, 'sh', '-c', start, 'sh', ...argv];
    const child = spawn('setpriv', words, { stdio: ['ignore', 'ignore', 'pipe'], env: plainEnv, cwd: '/' });
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4096)));
    const machine = new Machine({ folder, process: child });
    try {
      await machine.shell.connect(10_000);
    } catch {
      await machine.end();
      throw new Error(`qemu did not start: ${said.trim()}`);
    }
    return machine;
  }

  /** All that the guest has said on its console, this boot and the ones before. */
  console(): string {
    const path = join(this.#folder, 'console');
    return existsSync(path) ? readFileSync(path, 'utf8').replaceAll('\r', '') : '';
  }

  /** Waits until the console shows `pattern`; gives the seconds since power-on. */
  async waitForConsole(pattern: RegExp, timeoutMs = bootTimeoutMs): Promise<number> {
    const deadline = performance.now() + timeoutMs;
    while (!pattern.test(this.console())) {
      if (performance.now() > deadline) throw new Error(`the console did not show ${pattern} in ${timeoutMs / 1000} s`);
      if (this.#process.exitCode !== null) throw new Error(`the machine ended before its console showed ${pattern}`);
      await sleep(100);
    }
    return (performance.now() - this.startedAt) / 1000;
  }

  /**
   * Logs in from outside until it works; gives the seconds since power-on. An attempt that comes before the guest has its address hangs in
   * the user network's retries, so others start beside it, until sshd has spoken to one: a slow guest should answer one person, not five.
   */
  waitForSsh(login: Login, timeoutMs = bootTimeoutMs): Promise<number> {
    return new Promise((resolve, reject) => {
      const attempts = new Set<ChildProcess>();
      const talking = new Set<ChildProcess>();
      let last = '';
      const finish = (settle: () => void): void => {
        clearInterval(starter);
        clearTimeout(limit);
        for (const child of attempts) child.kill();
        settle();
      };
      const attempt = (): void => {
        if (talking.size > 0) return;
        const limits = { connectSeconds: 3, timeoutMs: 30_000, logLevel: 'DEBUG1' } as const;
        const child = this.#startSsh(login, 'echo logged-in', limits, (result) => {
          attempts.delete(child);
          talking.delete(child);
          if (result.status === 0) finish(() => resolve((performance.now() - this.startedAt) / 1000));
          else last = result.output.trim().split('\n').at(-1) ?? '';
        });
        attempts.add(child);
        child.stderr?.on('data', (text: string) => {
          if (text.includes('Remote protocol version')) talking.add(child);
        });
      };
      const starter = setInterval(attempt, 600);
      const limit = setTimeout(
        () => finish(() => reject(new Error(`no ssh login in ${timeoutMs / 1000} s: ${last}`))),
        timeoutMs,
      );
    });
  }

  /**
   * Runs a command in the guest over ssh, by way of the address that the drive gave it. Tries again while ssh itself fails (255): since
   * OpenSSH 9.8 sshd turns away for a while who has left before logging in, as the attempts of `waitForSsh` do.
   */
  async ssh(login: Login, command: string, timeoutMs = 120_000): Promise<SshResult> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const result = await new Promise<SshResult>((resolve) => {
        this.#startSsh(login, command, { connectSeconds: 30, timeoutMs: 60_000 }, resolve);
      });
      if (result.status !== 255 || performance.now() > deadline) return result;
      await sleep(2000);
    }
  }

  #startSsh(
    login: Login,
    command: string,
    options: { connectSeconds: number; timeoutMs: number; logLevel?: 'ERROR' | 'DEBUG1' },
    done: (result: SshResult) => void,
  ): ChildProcess {
    const { connectSeconds, timeoutMs, logLevel = 'ERROR' } = options;
    const words = [
      ...[`--net=/proc/${this.#process.pid}/ns/net`, '--', 'timeout', String(timeoutMs / 1000)],
      ...['ssh', '-F', '/dev/null', '-p', String(sshPort), '-i', login.key, '-o', 'IdentitiesOnly=yes'],
      ...['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
      ...['-o', `LogLevel=${logLevel}`, '-o', `ConnectTimeout=${connectSeconds}`, `${login.user}@127.0.0.1`, command],
    ];
    const child = spawn('nsenter', words, { stdio: ['ignore', 'pipe', 'pipe'], env: plainEnv });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', (error) => done({ status: null, output: error.message }));
    child.on('close', (status) => done({ status, output }));
    return child;
  }

  /**
   * Offers the files of a folder by HTTP, and the time by NTP, at the gateway's address; gives a look at what was asked for, a line
   * `GET /path` each. Ends with the machine.
   */
  async serve(folder: string, port: number): Promise<() => string[]> {
    const inside = [`--net=/proc/${this.#process.pid}/ns/net`, '--', 'setpriv', '--pdeathsig', 'KILL', '--'];
    const words = [process.execPath, join(import.meta.dirname, 'wire-server.ts'), folder, String(port)];
    const child = spawn('nsenter', [...inside, ...words], { stdio: ['ignore', 'pipe', 'inherit'], env: plainEnv });
    void this.#ended.then(() => child.kill());
    const isServing = await new Promise<boolean>((resolve) => {
      child.stdout.once('data', () => resolve(true));
      child.once('exit', () => resolve(false));
    });
    if (!isServing) throw new Error(`nothing serves ${folder}`);
    const log = join(folder, 'asked');
    return () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
  }

  /** Attaches the late drives, as a cloud does after boot. */
  async plug(): Promise<void> {
    await this.#tell({
      execute: 'device_add',
      arguments: { driver: 'scsi-cd', drive: 'late', bus: 'scsi0.0', id: 'late0' },
    });
  }

  /** Reboots in place. `waitForSsh` and `shell.ready` then mean the new boot. */
  async reboot(timeoutMs = bootTimeoutMs): Promise<void> {
    const boots = () => this.console().match(/^\[ +0\.0+\] Linux version/gm)?.length ?? 0;
    const before = boots();
    this.shell.send('systemctl --no-block reboot');
    const deadline = performance.now() + timeoutMs;
    while (boots() === before) {
      if (performance.now() > deadline) throw new Error(`the guest did not reboot in ${timeoutMs / 1000} s`);
      await sleep(100);
    }
  }

  /** Shuts the guest down and waits for it; `force`: no unit says or writes anything at its stop. */
  async powerOff({ force = false, timeoutMs = bootTimeoutMs } = {}): Promise<void> {
    this.shell.send(force ? 'systemctl poweroff --force' : 'systemctl --no-block poweroff');
    const timer = setTimeout(() => this.#kill(), timeoutMs);
    await this.#ended;
    clearTimeout(timer);
    if (!/Power down|System halted/i.test(this.console())) throw new Error('the guest did not power off by itself');
  }

  /** Ends the machine at once, as a power cut does. Twice is once. */
  async end(): Promise<void> {
    this.shell.close();
    this.#kill();
    await this.#ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Copies the console to a place that outlives the machine; gives the path. */
  keepConsole(): string {
    const folder = join(cacheFolder, 'consoles');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${new Date().toISOString().replaceAll(':', '')}-${process.pid}.log`);
    const source = join(this.#folder, 'console');
    if (existsSync(source)) copyFileSync(source, path);
    else writeFileSync(path, '');
    return path;
  }

  #kill(): void {
    // unshare's death takes the whole namespace with it.
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill('SIGKILL');
  }

  /** One command of the QEMU machine protocol. */
  #tell(command: object): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(join(this.#folder, 'control'));
      let received = '';
      socket.setEncoding('utf8').on('data', (text: string) => {
        received += text;
        const error = /"error": \{[^}]*\}/.exec(received);
        const answers = received.match(/"return"/g)?.length ?? 0;
        if (error === null && answers < 2) return;
        socket.destroy();
        if (error === null) resolve();
        else reject(new Error(error[0]));
      });
      socket.on('error', reject);
      socket.write(`{"execute":"qmp_capabilities"}\n${JSON.stringify(command)}\n`);
    });
  }
}

export type Login = { readonly user: string; readonly key: string };

function describeQemu(options: MachineOptions & { disk: Disk; folder: string }): string[] {
  const {
    image,
    disk,
    folder,
    drives = [],
    network = guessedNetwork,
    furtherNics = [],
    novaUuid,
    kernelWords = 'net.ifnames=0',
    writeLog,
    clock,
    hasNoEntropy,
  } = options;
  const { guest, gateway, subnet, mac } = network;
  const inside = subnet.replace(/\d+\/\d+$/, '');
  const smbios =
    novaUuid === undefined
      ? []
      : ['-smbios', `type=1,manufacturer=OpenStack Foundation,product=OpenStack Nova,uuid=${novaUuid}`];
  return [
    ...[
      'qemu-system-x86_64',
      '-accel',
      'tcg,thread=multi',
      '-cpu',
      hasNoEntropy ? `${processor},rdrand=off,rdseed=off` : processor,
      '-smp',
      '2',
      '-m',
      '1024',
      '-nodefaults',
    ],
    ...['-display', 'none', '-serial', `file:${folder}/console`, '-serial', `unix:${folder}/shell,server=on,wait=off`],
    ...['-qmp', `unix:${folder}/control,server=on,wait=off`],
    ...(hasNoEntropy ? [] : ['-device', 'virtio-rng-pci']),
    ...(clock === undefined ? [] : ['-rtc', `base=${clock}`]),
    ...['-kernel', image.kernel, '-initrd', image.initrd],
    ...['-append', `root=/dev/vda rw console=tty0 console=ttyS0 ${cheaper} ${kernelWords}`],
    ...describeRootDisk(disk, writeLog),
    ...['-device', 'virtio-scsi-pci,id=scsi0', ...drives.flatMap(describeDrive), ...smbios],
    // The last addresses of a /24 are the user network's own servers, which no test asks.
    ...[
      '-netdev',
      `user,id=net0,net=${subnet},host=${gateway},dns=${inside}253,dhcpstart=${inside}200,ipv6=off,hostfwd=tcp:127.0.0.1:${sshPort}-${guest}:22`,
    ],
    ...['-device', `virtio-net-pci,netdev=net0,mac=${mac},romfile=`],
    ...furtherNics.flatMap((further, index) => {
      const nic = typeof further === 'string' ? { mac: further } : further;
      return [
        ...['-netdev', `${describeWire(nic, index)},id=further${index}`],
        ...['-device', `virtio-net-pci,netdev=further${index},mac=${nic.mac},romfile=`],
      ];
    }),
  ];
}

function describeRootDisk({ file }: Disk, writeLog: string | undefined): string[] {
  const device = ['-device', 'virtio-blk-pci,drive=root'];
  if (writeLog === undefined) return ['-drive', `if=none,id=root,file=${file},format=raw,cache=unsafe`, ...device];
  // What the guest flushes is noted, and need not reach this machine's disk.
  const open = (filename: string) => ({ driver: 'file', filename, cache: { 'no-flush': true } });
  const node = { driver: 'blklogwrites', 'node-name': 'root', file: open(file), log: open(writeLog) };
  return ['-blockdev', JSON.stringify(node), ...device];
}

function describeWire(nic: FurtherNic | { readonly mac: string }, index: number): string {
  if (!('router' in nic)) return `hubport,hubid=${index}`;
  const { subnet, router, ipv6 } = nic;
  const inside = subnet.replace(/\d+\/\d+$/, '');
  const [network, length] = ipv6?.subnet.split('/') ?? [];
  const second =
    ipv6 === undefined ? 'ipv6=off' : `ipv6-prefix=${network},ipv6-prefixlen=${length},ipv6-host=${ipv6.router}`;
  return `user,net=${subnet},host=${router},dns=${inside}253,dhcpstart=${inside}200,${second}`;
}

function describeDrive({ file, as, late, writable, badSector }: AttachedDrive, index: number): string[] {
  const id = late ? 'late' : `drive${index}`;
  if (badSector !== undefined)
    return [
      ...['-blockdev', JSON.stringify(describeBadMedium({ id, file, badSector }))],
      ...['-device', `scsi-hd,bus=scsi0.0,drive=${id},serial=${id}`],
    ];
  const medium = [
    '-drive',
    `if=none,id=${id},file=${file},format=raw,${writable ? 'cache=unsafe' : 'readonly=on'}${as === 'cdrom' ? ',media=cdrom' : ''}`,
  ];
  if (late) return medium;
  return [...medium, '-device', as === 'cdrom' ? `scsi-cd,bus=scsi0.0,drive=${id}` : `virtio-blk-pci,drive=${id}`];
}

/** Reads of the sector fail with EIO, the first time and ever after. */
function describeBadMedium({ id, file, badSector }: { id: string; file: string; badSector: number }): object {
  const fault = { event: 'none', iotype: 'read', errno: 5, sector: badSector, once: false, immediately: true };
  const image = { driver: 'blkdebug', image: { driver: 'file', filename: file }, 'inject-error': [fault] };
  return { driver: 'raw', 'node-name': id, 'read-only': true, file: image };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
