// Links of a guest that has bonds and VLANs, in memory: answers the ip commands that make and change them, and refuses what the kernel
// refuses (drivers/net/bonding: BOND_OPTFLAG_IFDOWN, BOND_OPTFLAG_NOSLAVES, enslaving a link that is up).

import type { LinkFact } from '../../core/facts.ts';
import type { Host } from '../../host/host.ts';
import { createMemoryHost, type MemoryCommand, type MemoryNode } from '../../host/memory.ts';

export type FakeLink = {
  mac: string;
  up: boolean;
  mtu: number;
  addresses: string[];
  master?: string;
  vlan?: { parent: string; id: number };
  bond?: { mode: string; options: Record<string, string> };
};

export type StackedGuest = {
  readonly host: Host;
  readonly commands: MemoryCommand[];
  readonly links: Map<string, FakeLink>;
  /** Commands of ip one a line, those of a batch on lines of their own, without the path. */
  lines(): string[];
};

const defaults: Readonly<Record<string, string>> = {
  ...{ ad_select: 'stable', all_slaves_active: '0', arp_all_targets: 'any', arp_interval: '0', arp_ip_target: '' },
  ...{ arp_validate: 'none', downdelay: '0', fail_over_mac: 'none', lacp_active: 'on', lacp_rate: 'slow' },
  ...{ lp_interval: '1', miimon: '0', min_links: '0', num_grat_arp: '1', packets_per_slave: '1' },
  ...{ peer_notif_delay: '0', primary: '', primary_reselect: 'always', resend_igmp: '1', tlb_dynamic_lb: '1' },
  ...{ updelay: '0', use_carrier: '1', xmit_hash_policy: 'layer2' },
};

/** What a bond has that nobody gave an address: it takes that of its first member, and loses it with its last. */
const randomMac = '0e:00:00:00:00:01';

const onlyWhileDown = new Set(['mode', 'ad_select', 'lacp_active', 'lacp_rate', 'tlb_dynamic_lb']);
const onlyWithoutMembers = new Set(['mode', 'fail_over_mac']);

/** A NIC that is down and has no address. */
export function fakeNic(number: number, fields: Partial<FakeLink> = {}): FakeLink {
  return { mac: `fa:16:3e:00:00:0${number}`, up: false, mtu: 1500, addresses: [], ...fields };
}

/** `refuse` makes a command (a line of ip, without the path) fail with this complaint. `which` hides commands. */
export function createStackedGuest(given: {
  links: Readonly<Record<string, FakeLink>>;
  refuse?: (line: string) => string | undefined;
  which?: (name: string) => string | undefined;
  files?: Readonly<Record<string, string | { target: string }>>;
}): StackedGuest {
  const links = new Map(Object.entries(structuredClone(given.links)));
  const { host, commands, files } = createMemoryHost({
    files: { '/sys/class/net/bonding_masters': '', ...given.files },
    ...(given.which === undefined ? {} : { which: given.which }),
    facts: () => ({ links: [...links].map(([name, link]) => toFact(name, link)) }),
    run: (argv, { input }) => {
      if (argv[0]?.endsWith('/modprobe')) return undefined;
      if (argv.includes('show'))
        return { stdout: argv.includes('addr') ? JSON.stringify([...links].map(describeAddresses)) : '' };
      const words =
        input === undefined
          ? [argv.slice(1)]
          : input
              .trim()
              .split('\n')
              .map((line) => line.split(' '));
      for (const line of words) {
        const complaint = given.refuse?.(line.join(' ')) ?? act(links, line);
        showLinks(links, files);
        if (complaint !== undefined) return { status: 2, stderr: `RTNETLINK answers: ${complaint}\n` };
      }
      return undefined;
    },
  });
  showLinks(links, files);
  const writeKernelVariable: Host['writeKernelVariable'] = (path, value) => {
    if (path.startsWith('/proc/sys/')) return host.writeKernelVariable(path, value);
    const [, name = '', option = ''] = /^\/sys\/class\/net\/([^/]+)\/bonding\/(\w+)$/.exec(path) ?? [];
    const complaint =
      given.refuse?.(`sysfs ${name} ${option} ${value.trim()}`) ?? setOption(links, name, [option, value.trim()]);
    if (complaint !== undefined) throw new Error(complaint);
    showLinks(links, files);
  };
  const lines = (): string[] =>
    commands.flatMap(({ argv, input }) => input?.trim().split('\n') ?? [argv.join(' ').replace('/usr/sbin/ip ', '')]);
  return { host: { ...host, writeKernelVariable }, commands, links, lines };
}

function toFact(name: string, { mac, up, addresses, bond, vlan }: FakeLink): LinkFact {
  const physical = bond === undefined && vlan === undefined;
  return {
    ...{ name, mac, physical, ethernet: physical, up },
    addresses: addresses.map((text) => {
      const [address = '', length] = text.split('/');
      return { family: address.includes(':') ? 6 : 4, address, prefixLength: Number(length) };
    }),
  };
}

function describeAddresses([ifname, { addresses }]: [string, FakeLink]): unknown {
  const info = addresses.map((text) => ({ local: text.split('/')[0], prefixlen: Number(text.split('/')[1]) }));
  return { ifname, addr_info: info };
}

function listMembers(links: ReadonlyMap<string, FakeLink>, bond: string): string[] {
  return [...links].filter(([, { master }]) => master === bond).map(([name]) => name);
}

/** Writes /sys/class/net and /proc/net/vlan anew. */
function showLinks(links: ReadonlyMap<string, FakeLink>, files: Map<string, MemoryNode>): void {
  for (const path of [...files.keys()])
    if (/^\/sys\/class\/net\/(?!bonding_masters)|^\/proc\/net\/vlan/.test(path)) files.delete(path);
  const put = (path: string, text: string, target?: string): void => {
    const node: MemoryNode = {
      ...{ kind: target === undefined ? 'file' : 'symlink', content: new TextEncoder().encode(`${text}\n`) },
      ...{ mode: 0o644, uid: 0, gid: 0, ...(target === undefined ? {} : { target }) },
    };
    files.set(path, node);
  };
  for (const [index, [name, link]] of [...links].entries()) {
    const folder = `/sys/class/net/${name}`;
    put(`${folder}/ifindex`, String(index + 2));
    put(`${folder}/address`, link.mac);
    put(`${folder}/mtu`, String(link.mtu));
    if (link.master !== undefined) put(`${folder}/master`, '', `../${link.master}`);
    if (link.vlan !== undefined)
      put(`/proc/net/vlan/${name}`, `${name}  VID: ${link.vlan.id}\t REORDER_HDR: 1\nDevice: ${link.vlan.parent}`);
    if (link.bond === undefined) continue;
    put(`${folder}/bonding/slaves`, listMembers(links, name).join(' '));
    for (const [option, value] of Object.entries({ mode: link.bond.mode, ...link.bond.options }))
      put(
        `${folder}/bonding/${option}`,
        /^[a-z]/.test(value) && option !== 'primary' ? `${value} 1` : value.replaceAll(',', ' '),
      );
  }
}

/** Does one command of ip; gives the kernel's complaint. */
function act(links: Map<string, FakeLink>, words: readonly string[]): string | undefined {
  const [object, verb, ...rest] = words;
  const after = (word: string): string => rest[rest.indexOf(word) + 1] ?? '';
  if (object === 'addr') {
    const link = links.get(after('dev'));
    if (link === undefined) return 'Cannot find device';
    if (verb === 'flush') link.addresses = [];
    else if (verb === 'del') link.addresses = link.addresses.filter((text) => text !== rest[0]);
    else link.addresses.push(rest[0] ?? '');
    return undefined;
  }
  if (verb === 'add') return add(links, rest);
  const name = after('dev');
  const link = links.get(name);
  if (object !== 'link' || link === undefined) return `Cannot find device ${name}`;
  if (verb === 'del') return remove(links, name);
  return change(links, name, rest.slice(2));
}

function add(links: Map<string, FakeLink>, rest: readonly string[]): string | undefined {
  const after = (word: string): string => rest[rest.indexOf(word) + 1] ?? '';
  const name = after('name');
  if (links.has(name)) return 'File exists';
  const parent = rest[0] === 'link' ? links.get(after('link')) : undefined;
  const mac = rest.includes('address') ? after('address') : (parent?.mac ?? randomMac);
  const base: FakeLink = { mac, up: false, mtu: parent?.mtu ?? 1500, addresses: [] };
  if (after('type') === 'vlan') {
    if (parent === undefined) return 'Cannot find device';
    links.set(name, { ...base, vlan: { parent: after('link'), id: Number(after('id')) } });
    return undefined;
  }
  links.set(name, { ...base, bond: { mode: 'balance-rr', options: { ...defaults } } });
  return setOptions(links, name, rest.slice(rest.indexOf('bond') + 1));
}

function setOptions(links: Map<string, FakeLink>, name: string, words: readonly string[]): string | undefined {
  for (let at = 0; at < words.length; at += 2) {
    const option = words[at] === 'peer_notify_delay' ? 'peer_notif_delay' : (words[at] ?? '');
    const complaint = setOption(links, name, [option, words[at + 1] ?? '']);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

function setOption(links: Map<string, FakeLink>, name: string, [option, value]: [string, string]): string | undefined {
  const link = links.get(name);
  if (link?.bond === undefined || (option !== 'mode' && defaults[option] === undefined)) return 'Invalid argument';
  if (onlyWhileDown.has(option) && link.up) return 'Device or resource busy';
  if (onlyWithoutMembers.has(option) && listMembers(links, name).length > 0) return 'Directory not empty';
  if (option === 'mode') link.bond.mode = value;
  else if (option === 'arp_ip_target' && value.startsWith('-'))
    link.bond.options[option] = (link.bond.options[option] ?? '')
      .split(',')
      .filter((target) => `-${target}` !== value)
      .join(',');
  else link.bond.options[option] = value;
  return undefined;
}

function remove(links: Map<string, FakeLink>, name: string): undefined {
  for (const member of listMembers(links, name)) change(links, member, ['nomaster']);
  links.delete(name);
  for (const [upper, { vlan }] of [...links]) if (vlan?.parent === name) remove(links, upper);
}

function change(links: Map<string, FakeLink>, name: string, words: readonly string[]): string | undefined {
  const link = links.get(name);
  if (link === undefined) return 'Cannot find device';
  const [word = '', value = ''] = words;
  if (word === 'type') return setOptions(links, name, words.slice(2));
  if (word === 'up' && link.vlan !== undefined && !links.get(link.vlan.parent)?.up) return 'Network is down';
  if (word === 'up' || word === 'down') setUp(links, name, word === 'up');
  else if (word === 'address') link.mac = value;
  else if (word === 'mtu') link.mtu = Number(value);
  else if (word === 'nomaster') {
    const bond = links.get(link.master ?? '');
    const isLast = listMembers(links, link.master ?? '').length === 1;
    delete link.master;
    setUp(links, name, false);
    if (bond?.bond !== undefined && isLast) bond.mac = randomMac;
  } else if (word === 'master') {
    const upper = links.get(value);
    if (upper === undefined) return 'Cannot find device';
    if (upper.bond !== undefined && link.up) return 'Device can not be enslaved while up';
    if (link.master !== undefined) change(links, name, ['nomaster']);
    link.master = value;
    if (upper.bond === undefined) return undefined;
    link.up = true;
    if (upper.mac === randomMac) upper.mac = link.mac;
  } else return `unknown word ${word}`;
  return undefined;
}

/** What is on a link goes down with it, and comes up with it, as in vlan_device_event(). */
function setUp(links: Map<string, FakeLink>, name: string, up: boolean): void {
  const link = links.get(name);
  if (link !== undefined) link.up = up;
  for (const [upper, { vlan }] of links) if (vlan?.parent === name) setUp(links, upper, up);
}
