// Options of a bond in the kernel's words: it takes numbers as well (Linux Documentation/networking/bonding.rst).

const words: Readonly<Record<string, readonly string[]>> = {
  mode: ['balance-rr', 'active-backup', 'balance-xor', 'broadcast', '802.3ad', 'balance-tlb', 'balance-alb'],
  xmit_hash_policy: ['layer2', 'layer3+4', 'layer2+3', 'encap2+3', 'encap3+4', 'vlan+srcmac'],
  lacp_rate: ['slow', 'fast'],
  ad_select: ['stable', 'bandwidth', 'count'],
  arp_all_targets: ['any', 'all'],
  arp_validate: ['none', 'active', 'backup', 'all', 'filter', 'filter_active', 'filter_backup'],
  fail_over_mac: ['none', 'active', 'follow'],
  primary_reselect: ['always', 'better', 'failure'],
};

/** `pairs` by names of sysfs with a mode among them or not; values in any spelling that the kernel takes. */
export function readBondPairs(pairs: readonly (readonly [name: string, value: string])[]): {
  readonly mode: string;
  readonly options: Readonly<Record<string, string>>;
} {
  const spelled = pairs.map(([name, value]) => [name, spell(name, value.trim())] as const);
  const { mode = 'balance-rr', ...options } = Object.fromEntries(spelled);
  return { mode, options };
}

function spell(name: string, value: string): string {
  if (name === 'all_slaves_active') return { off: '0', on: '1' }[value] ?? value;
  if (name === 'arp_ip_target') return value.replace(/[\s,]+/g, ',');
  return words[name]?.[/^\d$/.test(value) ? Number(value) : -1] ?? value;
}
