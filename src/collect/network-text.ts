// Network files as others may see them: settings that are named here keep their value, of any other only the name is left. The files may
// hold what somebody else has written, a passphrase of a wireless network among it.

/** In lower case, `-` for `_`, without a number at the end. */
const openKeys: ReadonlySet<string> = new Set([
  // Names and kinds of links
  ...['auto', 'allow-hotplug', 'iface', 'name', 'device', 'type', 'kind', 'match', 'macaddress', 'hwaddress', 'hwaddr'],
  ...[
    'mac',
    'macaddr',
    'lladdr',
    'cloned-mac-address',
    'interface-name',
    'interface',
    'interfaces',
    'id',
    'uuid',
    'vid',
  ],
  ...[
    'vlan',
    'vlan-id',
    'vlan-raw-device',
    'parent',
    'link',
    'master',
    'slave',
    'physdev',
    'etherdevice',
    'match-device',
  ],
  ...['updelay', 'up-delay', 'updelaysec', 'downdelay', 'down-delay', 'downdelaysec', 'minlinks', 'min-links'],
  ...['transmithashpolicy', 'lacptransmitrate', 'adselect', 'ad-select', 'allslavesactive', 'all-slaves-active'],
  ...['arp-interval', 'arpintervalsec', 'arp-ip-target', 'arp-ip-targets', 'arpiptargets', 'primary', 'primaryslave'],
  ...[
    'fail-over-mac',
    'fail-over-mac-policy',
    'failovermacpolicy',
    'transport-mode',
    'bond',
    'bonding-master',
    'bonding-slave',
    'bonding-opts',
    'bonding-module-opts',
    'slave-type',
    'requires',
  ],
  // Addresses and routes
  ...[
    'address',
    'addresses',
    'netmask',
    'prefix',
    'broadcast',
    'gateway',
    'via',
    'to',
    'default',
    'destination',
    'route',
  ],
  ...['routes', 'route-options', 'ipaddr', 'ipv6addr', 'ipv6addr-secondaries', 'metric', 'route-metric', 'on-link'],
  ...[
    'ipv4-route-metric',
    'ipv6-route-metric',
    'gatewayonlink',
    'scope',
    'link-local',
    'linklocaladdressing',
    'mtu',
    'mtubytes',
    'source',
  ],
  // Name servers
  ...['dns', 'dns-nameservers', 'dns-search', 'nameserver', 'nameservers', 'search', 'domain', 'domains', 'options'],
  // How it is brought up
  ...['bootproto', 'onboot', 'startmode', 'method', 'mode', 'version', 'network', 'ethernets', 'bonds', 'vlans'],
  ...['optional', 'autoconnect', 'autoconnect-priority', 'autoconnect-slaves', 'requiredforonline', 'ipv6acceptra'],
  ...['accept-ra', 'autoconf', 'ipv6-autoconf', 'ipv6init', 'addr-gen-mode', 'ipv6-addr-gen-mode', 'dhcp', 'use-mtu'],
  ...[
    'dhcp-overrides',
    'dhcpv6c',
    'dhcpv6c-options',
    'dhclient6-mode',
    'persistent-dhclient',
    'nozeroconf',
    'parameters',
  ],
  ...['miimon', 'mii-monitor-interval', 'miimonitorsec', 'xmit-hash-policy', 'transmit-hash-policy', 'lacp-rate'],
  ...[
    'ignorecarrierloss',
    'keep-configuration',
    'renderer',
    'managed',
    'plugins',
    'bond-mode',
    'bond-slaves',
    'bond-miimon',
  ],
]);

const address = /^(?=.*[.:])[0-9a-f:.]{2,45}(?:\/\d{1,3})?$/i;
/** Links as the kernel and our own files name them. */
const linkName = /^(?:0-)?(?:eth|en[osp]|ib|bond|vlan)[\da-z]{0,12}(?:\.\d+)*$/;
/** What the files of ifupdown run for us: addresses and words, nothing that a shell would take for more. */
const ownCommand =
  /^(?:(?:ip|route|ifconfig|sysctl|test|\/sbin\/ip) [\w.:/@=%+ -]+|echo \d+ > \/proc\/sys\/net\/[\w./-]+|true)$/;
const ownComment = /guest-init|^# The ids of NICs begin with 0-/;

/** Line for line; what is left out says so. */
export function shareNetworkText(text: string): string {
  return text.split('\n').map(shareLine).join('\n');
}

function shareLine(line: string): string {
  const body = line.trim().replace(/^- /, '');
  if (body === '' || /^\[[\w -]+\]$/.test(body)) return line;
  if (/^[#;!]/.test(body)) return ownComment.test(body) ? line : '# [left out]';
  // A map of YAML; an entry of a list.
  if (/^"?[\w.-]+"?:$/.test(body) || isPlace(unquote(body.split(/\s/)[0] ?? ''))) return line;
  if (isOwnCommand(body)) return line;
  const key = /^[^\s=:]+/.exec(body)?.[0] ?? '';
  if (isOpenKey(key)) return line;
  const start = line.slice(0, line.length - line.trimStart().length);
  const isNamed = body.slice(key.length).replace(/^[\s=:]+/, '') !== '';
  return `${start}${isNamed ? `${key.slice(0, 40)} ` : ''}[left out]`;
}

function isPlace(word: string): boolean {
  return address.test(word) || linkName.test(word);
}

/** `up ip route …`, several joined by a shell's own words among them. */
function isOwnCommand(body: string): boolean {
  const [, commands] = /^(?:pre-|post-)?(?:up|down) (.*)$/.exec(body) ?? [];
  const parts = commands?.split(/\|\||&&|[;{}]/).map((part) => part.trim());
  return parts?.filter((part) => part !== '').every((part) => ownCommand.test(part)) ?? false;
}

function unquote(word: string): string {
  return word.replace(/^"(.*)"$/, '$1');
}

function isOpenKey(key: string): boolean {
  const plain = key.toLowerCase().replaceAll('_', '-');
  const names = [
    plain,
    plain.replace(/-?\d+$/, ''),
    plain.replace(/^dhcp[46]/, 'dhcp'),
    plain.replace(/^route\d+/, 'route'),
  ];
  return names.some((name) => openKeys.has(name)) || /^net\/ipv[46]\//.test(plain);
}
