// What the netplan renderer writes, read by netplan itself: every scenario through its generator, for systemd-networkd and for
// NetworkManager, and the result compared with the model. Then beside the files that images bring.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ResolvedLink, ResolvedNetwork } from '../../src/core/resolved-network.ts';
import { acceptsAdvertisements } from '../../src/network/advertisements.ts';
import { findGatewaysOnLink } from '../../src/network/renderers/link-traits.ts';
import { renderer } from '../../src/network/renderers/netplan/index.ts';
import type { RenderProblem } from '../../src/network/renderers/renderer.ts';
import { usedLinks } from '../../src/network/renderers/used-links.ts';
import { loadNetworkScenarios } from '../support/network-scenarios.ts';
import { compareStates, expectedState, type NetworkState } from '../support/network-state.ts';
import { type NetworkdReading, readNetworkdFiles } from '../support/networkd-files.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { type Sandbox, startSandbox } from '../support/sandbox.ts';

const skip = explainMissingRoots() ?? false;

/** What netplan makes of a folder of YAML; files by path below the root folder. */
type Generated = {
  readonly status: number;
  readonly complaints: string;
  readonly files: ReadonlyMap<string, string>;
};

const recordMark = '\u001e';
const fileMarkByte = '\u001f';

/** As at boot: the generator itself, without its Python front. `folders` holds YAML by file name, one root folder each. */
async function generate(
  box: Sandbox,
  folders: ReadonlyMap<string, Readonly<Record<string, string>>>,
): Promise<ReadonlyMap<string, Generated>> {
  const base = '/tmp/netplan';
  for (const [folder, yaml] of folders)
    for (const [name, text] of Object.entries(yaml))
      box.writeFile(`${base}/${folder}/etc/netplan/${name}`, text, 0o600);
  const script = [
    `umask 022; cd ${base}`,
    'for f in *; do',
    '  mkdir -p "$f/run"; s=0',
    `  /usr/libexec/netplan/generate --root-dir "$PWD/$f" 2> "$f/complaints" || s=$?`,
    `  printf '${recordMark}%s\\n%s\\n' "$f" "$s"; cat "$f/complaints"`,
    `  (cd "$f" && find run -type f -exec sh -c 'for p; do printf "${fileMarkByte}%s\\n" "$p"; cat "$p"; done' sh {} +)`,
    'done',
  ].join('\n');
  const listing = await box.exec(['sh', '-c', script]);
  return new Map(listing.split(recordMark).slice(1).map(readRecord));
}

function readRecord(record: string): [string, Generated] {
  const [head = '', ...parts] = record.split(fileMarkByte);
  const [folder = '', status, ...complaints] = head.split('\n');
  const files = parts.map((part): [string, string] => {
    const end = part.indexOf('\n');
    return [part.slice(0, end), part.slice(end + 1)];
  });
  return [folder, { status: Number(status), complaints: complaints.join('\n').trim(), files: new Map(files) }];
}

type Case = {
  readonly name: string;
  readonly network: ResolvedNetwork;
  /** Undefined: the model is empty. */
  readonly text: string | undefined;
  readonly problems: readonly RenderProblem[];
};

function render(name: string, network: ResolvedNetwork): Case {
  const { actions, problems } = renderer.render(network);
  const [action, ...others] = actions;
  assert.deepEqual(others, []);
  if (action === undefined) return { name, network, text: undefined, problems };
  assert.ok(action.kind === 'file' && typeof action.content === 'string');
  assert.deepEqual([action.path, action.mode], ['/etc/netplan/90-guest-init.yaml', 0o600]);
  return { name, network, text: action.content, problems };
}

const cases = loadNetworkScenarios().map(({ name, resolution }) => render(name, resolution.network));

function readNetworkd({ files }: Generated, network: ResolvedNetwork): NetworkdReading {
  const own = [...files].filter(([path]) => /\/systemd\/network\/.*\.(network|netdev)$/.test(path));
  const nics = network.links.filter(({ kind }) => kind === 'physical').map(({ name }) => name);
  return readNetworkdFiles(new Map(own), nics);
}

/** What is asked for, without the bond options that a problem says are not written. */
function expectWritten({ network, problems }: Case): NetworkState {
  const state: Record<string, NetworkState[string]> = {};
  for (const [name, link] of Object.entries(expectedState(network))) {
    const own = problems.filter((problem) => problem.link === name);
    const lost = own.map(({ message }) => /^bond_(\w+)/.exec(message)?.[1]);
    const options = Object.entries(link.bond?.options ?? {}).filter(([option]) => !lost.includes(option));
    state[name] =
      link.bond === undefined ? link : { ...link, bond: { ...link.bond, options: Object.fromEntries(options) } };
  }
  return state;
}

/** netplan keeps a list for each family. */
function orderServers(dns: readonly string[]): string[] {
  return [...dns.filter((server) => !server.includes(':')), ...dns.filter((server) => server.includes(':'))];
}

function compareLink(link: ResolvedLink, reading: NetworkdReading): string[] {
  const found = reading.links[link.name];
  if (found === undefined) return [];
  const facts: [string, unknown, unknown][] = [
    ['name servers', orderServers(link.dns), found.dns],
    ['DHCPv4', link.automatic.dhcp4 === true, found.dhcp4],
    ['DHCPv6', link.automatic.ipv6 !== undefined, found.dhcp6],
    ['router advertisements', acceptsAdvertisements(link), found.acceptsAdvertisements],
    ['unreachable gateways', [], found.unreachable],
  ];
  return facts.flatMap(([what, wanted, is]) => {
    const [a, b] = [JSON.stringify(wanted), JSON.stringify(is)];
    return a === b ? [] : [`${link.name}: ${what}: ${b}, expected ${a}`];
  });
}

function compareAll(given: Case, generated: Generated): string[] {
  const reading = readNetworkd(generated, given.network);
  return [
    ...compareStates(expectWritten(given), reading.state),
    ...given.network.links.flatMap((link) => compareLink(link, reading)),
  ];
}

/** netplan warns of default routes of one family and metric, and writes them all. */
function hasRivalDefaults({ links }: ResolvedNetwork): boolean {
  const keys = links.flatMap(({ routes }) =>
    routes.filter(({ prefixLength }) => prefixLength === 0).map(({ family, metric }) => `${family} ${metric}`),
  );
  return new Set(keys).size < keys.length;
}

const networkManagerYaml = 'network:\n  renderer: NetworkManager\n';

/** One line for each thing that a keyfile says of addresses, routes, name servers, MTU, bond and VLAN; `text` is the file. */
function describeProfile(text: string): string[] {
  let section = '';
  const pairs = text.split('\n').flatMap((line): [string, string][] => {
    const title = /^\[(\S+)\]$/.exec(line)?.[1];
    if (title !== undefined) section = title;
    const [, key, value = ''] = /^([^=]+)=(.*)$/.exec(line) ?? [];
    return key === undefined ? [] : [[`${section}.${key}`, value]];
  });
  const settings = new Map(pairs);
  const name = settings.get('connection.interface-name') ?? '';
  return pairs.flatMap(([key, value]): string[] => {
    const route = /^ipv[46]\.(route\d+)$/.exec(key) ? `${key}_options` : '';
    if (route !== '') return [`${name} route ${value}${settings.get(route) === 'onlink=true' ? ' onlink' : ''}`];
    if (/^ipv[46]\.address\d+$/.test(key)) return [`${name} address ${value}`];
    if (/^ipv[46]\.dns$/.test(key)) return [`${name} dns ${value}`];
    if (/^ipv[46]\.method$/.test(key) && value === 'auto') return [`${name} ${key} auto`];
    if (/^(ethernet\.(mtu|cloned-mac-address)|vlan\.id|bond\.\w+|connection\.master)$/.test(key))
      return [`${name} ${key} ${value}`];
    return [];
  });
}

function expectProfile(link: ResolvedLink, given: Case): string[] {
  const state = expectWritten(given)[link.name];
  const { automatic, addresses, routes, dns } = link;
  const servers = (family: 4 | 6): string[] => dns.filter((server) => server.includes(':') === (family === 6));
  const first = given.network.links.find(({ name }) => name === link.bond?.members[0]);
  const mac = state?.mac ?? first?.mac;
  const lines = [
    ...addresses.map(({ address, prefixLength }) => `address ${address}/${prefixLength}`),
    ...routes.map((route) => {
      const { destination, prefixLength, gateway, metric } = route;
      const words = [`${destination}/${prefixLength}`, gateway, metric || undefined].filter(
        (word) => word !== undefined,
      );
      return `route ${words.join(',')}${findGatewaysOnLink(link)(route) ? ' onlink' : ''}`;
    }),
    ...([4, 6] as const).flatMap((family) =>
      servers(family).length === 0
        ? []
        : [
            `dns ${servers(family)
              .map((server) => `${server};`)
              .join('')}`,
          ],
    ),
    ...(automatic.dhcp4 ? ['ipv4.method auto'] : []),
    ...(automatic.ipv6 === undefined ? [] : ['ipv6.method auto']),
    // The MTU that a link takes over from another is said, too.
    ...(state === undefined || !isMtuSaid(link, given.network) ? [] : [`ethernet.mtu ${state.mtu}`]),
    ...(mac === undefined ? [] : [`ethernet.cloned-mac-address ${mac}`]),
    ...(link.vlan === undefined ? [] : [`vlan.id ${link.vlan.id}`]),
    ...(link.memberOf === undefined ? [] : [`connection.master ${link.memberOf}`]),
    ...Object.entries(state?.bond?.options ?? {}).map(
      // netplan 0.106 hands on the id of the primary member instead of its name.
      ([option, value]) => `bond.${option} ${option === 'primary' ? '0-' : ''}${value}`,
    ),
    ...(state?.bond === undefined ? [] : [`bond.mode ${state.bond.mode}`]),
  ];
  return lines.map((line) => `${link.name} ${line}`);
}

function isMtuSaid(link: ResolvedLink, network: ResolvedNetwork): boolean {
  if (link.mtu !== undefined) return true;
  const above = network.links.find(({ name }) => name === (link.vlan?.parent ?? link.memberOf));
  return above !== undefined && isMtuSaid(above, network);
}

/** Of an image case; a folder's name without blanks. */
function folderOf(name: string): string {
  return `image-${name.replaceAll(/[ :]+/g, '-')}`;
}

function requireCase(name: string): Case {
  const found = cases.find((given) => given.name === name);
  assert.ok(found, `no scenario ${name}`);
  return found;
}

/** Of Debian's own cloud images. */
const debianCloudImage = `network:
    version: 2
    ethernets:
        all-en:
            match: {name: en*}
            dhcp4: true
            dhcp4-overrides: {use-domains: true}
            dhcp6: true
            dhcp6-overrides: {use-domains: true}
        all-eth:
            match: {name: eth*}
            dhcp4: true
            dhcp4-overrides: {use-domains: true}
            dhcp6: true
            dhcp6-overrides: {use-domains: true}
`;

/** What an installer leaves behind. */
const installer = `network:
  version: 2
  renderer: networkd
  ethernets:
    eth0: {dhcp4: true, dhcp6: true, accept-ra: true}
    enp0s3: {dhcp4: true, mtu: 1300}
`;

/** Of the machine that became the template: another MAC address, and a network that is not ours. */
const template = `network:
    version: 2
    ethernets:
        eth0:
            match: {macaddress: "52:54:00:00:00:99"}
            set-name: eth0
            addresses: [192.168.7.7/24, "2001:db8:77::7/64"]
            nameservers: {addresses: [192.168.7.53], search: [template.example]}
            routes: [{to: 10.0.0.0/8, via: 192.168.7.1}, {to: 172.16.0.0/12, via: 192.168.7.1}]
`;

const bondOfImage = `network:
  version: 2
  ethernets: {eth7: {}, eth8: {}}
  bonds:
    bond0:
      interfaces: [eth7, eth8]
      dhcp4: true
      addresses: [192.168.7.7/24]
`;

const images: readonly [name: string, files: Readonly<Record<string, string>>][] = [
  ['Debian cloud image', { '90-default.yaml': debianCloudImage }],
  ['01-netcfg.yaml', { '01-netcfg.yaml': installer }],
  ['50-cloud-init.yaml', { '50-cloud-init.yaml': template }],
  ['all of them', { '01-netcfg.yaml': installer, '50-cloud-init.yaml': template, '90-default.yaml': debianCloudImage }],
];

/** Static, both families, lease and static mixed, other names than eth0, a bond. */
const beside = [
  '01-nova-static-v4',
  '03-nova-dual-stack',
  '46-dhcp4-and-static-v6',
  '55-predictable-names',
  '60-bond-802-3ad',
];

const imageCases = images.flatMap(([image, files]) =>
  beside.map((scenario) => ({ name: `${image}: ${scenario}`, image: files, given: requireCase(scenario) })),
);

const limitCases = [
  { name: 'VLAN caught by a glob', image: { '90-default.yaml': debianCloudImage }, given: requireCase('68-vlan') },
  {
    name: 'bond of the image',
    image: { '50-cloud-init.yaml': bondOfImage },
    given: requireCase('66-bond-member-with-network'),
  },
];

describe('netplan', { skip }, () => {
  let box: Sandbox | undefined;
  let results: ReadonlyMap<string, Generated> = new Map();

  before(async () => {
    box = await startSandbox({ root: 'bookworm-network', links: [] });
    const folders = new Map<string, Readonly<Record<string, string>>>();
    for (const { name, text } of cases) {
      if (text === undefined) continue;
      folders.set(`${name}.networkd`, { '90-guest-init.yaml': text });
      folders.set(`${name}.nm`, { '90-guest-init.yaml': text, '99-renderer.yaml': networkManagerYaml });
    }
    for (const { name, image, given } of [...imageCases, ...limitCases])
      folders.set(folderOf(name), { ...image, '90-guest-init.yaml': given.text ?? '' });
    results = await generate(box, folders);
  });
  after(() => box?.close());

  function resultOf(folder: string): Generated {
    const result = results.get(folder);
    assert.ok(result, `${folder} was not generated`);
    assert.equal(result.status, 0, result.complaints);
    return result;
  }

  const emptyReason = 'the model is empty: no file';

  describe('hands systemd-networkd what the model says', () => {
    for (const given of cases) {
      it(given.name, { skip: given.text === undefined ? emptyReason : false }, () => {
        const generated = resultOf(`${given.name}.networkd`);
        if (hasRivalDefaults(given.network)) assert.match(generated.complaints, /Conflicting default route/);
        else assert.equal(generated.complaints, '');
        assert.deepEqual(compareAll(given, generated), []);
      });
    }
  });

  describe('hands NetworkManager what the model says', () => {
    for (const given of cases) {
      it(given.name, { skip: given.text === undefined ? emptyReason : false }, () => {
        const { files } = resultOf(`${given.name}.nm`);
        const profiles = [...files].filter(([path]) => path.endsWith('.nmconnection'));
        assert.deepEqual(
          profiles.flatMap(([, text]) => describeProfile(text)).sort(),
          usedLinks(given.network)
            .flatMap((link) => expectProfile(link, given))
            .sort(),
        );
      });
    }
  });

  describe('beside what an image says of the same links', () => {
    for (const { name, given } of imageCases) {
      it(name, () => assert.deepEqual(compareAll(given, resultOf(folderOf(name))), []));
    }

    // The two things that README.md says cannot be overridden; when netplan changes, these fail and README.md is to be mended.
    it('a VLAN whose name an image catches by a glob: the image has it', () => {
      const given = requireCase('68-vlan');
      const reading = readNetworkd(resultOf(folderOf('VLAN caught by a glob')), given.network);
      assert.equal(reading.links['eth0.101']?.file, '10-netplan-all-eth.network');
    });

    it('a bond that an image defines, too: addresses of both', () => {
      const given = requireCase('66-bond-member-with-network');
      const reading = readNetworkd(resultOf(folderOf('bond of the image')), given.network);
      assert.deepEqual(reading.state.bond0?.addresses, ['10.20.0.15/24', '192.168.7.7/24']);
      assert.equal(reading.links.bond0?.dhcp4, false);
    });
  });
});
