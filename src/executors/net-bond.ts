// A bond and its members, by ip. What can be changed in place is: members leave and the bond goes down only where the kernel demands it.

import type { NetBondAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Host } from '../host/host.ts';
import type { Change, Executor } from './executor.ts';
import { restoreAdvertisements } from './net-advertisements.ts';
import { isBusyboxIp, runIpCommands, runNetworkCommand } from './net-commands.ts';
import { rememberMade } from './net-made.ts';
import { hasLink, type LiveBond, readAttribute, readBond, sysfsOf } from './net-sysfs.ts';

/** Set by the kernel only while the bond is down (BOND_OPTFLAG_IFDOWN), and only while it has no members (BOND_OPTFLAG_NOSLAVES). */
const setWhileDown: ReadonlySet<string> = new Set(['ad_select', 'lacp_active', 'lacp_rate', 'tlb_dynamic_lb']);
const setWithoutMembers: ReadonlySet<string> = new Set(['fail_over_mac']);

type Difference = {
  /** Members of the drive that are there. */
  readonly members: readonly string[];
  readonly live: LiveBond | undefined;
  readonly hasOtherMode: boolean;
  /** Options to set, by name, as the kernel would show them. */
  readonly options: readonly (readonly [name: string, value: string])[];
  readonly joining: readonly string[];
  readonly leaving: readonly string[];
  readonly wrongMac: string | undefined;
  readonly isUp: boolean;
};

function compareBond(action: NetBondAction, host: Host): Difference {
  const members = action.members.filter((name) => hasLink(host, name));
  const live = readBond(host, action.link);
  const mac = readAttribute(host, action.link, 'address')?.toLowerCase();
  const options = Object.entries(roundOptions(action, members));
  return {
    ...{ members, live },
    hasOtherMode: live !== undefined && live.mode !== action.mode,
    options: options.filter(([name, value]) => live?.options[name] !== value),
    joining: members.filter((name) => !live?.members.includes(name)),
    leaving: live?.members.filter((name) => !members.includes(name)) ?? [],
    wrongMac: action.mac === undefined || mac === action.mac || followsMembers(action) ? undefined : mac,
    isUp: host.facts().links.some(({ name, up }) => name === action.link && up),
  };
}

/** The kernel then ignores what it is told (bond_set_mac_address). */
function followsMembers({ mode, options }: NetBondAction): boolean {
  return mode === 'active-backup' && (options.fail_over_mac ?? 'none') !== 'none';
}

/** The options as the kernel will show them: delays in whole steps of the MII monitor, one name for the two of num_grat_arp. */
function roundOptions({ options }: NetBondAction, members: readonly string[]): Record<string, string> {
  const { num_unsol_na: alias, ...rest } = options;
  const rounded: Record<string, string> = alias === undefined ? { ...rest } : { num_grat_arp: alias, ...rest };
  const step = Number(rounded.miimon ?? 0);
  for (const name of ['updelay', 'downdelay', 'peer_notif_delay']) {
    const value = rounded[name];
    if (value !== undefined && step > 0) rounded[name] = String(Number(value) - (Number(value) % step));
  }
  if (rounded.primary !== undefined && rounded.primary !== '' && !members.includes(rounded.primary))
    delete rounded.primary;
  return rounded;
}

export const netBond: Executor<NetBondAction> = {
  inspect: (action, host) => {
    const { link, mode, mac } = action;
    const difference = compareBond(action, host);
    const { live, members } = difference;
    if (live === undefined) {
      const what = `bond ${link} (${mode}) of ${(members.length > 0 ? members : action.members).join(', ')}`;
      const change: Change = { op: hasLink(host, link) ? '~' : '+', what };
      return { state: members.length > 0 ? 'differs' : 'unknown', changes: [change] };
    }
    const changes: Change[] = [
      ...(difference.hasOtherMode ? [{ op: '~', what: `${link} mode ${live.mode} -> ${mode}` } as const] : []),
      ...difference.options.map(([name, value]) => ({
        ...({ op: '~', what: `${link} ${name} ${live.options[name] || 'unset'} -> ${value || 'unset'}` } as const),
      })),
      ...(difference.wrongMac === undefined
        ? []
        : [{ op: '~', what: `${link} address ${difference.wrongMac} -> ${mac}` } as const]),
      ...difference.joining.map((name) => ({ op: '+', what: `${name} in ${link}` }) as const),
      ...difference.leaving.map((name) => ({ op: '-', what: `${name} in ${link}` }) as const),
      ...(difference.isUp ? [] : [{ op: '~', what: `${link} up` } as const]),
    ];
    return changes.length === 0 ? { state: 'same' } : { state: 'differs', changes };
  },
  apply: (action, host) => {
    const { link } = action;
    const { live, members } = compareBond(action, host);
    if (live === undefined && hasLink(host, link)) return { failed: `${link}: something else has this name` };
    if (isBusyboxIp(host)) return { failed: `${link}: busybox's ip makes no bonds; install iproute2` };
    if (members.length === 0)
      throw new AgentError(exitCodes.linkMissing, `${link}: none of its members is there any more`, {
        hint: 'see: ip link',
      });
    if (live === undefined) loadModule(host);
    if (readBond(host, link) === undefined) createBond(action, host);
    else convergeBond(action, host);
    const gone = action.members.filter((name) => !members.includes(name));
    return gone.length === 0 ? undefined : { message: `${gone.join(', ')}: no such link any more` };
  },
};

/** Loaded by its first use, the module makes a bond0 of its own accord. A kernel that has it built in needs no module. */
function loadModule(host: Host): void {
  const modprobe = host.which('modprobe');
  if (host.stat('/sys/class/net/bonding_masters') !== undefined || modprobe === undefined) return;
  host.run([modprobe, 'bonding', 'max_bonds=0']);
}

function createBond(action: NetBondAction, host: Host): void {
  const { link, mode } = action;
  const { options, members } = compareBond(action, host);
  const mac = action.mac ?? findFirstMac(members, host);
  const address = mac === undefined ? [] : ['address', mac];
  const words = ['type', 'bond', 'mode', mode, ...formatIpOptions(options)];
  // A command of its own: only a bond that it has made is taken away again.
  runNetworkCommand(host, ['ip', 'link', 'add', 'name', link, ...address, ...words]);
  rememberMade(host, link);
  if (action.refusesAdvertisements) restoreAdvertisements(host, link, '0');
  writeOptions(host, link, { options, present: undefined });
  runIpCommands(host, [...members.flatMap((name) => formatJoining(name, link)), ['link', 'set', 'dev', link, 'up']]);
}

/**
 * The address that the bond takes of itself, unless udev is faster to give it one made up (MACAddressPolicy of systemd.link(5)). That of
 * InfiniBand is not for others.
 */
function findFirstMac([first]: readonly string[], host: Host): string | undefined {
  const mac = host.facts().links.find(({ name }) => name === first)?.mac;
  return mac?.length === 'ff:ff:ff:ff:ff:ff'.length ? mac : undefined;
}

/** Brings a bond that is there to what `action` says: members, mode, options, address, up. */
export function convergeBond(action: NetBondAction, host: Host): void {
  const { link, mode, mac } = action;
  const { live, ...difference } = compareBond(action, host);
  if (live === undefined) return;
  const { options, hasOtherMode, wrongMac } = difference;
  const isAnyOf = (names: ReadonlySet<string>): boolean => options.some(([name]) => names.has(name));
  const isEmptied = hasOtherMode || isAnyOf(setWithoutMembers);
  const leaving = isEmptied ? live.members : difference.leaving;
  const joining = isEmptied ? difference.members : difference.joining;
  const words = [...(hasOtherMode ? ['mode', mode] : []), ...formatIpOptions(options)];
  // With its last member a bond loses its address, and takes that of the next one (eth_hw_addr_random in bond_release).
  const losesMac = leaving.length === live.members.length;
  runIpCommands(host, [
    ...leaving.map((name) => ['link', 'set', 'dev', name, 'nomaster']),
    ...(isEmptied || isAnyOf(setWhileDown) ? [['link', 'set', 'dev', link, 'down']] : []),
    ...(words.length === 0 ? [] : [['link', 'set', 'dev', link, 'type', 'bond', ...words]]),
  ]);
  writeOptions(host, link, { options, present: live.options });
  runIpCommands(host, [
    ...(mac === undefined || (wrongMac === undefined && !losesMac)
      ? []
      : [['link', 'set', 'dev', link, 'address', mac]]),
    ...joining.flatMap((name) => formatJoining(name, link)),
    ['link', 'set', 'dev', link, 'up'],
  ]);
}

/** A member has no address of its own, and must be down when it joins. */
function formatJoining(member: string, bond: string): string[][] {
  return [
    ['addr', 'flush', 'dev', member],
    ['link', 'set', 'dev', member, 'down'],
    ['link', 'set', 'dev', member, 'master', bond],
    ['link', 'set', 'dev', member, 'up'],
  ];
}

/** What iproute2 5.10 (Debian 11) cannot say, and an empty value, which it has no word for. */
function isForSysfs([name, value]: readonly [string, string]): boolean {
  return value === '' || name === 'lacp_active' || value === 'vlan+srcmac' || value.startsWith('filter');
}

function formatIpOptions(options: Difference['options']): string[] {
  const words = options.filter((option) => !isForSysfs(option));
  return words.flatMap(([name, value]) => [name === 'peer_notif_delay' ? 'peer_notify_delay' : name, value]);
}

function writeOptions(
  host: Host,
  link: string,
  { options, present }: { options: Difference['options']; present: LiveBond['options'] | undefined },
): void {
  for (const option of options.filter(isForSysfs)) {
    const [name, value] = option;
    const path = `${sysfsOf(link)}/bonding/${name}`;
    const lines =
      name === 'arp_ip_target'
        ? (present?.[name] ?? '').split(',').flatMap((target) => (target === '' ? [] : [`-${target}`]))
        : [value];
    try {
      for (const line of lines) host.writeKernelVariable(path, `${line}\n`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      throw new AgentError(exitCodes.networkRolledBack, `${link}: ${name} ${value}: ${reason}`, { cause: error });
    }
  }
}
