// guest-init rehearse, as people run it: what the table says is what happened, and this machine stays as it was whatever the
// user_data tries and however the rehearsal ends.
import assert from 'node:assert/strict';
import { type ChildProcess, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Rehearsal } from '../../src/rehearsal/rehearse.ts';
import { repositoryRoot, requireBuiltProgram } from '../support/built-program.ts';
import { hasTool, runTool, tryTool } from '../support/command.ts';
import { buildDriveImage, type DriveTree } from '../support/drive.ts';
import { compareHosts, digestHost, type HostDigest } from '../support/host-digest.ts';
import { sandboxPrefix } from '../support/leftovers.ts';

const tools = ['unshare', 'nsenter', 'setpriv', 'ip', 'losetup', 'mke2fs', 'ping', 'ifconfig'];
const missing =
  process.getuid?.() !== 0
    ? 'needs root'
    : tools
        .filter((tool) => !hasTool(tool))
        .map((tool) => `needs ${tool}`)
        .join(', ');
const exampleDrive = join(repositoryRoot, 'docs/examples/drive');

describe('rehearse', { skip: missing === '' ? false : missing }, () => {
  let program: string;
  let host: HostDigest;
  let folder: string;
  before(() => {
    program = requireBuiltProgram().executable;
    folder = mkdtempSync(join(tmpdir(), `${sandboxPrefix}${process.pid}-`));
    host = digestHost();
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
    assert.deepEqual(compareHosts(host, digestHost()), []);
  });

  /** A drive folder with this user_data, and this address in the ec2 metadata. */
  function makeDrive(userData: string, address = '10.9.0.7'): string {
    const drive = mkdtempSync(join(folder, 'drive-'));
    writeTree(drive, {
      'ec2/latest/meta-data.json': JSON.stringify({ 'instance-id': 'i-0000000b', 'local-ipv4': address }),
      'openstack/latest/meta_data.json': JSON.stringify({
        uuid: '5f0c7c1e-3c0b-4a5e-9d54-000000000007',
        hostname: 'rehearsed',
      }),
      'openstack/latest/user_data': userData,
    });
    return drive;
  }

  function start(args: readonly string[], options: { uid?: number } = {}): SpawnSyncReturns<string> {
    const identity = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
    return spawnSync(program, ['rehearse', ...args], {
      encoding: 'utf8',
      timeout: 60_000,
      cwd: repositoryRoot,
      ...identity,
    });
  }

  function rehearse(args: readonly string[]): Rehearsal {
    const { stdout, stderr } = start(['--json', ...args]);
    assert.notEqual(stdout, '', stderr);
    return JSON.parse(stdout) as Rehearsal;
  }

  it('does the job of the example drive and tells what a person wants to see', () => {
    const { status, stdout, stderr } = start(['--source', 'docs/examples/drive']);
    assert.deepEqual([status, stderr], [0, '']);
    const table = stdout.slice(stdout.indexOf('after the rehearsal'));
    for (const row of [
      /^ {2}address +\S+ 10\.0\.0\.5\/24$/m,
      /^ {2}route +default via 10\.0\.0\.254 on \S+$/m,
      /^ {2}gateway +10\.0\.0\.254 answers ping in [\d.]+ ms$/m,
      /^ {2}host name +~ \S+ -> web-1$/m,
      /^ {2}users +\+ ops \(uid \d+, 1 key\)$/m,
      /\+ \/root\/ran\b/,
      /^ {2}drive +unmounted$/m,
      /^ {2}this machine +untouched$/m,
      /^ {2}run +exit 0 in /m,
    ]) {
      assert.match(table, row);
    }
    assert.equal(stdout.split('\n').length < 45, true);
    assert.equal(Math.max(...table.split('\n').map((line) => line.length)) <= 100, true);
    assert.equal(existsSync('/root/ran'), false);
  });

  it('gives the same facts as JSON, alone on standard output', () => {
    const { status, stdout, stderr } = start(['--json', '--source', exampleDrive]);
    const found = JSON.parse(stdout) as Rehearsal;
    assert.deepEqual([status, found.exitCode, found.steps.failed, found.steps.skipped], [0, 0, 0, 0]);
    assert.match(stderr, /guest-init: OK web-1/);
    const [address, ...others] = found.addresses;
    assert.deepEqual([address?.address, address?.prefixLength, others], ['10.0.0.5', 24, []]);
    assert.deepEqual(
      found.gateways.map(({ gateway, answers, by }) => [gateway, answers, by]),
      [['10.0.0.254', true, 'ping']],
    );
    assert.deepEqual(
      found.users.map(({ op, name, keys }) => [op, name, keys]),
      [['+', 'ops', 1]],
    );
    assert.deepEqual([found.drive.unmounted, found.machine], [true, { untouched: true, changed: [] }]);
    const files = new Map(found.files.map(({ path, op }) => [path, op]));
    assert.deepEqual(
      [files.get('/root/ran'), files.get('/etc/passwd'), files.get('/home/ops/.ssh/authorized_keys')],
      ['+', '~', '+'],
    );
    assert.deepEqual(
      found.files.filter(({ path }) => /guest-init/.test(path)),
      [],
    );
  });

  it('ends with the exit code of the run, and with 12 for what is no drive', () => {
    const failing = start(['--source', makeDrive('#cloud-config\nruncmd:\n  - "false"\n  - touch /root/after\n')]);
    assert.equal(failing.status, 2);
    assert.match(failing.stdout, /x runcmd\[0\]/);
    assert.match(failing.stdout, /^ {2}run +exit 2 /m);
    const empty = mkdtempSync(join(folder, 'empty-'));
    for (const source of [empty, join(folder, 'absent')]) {
      const { status, stdout, stderr } = start(['--source', source]);
      assert.deepEqual([status, stdout], [12, '']);
      assert.match(stderr, /^guest-init: .*(?:no config drive|no such folder)/);
    }
    const linked = makeDrive('#!/bin/sh\n');
    runTool(['ln', '-s', '/etc/shadow', join(linked, 'openstack/latest/vendor_data.json')]);
    assert.equal(start(['--source', linked]).status, 12);
    assert.equal(start(['--source', exampleDrive, '--gateway', 'nonsense']).status, 64);
    assert.equal(start(['--device', '/dev/null']).status, 12);
    const stranger = start(['--source', exampleDrive], { uid: 65534 });
    assert.deepEqual([stranger.status, stranger.stdout], [77, '']);
    assert.match(stranger.stderr, /only root can/);
  });

  it('names the way out where there is no drive', () => {
    // A mount namespace that stands for a machine without drives: those of other tests are out of sight.
    const script = `for place in /sys/class/block /dev/disk /run/udev; do
      if [ -d $place ]; then mount -t tmpfs tmpfs $place; fi
    done
    exec ${program} rehearse`;
    const { status, stdout, stderr } = tryTool(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script]);
    assert.deepEqual([status, stdout], [10, '']);
    assert.match(stderr, /no drive labelled config-2.*--source DIR/);
  });

  it('makes the NICs that network_data.json names, each with its gateways', () => {
    const drive = makeDrive('#!/bin/sh\ntrue\n', '198.51.100.9');
    const link = (id: string, mac: string): object => ({ id, type: 'phy', ethernet_mac_address: mac });
    const network = (
      id: string,
      on: string,
      address: string,
      netmask: string,
      gateway: string,
      type = 'ipv4',
    ): object => ({
      ...{ id, link: on, type, ip_address: address, netmask },
      routes: [
        type === 'ipv4'
          ? { network: '0.0.0.0', netmask: '0.0.0.0', gateway }
          : { network: '::', netmask: '::', gateway },
      ],
    });
    writeTree(drive, {
      'openstack/latest/network_data.json': JSON.stringify({
        links: [link('a', 'fa:16:3e:00:00:0a'), link('b', 'fa:16:3e:00:00:0b')],
        networks: [
          // A gateway outside the subnet, as routed providers have it.
          network('one', 'a', '198.51.100.9', '255.255.255.255', '10.255.0.1'),
          network('two', 'b', '2001:db8:5::7', 'ffff:ffff:ffff:ffff::', '2001:db8:5::1', 'ipv6'),
        ],
        services: [],
      }),
    });
    const found = rehearse(['--source', drive]);
    assert.equal(found.exitCode, 0, found.message);
    assert.deepEqual(
      found.addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`),
      ['198.51.100.9/32', '2001:db8:5::7/64'],
    );
    assert.deepEqual(
      found.gateways.map(({ gateway, answers }) => [gateway, answers]),
      [
        ['10.255.0.1', true],
        ['2001:db8:5::1', true],
      ],
    );
  });

  it('shows a gateway that is somewhere else', () => {
    const found = rehearse(['--source', exampleDrive, '--gateway', '10.0.0.1']);
    assert.deepEqual(
      found.gateways.filter(({ answers }) => answers),
      [],
    );
  });

  it('uses a device without writing to it', () => {
    const image = join(folder, 'config-2.img');
    const metadata = { json: { 'instance-id': 'i-0000000c', 'local-ipv4': '10.9.0.8' } };
    const userData =
      '#!/bin/sh\ndd if=/dev/zero of="$(readlink -f /dev/disk/by-label/config-2)" bs=512 count=1 && exit 19\nexit 0\n';
    const tree: DriveTree = { 'ec2/latest/meta-data.json': metadata, 'ec2/latest/user-data': userData };
    buildDriveImage({ tree, image, folder: join(folder, 'device-tree') });
    const content = readFileSync(image);
    const device = runTool(['losetup', '--find', '--show', image]).trim();
    try {
      const found = rehearse(['--device', device]);
      assert.deepEqual([found.exitCode, found.source, found.drive.unmounted], [0, device, true]);
      assert.deepEqual(
        found.addresses.map(({ address }) => address),
        ['10.9.0.8'],
      );
    } finally {
      runTool(['losetup', '-d', device]);
    }
    assert.equal(readFileSync(image).equals(content), true);
  });

  it('lets nothing through: mounts, kernel settings, clock, devices, services, names, links', () => {
    const disk = mkdtempSync('/var/tmp/guest-init-rehearse-');
    const userData = `#!/bin/sh
exec 2>&1
set -x
for place in $(awk '{ print $5 }' /proc/self/mountinfo); do echo intruder >"$place/intruder"; done
echo intruder >${disk}/kept; rm ${disk}/gone; echo intruder >${disk}/inner/kept; echo intruder >${disk}/bound
echo 1 >/proc/sys/vm/swappiness && exit 10
echo 1 >/proc/sys/kernel/panic && exit 11
echo h >/proc/sysrq-trigger && exit 12
date -s 2001-01-01 && exit 13
mknod /root/disk b 1 0 && exit 14
systemctl daemon-reload && exit 15
[ -e /run/systemd ] && exit 16
[ -e /var/lib/guest-init/remembered ] && exit 17
for link in /sys/class/net/*; do [ "\${link##*/}" = lo ] || ip link set "\${link##*/}" mtu 1300; done
hostname intruder
kill -9 ${process.pid} && exit 18
touch ${disk}/inner/done
`;
    const drive = makeDrive(userData);
    const swappiness = readFileSync('/proc/sys/vm/swappiness', 'utf8');
    // Mounts of every kind that a machine may have, in a mount namespace that stands for the machine.
    const script = `set -e
      mount -t tmpfs tmpfs ${disk}
      mkdir ${disk}/inner; mount -t tmpfs -o mode=0711 tmpfs ${disk}/inner
      echo own >${disk}/kept; echo own >${disk}/gone; echo own >${disk}/inner/kept; echo own >${disk}/bound
      echo below >${disk}/inner/source; mount --bind ${disk}/inner/source ${disk}/bound
      mkdir -p /var/lib/guest-init; mount -t tmpfs tmpfs /var/lib/guest-init
      echo torn >/var/lib/guest-init/state.json; touch /var/lib/guest-init/remembered
      code=0; ${program} rehearse --json --source ${drive} || code=$?
      exec >&2
      echo "machine $(cat ${disk}/kept ${disk}/gone ${disk}/inner/kept ${disk}/bound | tr '\\n' ' ')"
      find ${disk} /var/lib/guest-init -type f | sort | sed 's/^/left /'
      exit $code`;
    const stateExisted = existsSync('/var/lib/guest-init');
    try {
      const { status, stdout, stderr } = tryTool([
        'unshare',
        '--mount',
        '--propagation',
        'private',
        'sh',
        '-c',
        script,
      ]);
      assert.equal(status, 0, stderr);
      assert.match(stderr, /^machine own own own below $/m);
      const left = [...stderr.matchAll(/^left (.*)$/gm)].map(([, path]) => path);
      const expected = ['bound', 'gone', 'inner/kept', 'inner/source', 'kept'].map((name) => `${disk}/${name}`);
      assert.deepEqual(left, ['/var/lib/guest-init/remembered', '/var/lib/guest-init/state.json', ...expected]);
      const found = JSON.parse(stdout) as Rehearsal;
      const files = new Map(found.files.map(({ path, op }) => [path, op]));
      // The attempts did happen; they ended in the overlays.
      assert.equal(files.get('/intruder'), '+');
      assert.deepEqual(
        [files.get(`${disk}/kept`), files.get(`${disk}/gone`), files.get(`${disk}/inner/kept`)],
        ['~', '-', '~'],
      );
      assert.deepEqual(
        [files.get(`${disk}/inner/done`), files.get(`${disk}/inner/intruder`), files.get(`${disk}/bound`)],
        ['+', '+', '~'],
      );
      assert.equal(found.hostname.after, 'intruder');
      assert.deepEqual(found.machine, { untouched: true, changed: [] });
    } finally {
      rmSync(disk, { recursive: true, force: true });
      if (!stateExisted) rmSync('/var/lib/guest-init', { recursive: true, force: true });
    }
    assert.equal(readFileSync('/proc/sys/vm/swappiness', 'utf8'), swappiness);
    assert.equal(existsSync('/intruder'), false);
    assert.equal(new Date().getFullYear() > 2001, true);
  });

  for (const [signal, code] of [
    ['SIGKILL', null],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`leaves no process, namespace, mount or loop device when ended by ${signal}`, async () => {
      const drive = makeDrive('#!/bin/sh\ntouch /root/begun\nsetsid sleep 61 &\nsleep 61\n');
      const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
      const child = spawn(program, ['rehearse', '--source', drive], { stdio: ['ignore', 'pipe', 'pipe'] });
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      try {
        const { namespace, held, loopFile } = await findGuest(child);
        assert.equal(readFileSync(loopFile, 'utf8').startsWith('/image'), true);
        child.kill(signal);
        assert.equal(await ended, code);
        const isGone = (): boolean => listInhabitants(namespace).length === 0 && !isOurs(loopFile);
        for (let tries = 0; tries < 50 && !isGone(); tries += 1) await sleep(100);
        const left = listInhabitants(namespace);
        closeSync(held);
        assert.deepEqual(left, []);
        assert.equal(isOurs(loopFile), false);
        assert.equal(readFileSync('/proc/self/mountinfo', 'utf8'), mounts);
      } finally {
        child.kill('SIGKILL');
        child.stdout.destroy();
        child.stderr.destroy();
      }
    });
  }
});

function writeTree(folder: string, tree: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Waits until the script on the drive sleeps; gives the process namespace that it sleeps in, and the sysfs file that names what is behind its drive. */
async function findGuest(child: ChildProcess): Promise<{ namespace: string; held: number; loopFile: string }> {
  for (let tries = 0; tries < 200; tries += 1) {
    const sleeper = listProcesses().find(
      (pid) => readCommandLine(pid) === 'sleep 61' && readNamespace(pid, 'pid') !== readNamespace('self', 'pid'),
    );
    if (sleeper !== undefined) {
      const node = readdirSync(`/proc/${sleeper}/root/dev`).find((name) => /^(vdb|sr0)$/.test(name));
      const minor = statSync(`/proc/${sleeper}/root/dev/${node}`).rdev & 0xff;
      return {
        namespace: readNamespace(sleeper, 'pid'),
        // Kept open, the kernel gives its number to nobody else.
        held: openSync(`/proc/${sleeper}/ns/pid`, 'r'),
        loopFile: `/sys/block/loop${minor}/loop/backing_file`,
      };
    }
    if (child.exitCode !== null) break;
    await sleep(50);
  }
  throw new Error('the rehearsal did not come to its script');
}

/** The number may have gone to another test in the meantime, but not with an image of a rehearsal. */
function isOurs(loopFile: string): boolean {
  try {
    return readFileSync(loopFile, 'utf8').startsWith('/image');
  } catch {
    return false;
  }
}

function listInhabitants(namespace: string): string[] {
  return listProcesses().filter((pid) => readNamespace(pid, 'pid') === namespace);
}

function listProcesses(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

function readNamespace(pid: string, kind: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return '';
  }
}

function readCommandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
