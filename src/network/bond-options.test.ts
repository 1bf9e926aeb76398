import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readBondOptions } from './bond-options.ts';

type Case = [
  name: string,
  given: Record<string, string>,
  mode: string,
  options: Record<string, string>,
  problems?: RegExp[],
];

const usual = { miimon: '100' };

const cases: Case[] = [
  ['nothing', {}, 'balance-rr', usual],
  ['a mode by name', { mode: 'active-backup' }, 'active-backup', usual],
  ['a mode by number', { mode: '4' }, '802.3ad', usual],
  ['a mode in capitals with blanks', { mode: ' 802.3AD ' }, '802.3ad', usual],
  ['an unknown mode', { mode: 'lacp' }, 'balance-rr', usual, [/^bond_mode: expected .*balance-rr is used$/]],
  ['a mode beyond the last', { mode: '7' }, 'balance-rr', usual, [/^bond_mode/]],
  ['miimon', { miimon: '80' }, 'balance-rr', { miimon: '80' }],
  ['leading zeros', { miimon: '0080' }, 'balance-rr', { miimon: '80' }],
  ['miimon 0', { miimon: '0' }, 'balance-rr', usual, [/^bond_miimon: 0 leaves/]],
  ['a miimon that is none', { miimon: '100ms' }, 'balance-rr', usual, [/^bond_miimon: expected a whole number from 0/]],
  ['a miimon below zero', { miimon: '-1' }, 'balance-rr', usual, [/^bond_miimon/]],
  ['a miimon beyond an int', { miimon: '2147483648' }, 'balance-rr', usual, [/^bond_miimon/]],
  [
    'what Nova and Ironic write for LACP',
    { mode: '802.3ad', miimon: '100', xmit_hash_policy: 'layer3+4', lacp_rate: 'fast' },
    '802.3ad',
    { miimon: '100', xmit_hash_policy: 'layer3+4', lacp_rate: 'fast' },
  ],
  [
    'words by number',
    { mode: '4', lacp_rate: '1', xmit_hash_policy: '2' },
    '802.3ad',
    { ...usual, lacp_rate: 'fast', xmit_hash_policy: 'layer2+3' },
  ],
  [
    'hyphens and capitals in names',
    { 'Xmit-Hash-Policy': 'LAYER2+3' },
    'balance-rr',
    { ...usual, xmit_hash_policy: 'layer2+3' },
  ],
  [
    'JSON switches',
    { all_slaves_active: 'true', use_carrier: 'false' },
    'balance-rr',
    { ...usual, all_slaves_active: '1', use_carrier: '0' },
  ],
  ['a switch of words', { mode: '802.3ad', lacp_rate: 'true' }, '802.3ad', { ...usual, lacp_rate: 'fast' }],
  [
    'a word that is none',
    { mode: '802.3ad', lacp_rate: 'turbo' },
    '802.3ad',
    usual,
    [/^bond_lacp_rate: expected one of slow, fast; not used$/],
  ],
  [
    'a switch where there are more words',
    { fail_over_mac: 'true' },
    'balance-rr',
    usual,
    [/^bond_fail_over_mac: expected one of none, active, follow/],
  ],
  [
    'a number beyond the words',
    { xmit_hash_policy: '6' },
    'balance-rr',
    usual,
    [/^bond_xmit_hash_policy: expected one of/],
  ],
  ['an unknown option', { wizardry: 'on' }, 'balance-rr', usual, [/^bond_wizardry: unknown option; not used$/]],
  [
    'LACP options of another mode',
    { mode: 'active-backup', lacp_rate: 'fast', lacp_active: 'on' },
    'active-backup',
    usual,
    [/^bond_lacp_rate: no option of mode active-backup/, /^bond_lacp_active/],
  ],
  ['the mode after its options', { lacp_rate: 'fast', mode: '802.3ad' }, '802.3ad', { ...usual, lacp_rate: 'fast' }],
  ['a primary', { mode: 'active-backup', primary: 'Interface1' }, 'active-backup', { ...usual, primary: 'Interface1' }],
  [
    'a primary where all members work',
    { mode: '802.3ad', primary: 'interface1' },
    '802.3ad',
    usual,
    [/^bond_primary: no option of mode 802\.3ad/],
  ],
  ['a share of packets', { packets_per_slave: '8' }, 'balance-rr', { ...usual, packets_per_slave: '8' }],
  [
    'a share of packets elsewhere',
    { mode: 'broadcast', packets_per_slave: '8' },
    'broadcast',
    usual,
    [/^bond_packets_per_slave/],
  ],
  [
    'numbers out of range',
    { num_grat_arp: '256', lp_interval: '0', resend_igmp: '999' },
    'balance-rr',
    usual,
    [/from 0 to 255/, /from 1 to/, /^bond_resend_igmp/],
  ],
  ['one option under two names', { num_unsol_na: '3' }, 'balance-rr', { ...usual, num_grat_arp: '3' }],
  [
    'one option under two names, at odds',
    { num_grat_arp: '2', num_unsol_na: '3' },
    'balance-rr',
    { ...usual, num_grat_arp: '2' },
    [/^bond_num_unsol_na: another name/],
  ],
  [
    'ARP monitoring',
    {
      mode: 'active-backup',
      arp_interval: '250',
      arp_ip_target: '10.0.0.1, 10.0.0.2',
      arp_validate: 'all',
      arp_all_targets: '1',
    },
    'active-backup',
    { arp_interval: '250', arp_ip_target: '10.0.0.1,10.0.0.2', arp_validate: 'all', arp_all_targets: 'all' },
  ],
  [
    'ARP monitoring without targets',
    { arp_interval: '250', arp_validate: 'none' },
    'balance-rr',
    usual,
    [/^bond_arp_interval: bond_arp_ip_target is missing/],
  ],
  [
    'ARP targets without monitoring',
    { arp_ip_target: '10.0.0.1' },
    'balance-rr',
    usual,
    [/^bond_arp_ip_target: bond_arp_interval is not in use/],
  ],
  [
    'ARP targets that are names',
    { arp_interval: '250', arp_ip_target: 'router' },
    'balance-rr',
    usual,
    [/^bond_arp_ip_target: expected at most 16 IPv4/, /^bond_arp_interval/],
  ],
  [
    'an ARP target of IPv6',
    { arp_interval: '250', arp_ip_target: '10.0.0.1 fe80::1' },
    'balance-rr',
    usual,
    [/^bond_arp_ip_target/, /^bond_arp_interval/],
  ],
  [
    'more ARP targets than the kernel takes',
    { arp_interval: '9', arp_ip_target: Array.from({ length: 17 }, (_, n) => `10.0.0.${n + 1}`).join() },
    'balance-rr',
    usual,
    [/^bond_arp_ip_target/, /^bond_arp_interval/],
  ],
  [
    'both ways of watching',
    { miimon: '50', arp_interval: '250', arp_ip_target: '10.0.0.1' },
    'balance-rr',
    { miimon: '50' },
    [/^bond_arp_interval: bond_miimon watches/, /^bond_arp_ip_target/],
  ],
  [
    'ARP monitoring where LACP watches',
    { mode: '802.3ad', arp_interval: '250', arp_ip_target: '10.0.0.1' },
    '802.3ad',
    usual,
    [/^bond_arp_interval: no option of mode/, /^bond_arp_ip_target/],
  ],
  [
    'ARP monitoring and miimon 0',
    { miimon: '0', arp_interval: '250', arp_ip_target: '10.0.0.1' },
    'balance-rr',
    { arp_interval: '250', arp_ip_target: '10.0.0.1' },
  ],
  [
    'delays without miimon',
    { arp_interval: '250', arp_ip_target: '10.0.0.1', updelay: '200', downdelay: '0' },
    'balance-rr',
    { arp_interval: '250', arp_ip_target: '10.0.0.1' },
    [/^bond_updelay: bond_miimon is not in use/],
  ],
  ['delays', { updelay: '200', downdelay: '400' }, 'balance-rr', { ...usual, updelay: '200', downdelay: '400' }],
  [
    'delays between two looks',
    { miimon: '100', updelay: '250', peer_notif_delay: '30' },
    'balance-rr',
    { ...usual, updelay: '200', peer_notif_delay: '0' },
    [/^bond_peer_notif_delay: .*0 is used/, /^bond_updelay: .*200 is used/],
  ],
  [
    'names of JavaScript objects',
    { constructor: '1', '--proto--': 'x', hasOwnProperty: 'x', tostring: '0' },
    'balance-rr',
    usual,
    [/unknown/, /unknown/, /unknown/, /unknown/],
  ],
];

describe('readBondOptions', () => {
  for (const [name, given, mode, options, problems = []] of cases) {
    it(`reads ${name}`, () => {
      const read = readBondOptions(given);
      assert.deepEqual({ mode: read.mode, options: { ...read.options } }, { mode, options });
      assert.equal(read.problems.length, problems.length, read.problems.join('\n'));
      for (const [index, pattern] of problems.entries()) assert.match(read.problems[index] ?? '', pattern);
    });
  }

  it('gives for any options what the kernel takes together, and loses none without a word', () => {
    const names = [
      'mode',
      'miimon',
      'arp_interval',
      'arp_ip_target',
      'arp_validate',
      'updelay',
      'lacp_rate',
      'primary',
      'tlb_dynamic_lb',
    ];
    const value = fc.oneof(
      fc.constantFrom('0', '1', '4', '6', '100', '250', '10.0.0.1', 'fast', 'active', 'none', ''),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.string()), value), (given) => {
        const { mode, options, problems } = readBondOptions(given);
        const isByArp = Number(options['arp_interval'] ?? 0) > 0;
        assert.notEqual(isByArp, Number(options['miimon'] ?? 0) > 0);
        assert.equal(isByArp, options['arp_ip_target'] !== undefined);
        if (isByArp) assert.ok(!['802.3ad', 'balance-tlb', 'balance-alb'].includes(mode));
        if (options['lacp_rate'] !== undefined) assert.equal(mode, '802.3ad');
        for (const text of Object.values(options)) assert.doesNotMatch(text, /[\n\r]/);
        const unknown = Object.keys(given).filter((key) => !/^[a-z_]+$/.test(key.replaceAll('-', '_').toLowerCase()));
        for (const key of unknown) assert.ok(problems.some((problem) => problem.startsWith(`bond_${key}: `)));
      }),
      { numRuns: 1000 },
    );
  });
});
