// The files of the Red Hat and SUSE families for every network scenario. Neither of their services runs on Debian: the files are sourced
// by a shell, and readers that follow the services' own rules (initscripts' ifup scripts, NetworkManager's ifcfg-rh plugin, wicked's
// compat-suse.c) say what they would set up. A model of the kernel's routing table refuses what `ip route add` would refuse.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ResolvedNetwork } from '../../src/core/resolved-network.ts';
import { formatAddress, isInNetwork, isLinkLocal, networkOf, parseAddress } from '../../src/network/address.ts';
import { fileMark, type Rendered } from '../../src/network/renderers/renderer.ts';
import { renderer as sysconfig } from '../../src/network/renderers/sysconfig/index.ts';
import { renderer as wicked } from '../../src/network/renderers/wicked/index.ts';
import { runTool } from '../support/command.ts';
import { loadNetworkScenarios } from '../support/network-scenarios.ts';
import { compareStates, expectedState, type LinkNetworkState, type NetworkState } from '../support/network-state.ts';

const scenarios = loadNetworkScenarios();

/** By file name: the variables of assignments, or the lines of other files without comments. */
type Sources = {
  readonly variables: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly lines: ReadonlyMap<string, readonly string[]>;
};

type RouteLine = {
  readonly link: string;
  readonly destination: string;
  readonly via?: string;
  readonly metric?: number;
};

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'guest-init-sysconfig-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Files named `ifcfg-…` are sourced by a shell of their own each, in an empty environment; others are split into lines. */
function readSources({ actions }: Rendered): Sources {
  const files = actions.filter((action) => action.kind === 'file');
  const lines = new Map<string, string[]>();
  const names: string[] = [];
  for (const { path, content, mode } of files) {
    const text = String(content);
    const name = basename(path);
    assert.equal(text.split('\n')[0], `# ${fileMark}`);
    assert.equal(mode, 0o644);
    assert.ok(
      text.split('\n').every((line) => line.length < 511),
      `${name}: wicked reads lines of 511 bytes`,
    );
    if (!name.startsWith('ifcfg-'))
      lines.set(
        name,
        text.split('\n').filter((line) => !/^\s*(?:#.*)?$/.test(line)),
      );
    else {
      writeFileSync(join(folder, name), text);
      names.push(name);
    }
  }
  return { variables: sourceFiles(names), lines };
}

function sourceFiles(names: readonly string[]): Map<string, Record<string, string>> {
  const script =
    'for f; do sh -n "./$f" || exit 1; printf "%s\\0" "=$f"; env -i sh -c \'set -a; . "$1"; exec env -0\' - "./$f"; done';
  if (names.length === 0) return new Map();
  const output = runTool(['env', '-C', folder, 'sh', '-uc', script, '-', ...names]);
  const found = new Map<string, Record<string, string>>();
  let current: Record<string, string> = {};
  for (const entry of output.split('\0').filter((text) => text !== '')) {
    const [name = '', value = ''] = [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)];
    if (name === '') {
      current = {};
      found.set(value, current);
      // The rest is the shell's own.
    } else if (!['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name)) current[name] = value;
  }
  return found;
}

/** Sets routes as the kernel does, one after the other: refuses a second one of one key, and a gateway that nothing leads to. */
function addRoutes(
  routes: readonly RouteLine[],
  links: ReadonlyMap<string, Pick<LinkNetworkState, 'addresses' | 'automatic'>>,
): Map<string, string[]> {
  const keys = new Set<string>();
  const ways = new Map<string, string[]>();
  const gateways = new Map<string, Set<string>>();
  const set: (RouteLine & { metric: number })[] = [];
  for (const route of routes) {
    const { link, destination, via } = route;
    const family = destination.includes(':') ? 6 : 4;
    const metric = family === 6 ? route.metric || 1024 : (route.metric ?? 0);
    const key = `${destination} ${metric}`;
    assert.ok(!keys.has(key), `${link}: the kernel has a route ${key} already`);
    keys.add(key);
    const connected = [...(links.get(link)?.addresses ?? []), ...(ways.get(link) ?? [])];
    const isFree = links.get(link)?.automatic?.includes(family) ?? false;
    if (via === undefined) ways.set(link, [...(ways.get(link) ?? []), destination]);
    else {
      assert.ok(isFree || isReachable(via, connected), `${link}: no way to the gateway ${via}`);
      gateways.set(link, (gateways.get(link) ?? new Set()).add(via));
    }
    set.push({ ...route, metric });
  }
  const byLink = new Map<string, string[]>();
  for (const { link, destination, via, metric } of set) {
    const [host = '', length] = destination.split('/');
    if (via === undefined && ['32', '128'].includes(length ?? '') && gateways.get(link)?.has(host)) continue;
    const isUsual = metric === (destination.includes(':') ? 1024 : 0);
    const text = `${destination}${via === undefined ? '' : ` via ${via}`}${isUsual ? '' : ` metric ${metric}`}`;
    byLink.set(link, [...(byLink.get(link) ?? []), text].sort());
  }
  return byLink;
}

function isReachable(gateway: string, networks: readonly string[]): boolean {
  const parsed = parseAddress(gateway);
  if (parsed === undefined) return false;
  if (parsed.family === 6 && isLinkLocal(parsed)) return true;
  return networks.some((network) => {
    const [host = '', length = ''] = network.split('/');
    const own = parseAddress(host);
    return own !== undefined && isInNetwork(parsed, own, Number(length));
  });
}

/** `10.1.2.3/8` is refused: the kernel does. A lone address is a host's. */
function readDestination(text: string, family: 4 | 6): string {
  if (text === 'default') return family === 4 ? '0.0.0.0/0' : '::/0';
  const [host = '', length = family === 4 ? '32' : '128'] = text.split('/');
  const parsed = parseAddress(host);
  assert.ok(parsed !== undefined && parsed.family === family, text);
  assert.equal(formatAddress(networkOf(parsed, Number(length))), host);
  return `${host}/${length}`;
}

type ReadLink = Omit<LinkNetworkState, 'mtu' | 'routes'> & { readonly mtu?: number };

/** An MTU that no file sets is the kernel's: that of the bond or of the VLAN's parent, else 1500. */
function combine(links: ReadonlyMap<string, ReadLink>, routes: ReadonlyMap<string, readonly string[]>): NetworkState {
  const mtuOf = (name: string | undefined): number => {
    const link = links.get(name ?? '');
    return link === undefined ? 1500 : (link.mtu ?? mtuOf(link.vlan?.parent ?? link.master));
  };
  return Object.fromEntries(
    [...links].map(([name, link]) => [name, { ...link, mtu: mtuOf(name), routes: routes.get(name) ?? [] }]),
  );
}

function readBond(text: string | undefined): { bond?: { mode: string; options: Record<string, string> } } {
  if (text === undefined) return {};
  const { mode = '', ...options } = Object.fromEntries(
    text.split(' ').map((pair) => pair.split('=') as [string, string]),
  );
  return { bond: { mode, options } };
}

/** IPADDR, IPADDR0, IPADDR1, …: a gap ends the list from 2 on (expand_config of network-functions, and NetworkManager the same). */
function readNumbered(variables: Readonly<Record<string, string>>): string[] {
  const found: string[] = [];
  for (let index = -1; index < 256; index += 1) {
    const suffix = index === -1 ? '' : String(index);
    const address = variables[`IPADDR${suffix}`];
    if (address === undefined && index >= 2) break;
    if (address !== undefined) found.push(`${address}/${variables[`PREFIX${suffix}`]}`);
  }
  return found;
}

function readSysconfig({ variables, lines }: Sources): NetworkState {
  const links = new Map<string, ReadLink>();
  for (const [file, own] of variables) {
    const name = file.slice('ifcfg-'.length);
    assert.equal(own['DEVICE'], name);
    assert.equal(own['ONBOOT'], 'yes');
    assert.equal(own['NOZEROCONF'], own['SLAVE'] === 'yes' ? undefined : 'yes');
    const families = [
      ...(own['BOOTPROTO'] === 'dhcp' ? ([4] as const) : []),
      ...(own['IPV6_AUTOCONF'] === 'yes' ? ([6] as const) : []),
    ];
    const second = own['IPV6ADDR_SECONDARIES']?.split(' ') ?? [];
    const ipv6 = own['IPV6INIT'] === 'yes' ? [own['IPV6ADDR'], ...second].filter((text) => text !== undefined) : [];
    links.set(name, {
      up: true,
      addresses: [...readNumbered(own), ...ipv6].sort(),
      ...(own['MTU'] === undefined ? {} : { mtu: Number(own['MTU']) }),
      ...(own['MACADDR'] === undefined ? {} : { mac: own['MACADDR'] }),
      ...(own['SLAVE'] === 'yes' ? { master: own['MASTER'] ?? '' } : {}),
      ...(own['VLAN'] === 'yes' ? { vlan: readVlan(own) } : {}),
      ...(own['BONDING_MASTER'] === 'yes' ? readBond(own['BONDING_OPTS']) : {}),
      ...(families.length === 0 ? {} : { automatic: families }),
    });
  }
  const routes = [...lines].flatMap(([file, list]) => {
    const family = file.startsWith('route6-') ? 6 : 4;
    const link = file.slice(file.indexOf('-') + 1);
    return list.map((line): RouteLine => {
      const [target = '', ...words] = line.split(' ');
      const options = new Map(
        words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? '']] : [])),
      );
      assert.equal(options.get('dev'), link);
      assert.ok(
        [...options.keys()].every((word) => ['via', 'dev', 'metric'].includes(word)),
        line,
      );
      const [via, metric] = [options.get('via'), options.get('metric')];
      const destination = readDestination(target, family);
      return {
        ...{ link, destination },
        ...(via === undefined ? {} : { via }),
        ...(metric === undefined ? {} : { metric: Number(metric) }),
      };
    });
  });
  return combine(links, addRoutes(routes, links));
}

/** As ifup of the network scripts finds them, and as NetworkManager does; both have to come to the same. */
function readVlan(own: Readonly<Record<string, string>>): { parent: string; id: number } {
  const device = own['DEVICE'] ?? '';
  const [, before, inName] = /^(.+)\.(\d{1,4})$/.exec(device) ?? /^vlan()0*(.*)$/.exec(device) ?? [];
  const isSaid = own['VID'] !== undefined;
  const scripts = { parent: isSaid || !before ? own['PHYSDEV'] : before, id: Number(isSaid ? own['VID'] : inName) };
  const behind = device.includes('.') ? device.slice(device.indexOf('.') + 1) : device.replace(/^vlan/, '');
  const plugin = { parent: own['PHYSDEV'], id: Number(/^\d+$/.test(behind) ? behind : own['VLAN_ID']) };
  assert.deepEqual(scripts, plugin);
  return { parent: plugin.parent ?? '', id: plugin.id };
}

/** The word of the network scripts for router advertisements: absent where the network has nothing to say of IPv6. */
function checkAdvertisements(network: ResolvedNetwork, said: (link: string) => string | undefined): void {
  for (const { name, automatic, addresses } of network.links) {
    const isStatic = addresses.some(({ family }) => family === 6);
    const wanted = automatic.ipv6 !== undefined ? 'yes' : isStatic ? 'no' : undefined;
    assert.equal(said(name), wanted, name);
  }
}

describe('sysconfig', () => {
  for (const { name, resolution } of scenarios) {
    it(`${name}: its files say what the model says`, () => {
      const { network } = resolution;
      const rendered = sysconfig.render(network);
      const sources = readSources(rendered);
      assert.deepEqual(compareStates(expectedState(network), readSysconfig(sources)), []);
      const of = (link: string): Readonly<Record<string, string>> => sources.variables.get(`ifcfg-${link}`) ?? {};
      checkAdvertisements(network, (link) => of(link)['IPV6_AUTOCONF']);
      for (const { name: link, automatic } of network.links) {
        const dhcp6 = [of(link)['DHCPV6C'], of(link)['DHCPV6C_OPTIONS']];
        const wanted = { stateful: ['yes', undefined], stateless: ['yes', '-S'], slaac: [undefined, undefined] };
        assert.deepEqual(dhcp6, wanted[automatic.ipv6 ?? 'slaac']);
      }
      // ifup-post: what a link names takes the place of what resolv.conf had.
      const lists = [...sources.variables.values()]
        .map((own) => [own['DNS1'], own['DNS2'], own['DNS3']].filter((server) => server !== undefined))
        .filter((list) => list.length > 0);
      const servers = [...new Set(network.links.flatMap(({ dns }) => dns))];
      assert.ok(lists.length > 0 || servers.length === 0);
      for (const list of lists) assert.deepEqual(list, servers.slice(0, 3));
      const lost = servers.slice(3);
      const said = rendered.problems.map(({ message }) => message).join('\n');
      assert.ok(
        lost.every((server) => said.includes(server)),
        `${lost.join(', ')} lost without a word`,
      );
    });
  }
});

function readWicked({ variables, lines }: Sources): NetworkState {
  const links = new Map<string, ReadLink>();
  const masters = new Map<string, string>();
  for (const [file, own] of variables) {
    for (const [variable, member] of Object.entries(own))
      if (variable.startsWith('BONDING_SLAVE')) masters.set(member, file.slice('ifcfg-'.length));
  }
  for (const [file, own] of variables) {
    const name = file.slice('ifcfg-'.length);
    const master = masters.get(name);
    assert.deepEqual(
      [own['STARTMODE'], own['BOOTPROTO'] === 'none'],
      [master === undefined ? 'auto' : 'hotplug', master !== undefined],
    );
    const words = own['BOOTPROTO']?.split('+') ?? [];
    assert.ok(words.every((word) => ['static', 'none', 'dhcp4', 'dhcp6', 'auto6'].includes(word)));
    const families = [
      ...(words.includes('dhcp4') ? ([4] as const) : []),
      ...(words.includes('dhcp6') || words.includes('auto6') ? ([6] as const) : []),
    ];
    const addresses = Object.entries(own).flatMap(([variable, value]) =>
      variable.startsWith('IPADDR') ? [value] : [],
    );
    links.set(name, {
      up: true,
      addresses: addresses.sort(),
      ...(own['MTU'] === undefined ? {} : { mtu: Number(own['MTU']) }),
      ...(own['LLADDR'] === undefined ? {} : { mac: own['LLADDR'] }),
      ...(master === undefined ? {} : { master }),
      ...(own['ETHERDEVICE'] === undefined ? {} : { vlan: { parent: own['ETHERDEVICE'], id: Number(own['VLAN_ID']) } }),
      ...(own['BONDING_MASTER'] === 'yes' ? readBond(own['BONDING_MODULE_OPTS']) : {}),
      ...(families.length === 0 ? {} : { automatic: families }),
    });
  }
  const routes = [...lines].flatMap(([file, list]) =>
    file.startsWith('ifroute-') ? list.map((line) => readIfroute(line, file.slice('ifroute-'.length))) : [],
  );
  return combine(links, addRoutes(routes, links));
}

/** `Destination Gateway Netmask Interface Options` of ifroute(5); the word default takes its family from the gateway. */
function readIfroute(line: string, link: string): RouteLine {
  const [target = '', gateway = '', netmask, device, option, value, ...rest] = line.split(' ');
  assert.deepEqual([netmask, device, rest], ['-', link, []], line);
  assert.ok(option === undefined || option === 'metric', line);
  if (target === 'default') assert.notEqual(gateway, '-', 'a default route without gateway has no family');
  const family = (target === 'default' ? gateway : target).includes(':') ? 6 : 4;
  return {
    ...{ link, destination: readDestination(target, family) },
    ...(gateway === '-' ? {} : { via: gateway }),
    ...(value === undefined ? {} : { metric: Number(value) }),
  };
}

describe('wicked', () => {
  for (const { name, resolution } of scenarios) {
    it(`${name}: its files say what the model says`, () => {
      const { network } = resolution;
      const rendered = wicked.render(network);
      const sources = readSources(rendered);
      assert.deepEqual(compareStates(expectedState(network), readWicked(sources)), []);
      checkAdvertisements(network, (link) => {
        if (sources.variables.get(`ifcfg-${link}`)?.['BOOTPROTO']?.match(/auto6|dhcp6/)) return 'yes';
        const settings = sources.lines.get(`ifsysctl-${link}`);
        const wanted = [`net/ipv6/conf/${link}/accept_ra = 0`, `net/ipv6/conf/${link}/autoconf = 0`];
        if (settings !== undefined) assert.deepEqual(settings, wanted);
        return settings === undefined ? undefined : 'no';
      });
      for (const { name: link, automatic } of network.links) {
        const modes = { stateful: 'managed', stateless: 'info', slaac: undefined };
        const mode = sources.variables.get(`ifcfg-${link}`)?.['DHCLIENT6_MODE'];
        assert.equal(mode, modes[automatic.ipv6 ?? 'slaac']);
      }
      assert.deepEqual(readServers(rendered), [...new Set(network.links.flatMap(({ dns }) => dns))]);
    });
  }

  it('the line of the name servers takes the place of the one that SUSE ships', () => {
    const network = scenarios.find(({ name }) => name === '01-nova-static-v4')?.resolution.network ?? { links: [] };
    const [rule] = wicked.render(network).actions.flatMap((action) => (action.kind === 'lines' ? action.rules : []));
    const shipped = [
      'NETCONFIG_DNS_STATIC_SERVERS=""',
      '# NETCONFIG_DNS_STATIC_SERVERS=""',
      'NETCONFIG_DNS_STATIC_SEARCHLIST=""',
    ];
    const pattern = new RegExp(rule?.pattern ?? '');
    assert.deepEqual(
      shipped.map((line) => pattern.test(line)),
      [true, false, false],
    );
  });
});

/** netconfig(8) sources /etc/sysconfig/network/config. */
function readServers({ actions }: Rendered): string[] {
  const rules = actions.flatMap((action) => (action.kind === 'lines' ? action.rules : []));
  assert.ok(rules.length <= 1);
  const [line = ''] = rules.map((rule) => rule.line);
  writeFileSync(join(folder, 'ifcfg-config'), `${line}\n`);
  const value = sourceFiles(['ifcfg-config']).get('ifcfg-config')?.['NETCONFIG_DNS_STATIC_SERVERS'] ?? '';
  return value.split(' ').filter((server) => server !== '');
}
