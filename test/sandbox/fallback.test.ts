// The fallback in plain sh, on guests without the binary: address and gateway whatever shell, awk and network tool they have, and
// nothing of a hostile drive believed, run or left mounted.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { repositoryRoot } from '../support/built-program.ts';
import type { RunOptions, RunResult } from '../support/command-inside.ts';
import type { DriveTree } from '../support/drive.ts';
import {
  cable,
  ec2MetaData,
  ec2Tree,
  fullTree,
  metaData,
  networkData,
  novaDmi,
  openstackTree,
  otherUuid,
  staticNetwork,
} from '../support/instances.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { assertReleased, guessApplied, readNetwork, staticApplied } from '../support/main-job.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { defaultMac, type Sandbox, type SandboxDrive, type SandboxOptions, withSandbox } from '../support/sandbox.ts';
import type { SandboxLink } from '../support/sandbox-script.ts';

const missing = explainMissingRoots();
const script = join(repositoryRoot, 'packaging/fallback/guest-init-fallback.sh');
const installed = '/usr/lib/guest-init/fallback';
const secondCable: SandboxLink = { name: 'eth1', mac: 'fa:16:3e:00:00:06', gateways: ['10.9.0.1/24'] };

type Network = { readonly addresses: readonly string[]; readonly routes: readonly string[] };
const untouched: Network = { addresses: [], routes: [] };

/** Kinds of guests, by what they have instead of our binary. */
const guests: Readonly<Record<string, { shell: readonly string[]; prepare(box: Sandbox): Promise<unknown> }>> = {
  'dash, mawk, net-tools (Debian 9)': {
    shell: ['dash'],
    prepare: (box) => box.exec(['sh', '-c', 'ln -sf mawk /usr/bin/awk; rm -f /usr/bin/ip /usr/sbin/ip']),
  },
  'bash, gawk, iproute2 (CentOS 7)': {
    shell: ['bash', '--posix'],
    prepare: (box) =>
      box.exec(['sh', '-c', 'ln -sf gawk /usr/bin/awk; rm -f /usr/sbin/ifconfig /usr/sbin/route /usr/sbin/blkid']),
  },
  'busybox alone, with ifconfig (Alpine)': {
    shell: ['busybox', 'sh'],
    prepare: (box) => box.exec(['busybox', 'sh', '-c', onlyBusybox('ip')]),
  },
  'busybox alone, with ip': {
    shell: ['busybox', 'sh'],
    prepare: (box) => box.exec(['busybox', 'sh', '-c', onlyBusybox('ifconfig route')]),
  },
};
const debian = 'dash, mawk, net-tools (Debian 9)';
const centos = 'bash, gawk, iproute2 (CentOS 7)';

/** Every command of the guest becomes the applet of that name, but `without`, which go. */
function onlyBusybox(without: string): string {
  return `cp "$(command -v busybox)" /root/busybox
for tool in awk cat chmod cut dd grep id ifconfig ip mkdir mount readlink rm rmdir route sed sleep sort timeout tr umount; do
  rm -f /usr/bin/$tool /usr/sbin/$tool
  case " ${without} " in *" $tool "*) ;; *) /root/busybox ln -s /root/busybox /usr/bin/$tool ;; esac
done
/root/busybox rm -f /usr/sbin/blkid; /root/busybox ln -s /root/busybox /usr/bin/blkid`;
}

type FallbackCase = {
  readonly name: string;
  readonly guest?: string;
  readonly tree?: DriveTree;
  readonly drive?: Omit<SandboxDrive, 'tree'>;
  readonly sandbox?: SandboxOptions;
  readonly config?: string;
  readonly arguments?: readonly string[];
  readonly options?: RunOptions;
  readonly prepare?: (box: Sandbox) => unknown;
  readonly exit: number;
  readonly network: Network;
  /** What the last line must hold. */
  readonly says?: readonly RegExp[];
  readonly check?: (box: Sandbox, result: RunResult) => unknown;
};

const ownPlaces = [/^\/root(\/|$)/, /^\/usr\/local\/libexec(\/|$)/];

/** Starts the script as its kind of guest would. */
function start(box: Sandbox, guest: string, words: readonly string[] = [], options?: RunOptions): Promise<RunResult> {
  return box.run([...(guests[guest]?.shell ?? []), installed, ...words], options);
}

/** Boots such a guest, runs the script once, and checks what every run owes: one last line, no drive mounted, no file written. */
async function runCase(job: FallbackCase): Promise<void> {
  const guest = job.guest ?? debian;
  const sandbox: SandboxOptions = {
    links: [cable],
    drives: job.tree === undefined ? [] : [{ ...job.drive, tree: job.tree }],
    ...job.sandbox,
    root: 'bookworm-shells',
    files: {
      '/etc/guest-init/config.yaml': job.config ?? 'drive:\n  wait: 1\n  wait_required: 2\nnetwork:\n  wait: 1\n',
      ...job.sandbox?.files,
    },
    binds: [[script, installed]],
  };
  await withSandbox(sandbox, async (box) => {
    await guests[guest]?.prepare(box);
    await job.prepare?.(box);
    const before = box.digest(ownPlaces);
    const result = await start(box, guest, job.arguments, job.options);
    const said = result.stdout + result.stderr;
    assert.deepEqual(
      { exit: result.status ?? result.signal, ...readNetwork(box) },
      { exit: job.exit, ...job.network },
      said,
    );
    assert.equal(result.stderr, '', said);
    // The watcher that busybox's timeout leaves behind looks once a second whether its command lives.
    for (let rounds = 0; rounds < 15 && box.processes().length > 0; rounds += 1) await sleep(100);
    assertReleased(box, said);
    assert.deepEqual([...box.digest(ownPlaces)], [...before], said);
    assert.equal(box.stat('/root/pwned'), undefined, said);
    const last = result.stdout.trimEnd().split('\n').at(-1) ?? '';
    assert.match(
      last,
      { 0: /^guest-init: OK /, 2: /^guest-init: DEGRADED / }[job.exit] ?? /^guest-init: FAILED \(\d+\) /,
      said,
    );
    for (const pattern of job.says ?? []) assert.match(last, pattern);
    await job.check?.(box, result);
  });
}

const inEachGuest: readonly FallbackCase[] = [
  {
    name: 'ec2 alone: prefix and gateway are guessed and said to be',
    tree: ec2Tree(),
    exit: 0,
    network: guessApplied,
    says: [/eth0 10\.0\.0\.5\/24 via 10\.0\.0\.254 \(prefix and gateway guessed\)/, /not done: users, keys, host name/],
    check: async (box, { stdout }) => {
      assert.ok(stdout.length < 400, stdout);
      const again = await start(box, stdout.includes('with ip') ? centos : debian);
      assert.match(again.stdout, /OK .*already so/);
      assert.deepEqual(readNetwork(box), guessApplied);
    },
  },
  {
    name: 'network_data.json says prefix, gateway and MAC',
    tree: fullTree(),
    drive: { label: 'CONFIG-2' },
    sandbox: { links: [secondCable, { ...cable, name: 'ens3' }] },
    exit: 0,
    network: {
      addresses: staticApplied.addresses,
      routes: staticApplied.routes.map((route) => route.replace('eth0', 'ens3')),
    },
    check: (_, { stdout }) => assert.doesNotMatch(stdout, /guess/),
  },
  {
    name: 'a /32 with a gateway outside the subnet, and user_data that nobody applies',
    tree: openstackTree({
      'openstack/latest/network_data.json': { json: networkData({ netmask: '255.255.255.255' }) },
      'openstack/latest/user_data': '#cloud-config\n{}\n',
    }),
    exit: 2,
    network: {
      addresses: ['192.168.10.20/32'],
      routes: ['192.168.10.1 dev eth0', 'default via 192.168.10.1 dev eth0'],
    },
    says: [/user_data was not applied/],
  },
  {
    name: 'another address and gateway give way',
    tree: openstackTree(),
    prepare: (box) => {
      box.inNetwork(['ip', 'addr', 'add', '10.0.0.77/24', 'brd', '+', 'dev', 'eth0']);
      box.inNetwork(['ip', 'link', 'set', 'eth0', 'up']);
      box.inNetwork(['ip', 'route', 'add', 'default', 'via', '10.0.0.254']);
    },
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'a drive without a label link is probed for or found by its content',
    tree: openstackTree(),
    drive: { link: null },
    exit: 0,
    network: staticApplied,
  },
];

const dhcp = { type: 'ipv4_dhcp', ip_address: undefined, netmask: undefined, routes: undefined };
const evil = '$(touch /root/pwned)`touch /root/pwned`\'"; touch /root/pwned #\n10.0.0.9';

const onOneGuest: readonly FallbackCase[] = [
  {
    name: 'no drive, and no platform that promises one',
    exit: 0,
    network: untouched,
    says: [/no drive labelled config-2/],
  },
  { name: 'no drive on a Nova guest', sandbox: { dmi: novaDmi() }, exit: 10, network: untouched, says: [/in 2 s/] },
  {
    name: 'two drives with the label',
    sandbox: {
      drives: [
        { tree: ec2Tree(), udevLabel: 'config-2' },
        { tree: openstackTree(), link: null, udevLabel: 'config-2' },
      ],
    },
    exit: 11,
    network: untouched,
    says: [/\/dev\/sr0 \/dev\/sr1/, /--device \/dev\/sr0/],
  },
  {
    name: 'two drives with the label, one named',
    sandbox: {
      drives: [
        { tree: ec2Tree(), udevLabel: 'config-2' },
        { tree: openstackTree(), link: null, udevLabel: 'config-2' },
      ],
    },
    arguments: ['--device', '/dev/sr1'],
    exit: 0,
    network: staticApplied,
  },
  {
    name: 'a damaged file system',
    tree: ec2Tree(),
    drive: { damagedFileSystem: true },
    exit: 12,
    network: untouched,
    says: [/mount exited \d+/, /blkid/],
  },
  { name: 'a labelled drive without metadata', tree: { 'readme.txt': 'x' }, exit: 12, network: untouched },
  {
    name: 'a drive of another machine',
    tree: openstackTree(),
    sandbox: { dmi: novaDmi(otherUuid) },
    exit: 41,
    network: untouched,
  },
  { name: 'not root', options: { uid: 1000 }, tree: ec2Tree(), exit: 77, network: untouched },
  {
    name: 'no network tool',
    tree: ec2Tree(),
    prepare: (box) =>
      ['ifconfig', 'ip'].forEach((tool) => {
        box.hide(tool);
      }),
    exit: 20,
    network: untouched,
    says: [/net-tools/, /iproute2/],
  },
  {
    name: 'no NIC has the MAC: both are named',
    tree: openstackTree({
      'openstack/latest/network_data.json': { json: networkData({}, { ethernet_mac_address: 'FA:16:3E:99:99:99' }) },
    }),
    exit: 22,
    network: untouched,
    says: [/no NIC has MAC fa:16:3e:99:99:99/, new RegExp(`eth0 ${defaultMac}`)],
  },
  {
    name: 'no MAC, no eth0 and two NICs: nothing is guessed',
    tree: ec2Tree(),
    sandbox: {
      links: [
        { ...cable, name: 'ens3' },
        { ...secondCable, name: 'ens4' },
      ],
    },
    exit: 22,
    network: untouched,
    says: [/network\.interface/],
  },
  {
    name: 'the settings of the image',
    tree: ec2Tree({ 'local-ipv4': '192.168.10.20' }),
    sandbox: {
      links: [
        { ...cable, name: 'ens3' },
        { ...secondCable, name: 'ens4' },
      ],
    },
    config:
      '# of this image\nnetwork:\n  wait: 0\n  interface: "ens3"   # no MAC\n  default_prefix: 26\n  default_gateway: 1\ndrive:\n  wait: 0.5\n',
    exit: 0,
    network: {
      addresses: staticApplied.addresses,
      routes: staticApplied.routes.map((route) => route.replace('eth0', 'ens3')),
    },
    says: [/guessed/],
  },
  {
    name: 'no guessed gateway, by config',
    tree: ec2Tree(),
    config: 'network:\n  default_gateway: none\n',
    exit: 0,
    network: { addresses: ['10.0.0.5/24'], routes: ['10.0.0.0/24 dev eth0'] },
  },
  {
    name: 'a setting that is none',
    tree: ec2Tree(),
    config: 'network:\n  default_prefix: 33\n',
    exit: 13,
    network: untouched,
    says: [/network\.default_prefix/],
  },
  {
    name: 'settings in a form that the script cannot read',
    tree: ec2Tree(),
    config: '\nnetwork: {default_prefix: 26}\n',
    exit: 13,
    network: untouched,
    says: [/config\.yaml:2/],
  },
  {
    name: 'cloud-init is enabled: users and user_data are its business',
    tree: { ...ec2Tree(), 'openstack/latest/user_data': '#!/bin/sh\n' },
    prepare: (box) => box.writeFile('/run/cloud-init/enabled', ''),
    exit: 0,
    network: guessApplied,
    says: [/cloud-init/],
  },
  {
    name: 'DHCP in network_data.json, the address only in local-ipv4',
    tree: { ...openstackTree({ 'openstack/latest/network_data.json': { json: networkData(dhcp) } }), ...ec2Tree() },
    exit: 0,
    network: guessApplied,
  },
  {
    name: 'no address anywhere: left to DHCP',
    tree: openstackTree({ 'openstack/latest/network_data.json': { json: networkData(dhcp) } }),
    exit: 0,
    network: untouched,
    says: [/left alone/],
  },
  {
    name: 'a network with a mask and no default route has no gateway',
    tree: openstackTree({ 'openstack/latest/network_data.json': { json: networkData({ routes: [] }) } }),
    exit: 0,
    network: { addresses: ['192.168.10.20/26'], routes: ['192.168.10.0/26 dev eth0'] },
  },
  {
    name: 'damaged network_data.json costs what only it says',
    tree: { ...ec2Tree(), 'openstack/latest/network_data.json': '{"links": [' },
    exit: 2,
    network: guessApplied,
    says: [/network_data\.json is not a map in JSON/],
  },
  {
    name: 'damaged ec2 metadata costs what only it says',
    tree: openstackTree({ 'ec2/latest/meta-data.json': { symlink: '/etc/passwd' } }),
    exit: 2,
    network: staticApplied,
    says: [/meta-data\.json is not a regular file/],
  },
  {
    name: 'ifconfig failing: as it was',
    tree: ec2Tree(),
    prepare: (box) => box.shim('ifconfig', '[ $# -eq 1 ] && exec "$REAL" "$@"; echo "SIOCSIFADDR: broken" >&2; exit 7'),
    exit: 20,
    network: untouched,
    says: [/ifconfig exited 7: SIOCSIFADDR: broken/],
  },
  {
    name: 'route failing: the address stays',
    tree: ec2Tree(),
    prepare: (box) => box.shim('route', 'echo "SIOCADDRT: broken" >&2; exit 7'),
    exit: 21,
    network: { addresses: ['10.0.0.5/24'], routes: ['10.0.0.0/24 dev eth0'] },
    says: [/route exited 7: SIOCADDRT: broken/, /not its gateway 10\.0\.0\.254/],
  },
  {
    name: 'ip failing at an address: the others come back',
    guest: centos,
    tree: ec2Tree(),
    prepare: (box) => {
      box.inNetwork(['ip', 'addr', 'add', '10.0.0.77/24', 'brd', '+', 'dev', 'eth0']);
      box.shim('ip', 'case $* in *10.0.0.5*) exit 2 ;; esac; exec "$REAL" "$@"');
    },
    exit: 20,
    network: { addresses: ['10.0.0.77/24'], routes: [] },
    says: [/ip exited 2/],
  },
  ...(
    [
      ['a link for metadata', { 'ec2/latest/meta-data.json': { symlink: '/root/outside/meta-data.json' } }, 13],
      ['a link for a folder', { 'ec2/latest': { symlink: '/root/outside' } }, 13],
      ['a FIFO', { 'ec2/latest/meta-data.json': { fifo: true } }, 13],
      ['a device', { 'ec2/latest/meta-data.json': { device: 'char', major: 1, minor: 5 } }, 13],
      ['a folder', { 'ec2/latest/meta-data.json': { folder: true } }, 13],
      ['a file of a terabyte', { 'ec2/latest/meta-data.json': { sparse: 2 ** 40 } }, 14],
      ['commands for an address', ec2Tree({ 'local-ipv4': evil }), 13],
      [
        'commands for a key',
        { 'ec2/latest/meta-data.json': { json: { ...ec2MetaData(), 'local-ipv4': null, [evil]: evil } } },
        0,
      ],
      [
        'commands everywhere',
        openstackTree({
          'openstack/latest/meta_data.json': { json: metaData({ uuid: evil }) },
          'openstack/latest/network_data.json': {
            json: networkData(
              { ip_address: evil, netmask: evil, link: evil },
              { id: evil, ethernet_mac_address: evil },
            ),
          },
        }),
        0,
      ],
      [
        'commands for a MAC',
        openstackTree({
          'openstack/latest/network_data.json': { json: networkData({}, { ethernet_mac_address: evil }) },
        }),
        22,
      ],
    ] as const
  ).map(
    ([name, tree, exit]): FallbackCase => ({
      name: `hostile drive: ${name}`,
      tree,
      // What a link of the drive could reach in the guest, had it been followed.
      prepare: (box) => box.writeFile('/root/outside/meta-data.json', '{"local-ipv4": "10.0.0.5"}'),
      exit,
      network: untouched,
      check: (_, { stdout }) => assert.doesNotMatch(stdout, /touch|root:/),
    }),
  ),
];

const gateway = (text: string) => ({ network: '0.0.0.0', netmask: '0.0.0.0', gateway: text });
const nic = (fields: object) => ({ id: 'tap0', type: 'ovs', ethernet_mac_address: defaultMac, ...fields });

/** One document each, read by the same guest: [name, ec2 metadata, network data, exit, address, gateway]. Text is taken as it is. */
const documents: readonly (readonly [string, unknown, unknown, number, string?, string?])[] = [
  ['blanks around', ' \n{\t"local-ipv4" : " 10.0.0.5 " }\n\n', undefined, 0, '10.0.0.5/24', '10.0.0.254'],
  [
    'escaped quotes and braces before it',
    { a: '"}],{\\', 'b"\\': '\\"', 'local-ipv4': '10.0.0.5' },
    undefined,
    0,
    '10.0.0.5/24',
    '10.0.0.254',
  ],
  ['the key in a deeper map', { a: { 'local-ipv4': '10.0.0.5' } }, undefined, 0],
  ['the key as a value', { a: 'local-ipv4', b: '10.0.0.5' }, undefined, 0],
  ['the key twice', '{"local-ipv4": "10.0.0.5", "local-ipv4": "10.0.0.6"}', undefined, 13],
  ['another IPv4 spelling', { 'local-ipv4': '10.0.0.05' }, undefined, 13],
  ['256', { 'local-ipv4': '10.0.0.256' }, undefined, 13],
  ['a number', { 'local-ipv4': 10 }, undefined, 13],
  ['a list', { 'local-ipv4': ['10.0.0.5'] }, undefined, 13],
  ['loopback', { 'local-ipv4': '127.0.0.1' }, undefined, 13],
  ['multicast', { 'local-ipv4': '224.0.0.1' }, undefined, 13],
  ['a second line', { 'local-ipv4': '10.0.0.5\n10.0.0.6' }, undefined, 13],
  [
    'high addresses, above 2^31',
    { 'local-ipv4': '223.255.254.5' },
    undefined,
    0,
    '223.255.254.5/24',
    '223.255.254.254',
  ],
  ['the guess is the guest itself', { 'local-ipv4': '10.0.0.254' }, undefined, 0, '10.0.0.254/24'],
  ...[
    '',
    '[]',
    '"x"',
    '{',
    '{}}',
    '{"a" 1}',
    '{"a":}',
    '{"a":1,}',
    '{,}',
    '{"a":01}',
    '{"a":tru}',
    '[{"a":1]',
    '{"a":"b}',
    '{"a":[1,]}',
    '{a:1}',
    "{'a':1}",
    '{"a":1} {"b":2}',
    `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`,
  ].map((text) => [`no JSON: ${text.slice(0, 20)}`, text, undefined, 13] as const),
  ['NUL bytes', '{"local-ipv4": "10.0.0.5"\0}', undefined, 13],
  [
    'just below the limit',
    `{"local-ipv4": "10.0.0.5", "x": "${'y'.repeat(262_000)}"}`,
    undefined,
    0,
    '10.0.0.5/24',
    '10.0.0.254',
  ],
  ['above the limit', `{"local-ipv4": "10.0.0.5", "x": "${'y'.repeat(262_144)}"}`, undefined, 14],
  [
    'a prefix behind the address',
    undefined,
    networkData({ ip_address: '192.168.10.20/26', netmask: undefined }),
    0,
    '192.168.10.20/26',
    '192.168.10.1',
  ],
  ['a netmask as a number', undefined, networkData({ netmask: 26 }), 0, '192.168.10.20/26', '192.168.10.1'],
  ['a netmask with holes', undefined, networkData({ netmask: '255.0.255.0' }), 2, '192.168.10.20/24', '192.168.10.1'],
  [
    'a default route in one field',
    undefined,
    networkData({ routes: [{ network: '0.0.0.0/0', gateway: '192.168.10.1' }] }),
    0,
    '192.168.10.20/26',
    '192.168.10.1',
  ],
  [
    "a vendor's gateway",
    undefined,
    networkData({ routes: [], gateway: '192.168.10.1' }),
    0,
    '192.168.10.20/26',
    '192.168.10.1',
  ],
  [
    'further routes',
    undefined,
    networkData({
      routes: [{ network: '172.16.0.0', netmask: '255.240.0.0', gateway: '192.168.10.2' }, gateway('192.168.10.1')],
    }),
    0,
    '192.168.10.20/26',
    '192.168.10.1',
  ],
  [
    'a gateway that is the guest',
    undefined,
    networkData({ routes: [gateway(staticNetwork.address)] }),
    2,
    '192.168.10.20/26',
  ],
  [
    'a gateway that is no address',
    undefined,
    networkData({ routes: [gateway('192.168.10.1; reboot')] }),
    2,
    '192.168.10.20/26',
  ],
  ['a bond', undefined, networkData({}, { type: 'bond' }), 22],
  ['a MAC that is none', undefined, networkData({}, { ethernet_mac_address: 'fa:16:3e:00:00' }), 22],
  [
    'another address than local-ipv4',
    { 'local-ipv4': '10.0.0.5' },
    networkData(),
    0,
    '192.168.10.20/26',
    '192.168.10.1',
  ],
  [
    'IPv6 before IPv4',
    { 'local-ipv4': null },
    {
      links: [nic({})],
      networks: [{ type: 'ipv6', link: 'tap0', ip_address: '2001:db8::5' }, ...(networkData().networks as object[])],
    },
    0,
    '192.168.10.20/26',
    '192.168.10.1',
  ],
  ['a link that is not there', undefined, networkData({ link: 'tap9' }), 2, '192.168.10.20/26', '192.168.10.1'],
  [
    'lists where maps should be',
    { 'local-ipv4': '10.0.0.5' },
    { links: {}, networks: 'x' },
    0,
    '10.0.0.5/24',
    '10.0.0.254',
  ],
];

describe('the fallback', { skip: missing, concurrency: 2 }, () => {
  after(assertNothingLeft);

  it('is clean by shellcheck', () =>
    withSandbox({ root: 'bookworm-shells', binds: [[script, installed]] }, async (box) => {
      assert.equal(await box.exec(['shellcheck', '--shell=sh', installed]), '');
    }));

  for (const guest of Object.keys(guests)) {
    for (const job of inEachGuest) it(`${guest}: ${job.name}`, () => runCase({ ...job, guest }));
  }

  for (const job of onOneGuest) it(job.name, () => runCase(job));

  for (const guest of Object.keys(guests)) {
    it(`reads documents alike: ${guest}`, () => readDocuments(guest));
  }

  it('a drive that appears late is waited for', () =>
    withFallback({ drives: [{ tree: ec2Tree(), late: true }] }, async (box) => {
      const running = start(box, debian);
      await sleep(700);
      box.plug(0);
      assert.equal((await running).status, 0);
      assert.deepEqual(readNetwork(box), guessApplied);
    }));

  it('TERM while the drive is mounted: unmounted, and said', () =>
    withFallback({ drives: [{ tree: ec2Tree() }] }, async (box) => {
      box.shim('dd', 'sleep 2; exec "$REAL" "$@"');
      const running = start(box, debian, [], { signalAfter: { ms: 1000, signal: 'SIGTERM' } });
      await sleep(800);
      assert.deepEqual(box.driveMounts(), ['/run/guest-init/private/drive']);
      const result = await running;
      assert.equal(result.status, 143, result.stdout);
      assert.match(result.stdout, /^guest-init: FAILED \(143\) stopped by a signal/m);
      assertReleased(box);
      assert.deepEqual(readNetwork(box), untouched);
    }));

  it('a second run meanwhile is refused; what a killed run left is taken over', () =>
    withFallback({ drives: [{ tree: ec2Tree() }] }, async (box) => {
      box.shim('dd', '[ ! -e /root/slow ] || sleep 3; exec "$REAL" "$@"');
      box.writeFile('/root/slow', '');
      const killed = start(box, debian, [], { signalAfter: { ms: 1500, signal: 'SIGKILL' } });
      await sleep(800);
      const second = await start(box, debian);
      assert.equal(second.status, 40, second.stdout);
      assert.equal((await killed).signal, 'SIGKILL');
      assert.deepEqual(box.driveMounts(), ['/run/guest-init/private/drive']);
      await box.exec(['rm', '/root/slow']);
      const third = await start(box, debian);
      assert.equal(third.status, 0, third.stdout + third.stderr);
      assert.deepEqual(readNetwork(box), guessApplied);
      await box.run(['sh', '-c', 'pkill sleep || killall sleep || :']);
      assert.deepEqual(box.driveMounts(), []);
    }));

  it('wrong words on the command line are exit 64', () =>
    withFallback({}, async (box) => {
      for (const words of [['--mystery'], ['--device'], ['a', 'b', 'c']]) {
        assert.equal((await start(box, debian, words)).status, 64, words.join(' '));
      }
      assert.match((await start(box, debian, ['--help'])).stdout, /^usage: fallback/);
    }));
});

/** A Debian guest with the script and short waits. */
async function withFallback(options: SandboxOptions, body: (box: Sandbox) => Promise<void>): Promise<void> {
  const files = { '/etc/guest-init/config.yaml': 'drive:\n  wait: 3\n' };
  await withSandbox(
    { links: [cable], ...options, root: 'bookworm-shells', files, binds: [[script, installed]] },
    async (box) => {
      await guests[debian]?.prepare(box);
      await body(box);
    },
  );
}

/** Each document as the drive of one run: mount is replaced by a copy, so that one guest, and one command there, serve for all. */
function readDocuments(guest: string): Promise<void> {
  const { shell = [], prepare } = guests[guest] ?? {};
  const drives = [{ tree: {} }];
  return withSandbox({ root: 'bookworm-shells', links: [cable], drives, binds: [[script, installed]] }, async (box) => {
    await prepare?.(box);
    box.shim('mount', 'for target; do :; done; rm -rf "$target"; cp -r "$DOCUMENT" "$target"');
    documents.forEach(([, ec2, network], index) => {
      box.writeFile(`/root/documents/${index}/ec2/.keep`, '');
      place(box, `/root/documents/${index}/ec2/latest/meta-data.json`, ec2);
      place(box, `/root/documents/${index}/openstack/latest/network_data.json`, network);
    });
    const each = `DOCUMENT=/root/documents/$i ${shell.join(' ')} ${installed} 2>&1 | tail -n 1; i=$((i + 1))`;
    const said = await box.exec(['sh', '-c', `i=0; while [ $i -lt ${documents.length} ]; do ${each}; done`]);
    const lines = said.trimEnd().split('\n');
    const found = documents.map(([name], index) => {
      const line = lines[index] ?? '';
      const exit = line.startsWith('guest-init: OK') ? 0 : line.startsWith('guest-init: DEGRADED') ? 2 : undefined;
      const [, address, gateway] = /eth0 ([\d./]+)(?: via ([\d.]+))?/.exec(line) ?? [];
      return [name, exit ?? Number(/FAILED \((\d+)\)/.exec(line)?.[1]), address, gateway];
    });
    const expected = documents.map(([name, , , exit, address, gateway]) => [name, exit, address, gateway]);
    assert.deepEqual(found, expected, said);
    assert.equal(lines.length, documents.length, said);
  });
}

function place(box: Sandbox, path: string, content: unknown): void {
  if (content === undefined) return;
  box.writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
}
