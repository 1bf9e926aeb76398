// The faults of the network tools: drives, the calls that each of them takes, and what is done to one call at a time. Data, and how to
// bring a guest back to where it was between two faults.

import type { DriveTree } from './drive.ts';
import { cable, networkData, openstackTree } from './instances.ts';
import type { Sandbox } from './sandbox.ts';
import type { SandboxLink } from './sandbox-script.ts';

type Fields = Readonly<Record<string, unknown>>;

export const secondMac = 'fa:16:3e:00:00:06';
export const secondCable: SandboxLink = { name: 'eth1', mac: secondMac, gateways: ['10.9.0.1/24', '10.9.0.254/24'] };

/** The openstack tree with these networks of the one link tap0, and further links. */
export function withNetworks(networks: readonly Fields[], links: readonly Fields[] = [], link: Fields = {}): DriveTree {
  const base = networkData({}, link);
  const json = { ...base, links: [...(base.links as Fields[]), ...links], networks };
  return openstackTree({ 'openstack/latest/network_data.json': { json } });
}

export const [ipv4 = {}] = networkData().networks as readonly Fields[];
export const ipv6: Fields = {
  ...{ id: 'n6', link: 'tap0', type: 'ipv6', ip_address: '2001:db8::5/64' },
  routes: [{ network: '::', netmask: '::', gateway: '2001:db8::1' }],
};
export const secondNic: Fields = { id: 'tap1', type: 'ovs', ethernet_mac_address: secondMac, mtu: null };
export const secondNetwork: Fields = {
  ...{ id: 'n1', link: 'tap1', type: 'ipv4', ip_address: '10.9.0.7', netmask: '255.255.255.0' },
  routes: [{ network: '10.50.0.0', netmask: '255.255.0.0', gateway: '10.9.0.1' }],
};

const metricRoutes: Fields = {
  ...ipv4,
  routes: [
    ...(ipv4['routes'] as readonly Fields[]),
    { network: '172.16.0.0', netmask: '255.240.0.0', gateway: '192.168.10.2' },
    { network: '10.60.0.0', netmask: '255.255.0.0', gateway: '192.168.10.2', metric: 7 },
  ],
};
const secondAddress: Fields = { ...ipv4, id: 'n2', ip_address: '192.168.10.5', routes: [] };

export type FaultDrive = {
  readonly name: string;
  readonly tree: DriveTree;
  readonly links?: readonly SandboxLink[];
  readonly hidden?: readonly string[];
  /** There was a network before: `earlierNetwork`. */
  readonly earlier?: true;
  /** What a healthy run calls, in order, without the questions to the segment: the beginning of each command line. */
  readonly calls: readonly string[];
};

/** What the snapshot of a network that is there takes. */
const looks = ['ip -j addr show', 'ip -4 route show'];
const ifconfigCall = 'ifconfig eth0 192.168.10.20 ';
const routeCall = 'route add default ';
const ipv6Calls = ['ip addr replace 2001:db8::5/64', 'ip route prepend ::/0 via'];

export const faultDrives: readonly FaultDrive[] = [
  { name: 'one NIC', tree: openstackTree(), calls: [ifconfigCall, routeCall] },
  { name: 'one NIC with a network', tree: openstackTree(), earlier: true, calls: [...looks, ifconfigCall, routeCall] },
  {
    name: 'two NICs',
    tree: withNetworks([ipv4, secondNetwork], [secondNic]),
    links: [cable, secondCable],
    calls: [ifconfigCall, routeCall, 'ifconfig eth1 10.9.0.7 ', 'route add -net 10.50.0.0 '],
  },
  {
    name: 'two NICs with a network, ip alone',
    tree: withNetworks([ipv4, secondNetwork], [secondNic]),
    links: [cable, secondCable],
    hidden: ['ifconfig', 'route'],
    earlier: true,
    calls: [...looks, 'ip -batch', 'ip route prepend default', 'ip -batch', 'ip route prepend 10.50.0.0/16'],
  },
  {
    name: 'both families',
    tree: withNetworks([ipv4, ipv6]),
    calls: [ifconfigCall, ...ipv6Calls.slice(0, 1), routeCall, ...ipv6Calls.slice(1)],
  },
  {
    name: 'both families with a network, ip alone',
    tree: withNetworks([ipv4, ipv6]),
    hidden: ['ifconfig', 'route'],
    earlier: true,
    calls: [...looks, 'ip -batch', ...ipv6Calls.slice(0, 1), 'ip route prepend default', ...ipv6Calls.slice(1)],
  },
  {
    name: 'a gateway outside the subnet',
    tree: withNetworks([{ ...ipv4, netmask: '255.255.255.255' }]),
    calls: [ifconfigCall, 'ip route prepend default'],
  },
  {
    name: 'a gateway outside the subnet, net-tools alone',
    tree: withNetworks([{ ...ipv4, netmask: '255.255.255.255' }]),
    hidden: ['ip'],
    calls: [ifconfigCall, 'route add -host 192.168.10.1 ', routeCall],
  },
  {
    name: 'routes and MTU, with a network',
    tree: withNetworks([metricRoutes], [], { mtu: 1400 }),
    earlier: true,
    calls: [
      ...[...looks, ifconfigCall, 'ifconfig eth0 mtu 1400', routeCall],
      ...['route add -net 172.16.0.0 ', 'route add -net 10.60.0.0 '],
    ],
  },
  { name: 'one NIC, ip alone', tree: openstackTree(), hidden: ['ifconfig', 'route'], calls: ['ip -batch', 'ip route'] },
  { name: 'one NIC, net-tools alone', tree: openstackTree(), hidden: ['ip'], calls: [ifconfigCall, routeCall] },
  {
    name: 'two addresses of a subnet',
    tree: withNetworks([ipv4, secondAddress]),
    calls: [ifconfigCall, 'ip -batch', routeCall],
  },
];

/** For ip, one command a line. */
const earlierNetwork = [
  'addr add 10.0.0.77/24 brd + dev eth0',
  'link set eth0 mtu 1450 up',
  'addr add 2001:db8:77::7/64 dev eth0 nodad',
  'route add default via 10.0.0.254',
  'route add 172.20.0.0/16 via 10.0.0.254 metric 5',
  '-6 route add 2001:db8:88::/48 via 2001:db8:77::1 metric 50',
];

export type Fault = {
  readonly name: string;
  /** Lines for /bin/sh in place of the tool; `$REAL` is the tool. */
  readonly script: string;
  /** What the last line of the run says of a call that changes something. */
  readonly says: RegExp;
  /** The tool claims to have done its work. */
  readonly isSilent?: true;
};

export const faults: readonly Fault[] = [
  { name: 'exits 7', script: 'echo "SIOCTEST: made to fail" >&2; exit 7', says: /exited 7: SIOCTEST: made to fail/ },
  {
    name: 'does its work and exits 7',
    script: '"$REAL" "$@"; echo "SIOCTEST: made to fail" >&2; exit 7',
    says: /exited 7: .*made to fail/,
  },
  { name: 'is killed', script: 'kill -9 $$', says: /was killed/ },
  {
    name: 'prints garbage, does nothing and says that all is well',
    isSilent: true,
    script: 'printf "\\000\\377{[garbage\\033[2J\\n\\n%s" "$*"; exit 0',
    says: /is not there on eth\d although it was set|nreachable|No route to host|invalid gateway|Network is down/,
  },
];

/** One call at a time, and each question to the segment. */
export function countToolFaults(): number {
  const calls = faultDrives.reduce((sum, drive) => sum + drive.calls.length, 0);
  const asking = faultDrives.filter(({ hidden = [] }) => !hidden.includes('ip'));
  return (calls + asking.length) * faults.length;
}

const folder = '/root/fault';
/** Questions to the segment: how many a run asks depends on how fast the answer is. */
const question = '-force';

/** From now on each tool looks at `setFault` before it does anything. */
export function installFaults(box: Sandbox, hidden: readonly string[] = []): void {
  for (const tool of hidden) box.hide(tool);
  for (const tool of ['ifconfig', 'route', 'ip'].filter((name) => !hidden.includes(name)))
    box.shim(
      tool,
      [
        `cd ${folder} && echo "${tool} $*" >> calls`,
        `if [ "$1" = ${question} ]; then if [ -s question ]; then . ./question; fi; exec "$REAL" "$@"; fi`,
        'n=$(($(cat count) + 1)); echo $n > count',
        'if [ $n = "$(cat at)" ]; then . ./script; fi',
        'exec "$REAL" "$@"',
      ].join('\n'),
    );
}

/** `at`: the number of the call, from 1; 'question': all that ask the segment; 0: none. */
export function setFault(box: Sandbox, at: number | 'question', script = ''): void {
  const files = { at: at === 'question' ? 0 : at, count: 0, calls: '', script: at === 'question' ? '' : script };
  for (const [name, content] of Object.entries(files)) box.writeFile(`${folder}/${name}`, `${content}\n`);
  box.writeFile(`${folder}/question`, at === 'question' ? `${script}\n` : '');
}

/** Command lines since the last `setFault`. */
export function readCalls(box: Sandbox): string[] {
  return box
    .readFile(`${folder}/calls`)
    .trim()
    .split('\n')
    .filter((line) => line !== '');
}

/** The network back end's files, and the network as ip shows it, without what changes by itself: carrier, lifetimes, link-local addresses. */
export type GuestNetwork = {
  readonly addresses: unknown;
  readonly ipv4Routes: unknown;
  readonly ipv6Routes: unknown;
  readonly files: string;
};

type Json = Record<string, unknown>;

export async function snapshotGuest(box: Sandbox): Promise<GuestNetwork> {
  const ip = (...words: string[]): Json[] => JSON.parse(box.inNetwork(['ip', '-j', ...words]).trim() || '[]') as Json[];
  const addresses = ip('addr').map(({ ifname, mtu, flags, address, addr_info: info, master }) => ({
    ...{ ifname, mtu, address, master, up: (flags as string[]).includes('UP') },
    addresses: (info as Json[])
      .filter(({ family, scope }) => !(family === 'inet6' && scope === 'link'))
      .map(({ valid_life_time: _valid, preferred_life_time: _preferred, ...rest }) => rest),
  }));
  const routes = (family: string): string[] =>
    ip(family, 'route', 'show', 'table', 'main')
      .map(({ flags: _flags, ...route }) => JSON.stringify(route))
      .filter((line) => !line.includes('"fe80::/64"'))
      .sort();
  const list = 'find /etc/network /etc/resolv.conf /run/network -type f -exec sha256sum {} + 2>/dev/null | sort';
  const files = (await box.run(['sh', '-c', list])).stdout;
  return { addresses, ipv4Routes: routes('-4'), ipv6Routes: routes('-6'), files };
}

/** As if nothing had ever run: no record, no files of ours, links down and empty, or with `earlierNetwork`. */
export async function resetGuest(box: Sandbox, hasEarlier: boolean): Promise<void> {
  const ours = '/var/lib/guest-init /run/guest-init /run/network /etc/network/interfaces.d/50-guest-init';
  await box.exec(['sh', '-c', `rm -rf ${ours}`]);
  const lines = box
    .links()
    .flatMap(({ name }) => [`addr flush dev ${name}`, `link set ${name} down mtu 1500`, `neigh flush dev ${name}`]);
  const all = [...lines, 'route flush table main', ...(hasEarlier ? earlierNetwork : [])];
  box.inNetwork(['sh', '-ec', all.map((line) => `ip ${line} 2>/dev/null || :`).join('\n')]);
}

export type Ended = { readonly status: number | null; readonly said: string; readonly last: string };

/** The early stage: all of it again, unless `force` is false. */
export async function runEarly(box: Sandbox, { force = true } = {}): Promise<Ended> {
  const argv = ['guest-init', 'run', '--stage', 'early', ...(force ? ['--force'] : [])];
  const { status, stdout, stderr } = await box.run(argv, { timeoutMs: 60_000 });
  const said = `${stdout}${stderr}`;
  return { status, said, last: stdout.trimEnd().split('\n').at(-1) ?? '' };
}
