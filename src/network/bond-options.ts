// Options of a bond as drives spell them, brought to the kernel's names and values (Linux Documentation/networking/bonding.rst; what goes
// with what: drivers/net/bonding/bond_options.c, which refuses the whole bond otherwise).

import type { BondMode } from '../core/resolved-network.ts';
import { formatAddress, parseAddress } from './address.ts';

/** In the order of their numbers, which the kernel takes too. */
const modes: readonly BondMode[] = [
  ...(['balance-rr', 'active-backup', 'balance-xor', 'broadcast', '802.3ad', 'balance-tlb', 'balance-alb'] as const),
];

type Rule = {
  /** In the order of their numbers. */
  readonly words?: readonly string[];
  readonly range?: readonly [least: number, most: number];
  /** The only modes that the option goes with. */
  readonly modes?: readonly BondMode[];
  /** What must watch the members' links for the option to mean something. */
  readonly watch?: 'miimon' | 'arp_interval';
};

const mostInt = 2_147_483_647;
const bySoleMember: readonly BondMode[] = ['active-backup', 'balance-tlb', 'balance-alb'];
const byTraffic: readonly BondMode[] = ['balance-rr', 'active-backup', 'balance-xor', 'broadcast'];

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['ad_select', { words: ['stable', 'bandwidth', 'count'] }],
  ['all_slaves_active', { words: ['0', '1'] }],
  ['arp_all_targets', { words: ['any', 'all'], watch: 'arp_interval' }],
  ['arp_interval', { range: [0, mostInt], modes: byTraffic }],
  [
    'arp_validate',
    {
      words: ['none', 'active', 'backup', 'all', 'filter', 'filter_active', 'filter_backup'],
      modes: byTraffic,
      watch: 'arp_interval',
    },
  ],
  ['downdelay', { range: [0, mostInt], watch: 'miimon' }],
  ['fail_over_mac', { words: ['none', 'active', 'follow'] }],
  ['lacp_active', { words: ['off', 'on'], modes: ['802.3ad'] }],
  ['lacp_rate', { words: ['slow', 'fast'], modes: ['802.3ad'] }],
  ['lp_interval', { range: [1, mostInt] }],
  ['miimon', { range: [0, mostInt] }],
  ['min_links', { range: [0, mostInt] }],
  ['num_grat_arp', { range: [0, 255] }],
  ['num_unsol_na', { range: [0, 255] }],
  ['packets_per_slave', { range: [0, 65_535], modes: ['balance-rr'] }],
  ['peer_notif_delay', { range: [0, mostInt], watch: 'miimon' }],
  ['primary_reselect', { words: ['always', 'better', 'failure'] }],
  ['resend_igmp', { range: [0, 255] }],
  ['tlb_dynamic_lb', { words: ['0', '1'], modes: ['balance-tlb', 'balance-alb'] }],
  ['updelay', { range: [0, mostInt], watch: 'miimon' }],
  ['use_carrier', { words: ['0', '1'], watch: 'miimon' }],
  ['xmit_hash_policy', { words: ['layer2', 'layer3+4', 'layer2+3', 'encap2+3', 'encap3+4', 'vlan+srcmac'] }],
]);

/** Milliseconds between looks at the members' carrier: without any, a dead member is never noticed. The kernel's own advice. */
const usualMiimon = '100';

const mostArpTargets = 16;

export type BondSettings = {
  readonly mode: BondMode;
  readonly options: Readonly<Record<string, string>>;
  /** One sentence for each option that is not used. */
  readonly problems: readonly string[];
};

/** `given`: the drive's options without their `bond_`; `primary` is a link id and stays one. Without a mode: balance-rr, as the kernel. */
export function readBondOptions(given: Readonly<Record<string, string>>): BondSettings {
  const problems: string[] = [];
  const asked = Object.entries(given).map(([key, text]) => ({
    name: key.replaceAll('-', '_').toLowerCase(),
    key: `bond_${key}`,
    text: text.trim(),
  }));
  const mode = readMode(asked.find(({ name }) => name === 'mode')?.text, problems);
  const options = new Map<string, string>();
  for (const { name, key, text } of asked) {
    if (name === 'mode') continue;
    const value = readOption(name, text, mode);
    if (typeof value === 'string') options.set(name, value);
    else problems.push(`${key}: ${value.problem}; not used`);
  }
  settleWatch(options, problems);
  joinPeerNotices(options, problems);
  return { mode, options: Object.fromEntries(options), problems };
}

function readMode(text: string | undefined, problems: string[]): BondMode {
  if (text === undefined) return 'balance-rr';
  const found = pickWord(modes, text.toLowerCase());
  if (found === undefined) problems.push('bond_mode: expected a mode such as 802.3ad; balance-rr is used');
  return found ?? 'balance-rr';
}

function readOption(name: string, text: string, mode: BondMode): string | { readonly problem: string } {
  const value = text.toLowerCase();
  if (name === 'primary') return bySoleMember.includes(mode) ? text : { problem: `no option of mode ${mode}` };
  if (name === 'arp_ip_target') return readArpTargets(value);
  const rule = rules.get(name);
  if (rule === undefined) return { problem: 'unknown option' };
  if (rule.modes !== undefined && !rule.modes.includes(mode)) return { problem: `no option of mode ${mode}` };
  if (rule.range !== undefined) {
    const [least, most] = rule.range;
    const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= least && number <= most) return String(number);
    return { problem: `expected a whole number from ${least} to ${most}` };
  }
  const words = rule.words ?? [];
  return pickWord(words, spellSwitch(value, words)) ?? { problem: `expected one of ${words.join(', ')}` };
}

/** Separated by commas or blanks; the kernel knows IPv4 alone here. */
function readArpTargets(value: string): string | { readonly problem: string } {
  const targets = value.split(/[\s,]+/).map(parseAddress);
  const good = targets.flatMap((target) => (target?.family === 4 ? [formatAddress(target)] : []));
  if (good.length === targets.length && good.length <= mostArpTargets) return good.join(',');
  return { problem: `expected at most ${mostArpTargets} IPv4 addresses` };
}

/** A bond watches its members in one of two ways; the options of the other way make the kernel refuse the bond. */
function settleWatch(options: Map<string, string>, problems: string[]): void {
  const numberOf = (name: string): number => Number(options.get(name) ?? 0);
  const drop = (name: string, reason: string): void => {
    const value = options.get(name);
    if (options.delete(name) && value !== '0' && value !== 'none') problems.push(`bond_${name}: ${reason}; not used`);
  };
  if (numberOf('miimon') > 0) drop('arp_interval', 'bond_miimon watches the members already');
  else if (!options.has('arp_ip_target')) drop('arp_interval', 'bond_arp_ip_target is missing');
  if (numberOf('arp_interval') > 0) options.delete('miimon');
  else {
    options.delete('arp_interval');
    drop('arp_ip_target', 'bond_arp_interval is not in use');
    if (options.get('miimon') === '0')
      problems.push(`bond_miimon: 0 leaves dead members unnoticed; ${usualMiimon} is used`);
    if (numberOf('miimon') === 0) options.set('miimon', usualMiimon);
  }
  for (const [name, { watch }] of rules) {
    if (watch !== undefined && numberOf(watch) === 0) drop(name, `bond_${watch} is not in use`);
  }
  for (const name of ['downdelay', 'peer_notif_delay', 'updelay']) {
    // As the kernel does; some network services refuse what it would round.
    const rest = options.has(name) ? numberOf(name) % numberOf('miimon') : 0;
    if (rest === 0) continue;
    const rounded = String(numberOf(name) - rest);
    options.set(name, rounded);
    problems.push(`bond_${name}: expected a multiple of bond_miimon; ${rounded} is used`);
  }
}

/** Two names of one option of the kernel's. */
function joinPeerNotices(options: Map<string, string>, problems: string[]): void {
  const [usual, other] = [options.get('num_grat_arp'), options.get('num_unsol_na')];
  if (other === undefined) return;
  options.delete('num_unsol_na');
  options.set('num_grat_arp', usual ?? other);
  if (usual !== undefined && usual !== other)
    problems.push('bond_num_unsol_na: another name of bond_num_grat_arp, which has another value; not used');
}

function pickWord<Word extends string>(list: readonly Word[], value: string): Word | undefined {
  return list.find((word) => word === value) ?? (/^\d$/.test(value) ? list[Number(value)] : undefined);
}

/** JSON's true and false, for the options that are switches. */
function spellSwitch(value: string, words: readonly string[]): string {
  if (words.length !== 2 || (value !== 'true' && value !== 'false')) return value;
  return value === 'true' ? '1' : '0';
}
