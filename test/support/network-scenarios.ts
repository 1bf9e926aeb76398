// The network scenarios of test/golden/network, brought to the model that renderers take.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../../src/core/diagnostic.ts';
import type { Facts, LinkFact } from '../../src/core/facts.ts';
import { emptyNetwork } from '../../src/core/network-config.ts';
import { defaultPolicy } from '../../src/core/policy.ts';
import { parseInterfaces } from '../../src/datasources/config-drive/interfaces-text/parse.ts';
import { mergeEc2Address, parseNetworkData } from '../../src/datasources/config-drive/network-data.ts';
import { plainFacts } from '../../src/host/memory.ts';
import { type Resolution, resolveNetwork } from '../../src/network/resolve.ts';
import { repositoryRoot } from './built-program.ts';

export type NetworkScenario = {
  readonly name: string;
  /**
   * Holds network_data.json or interfaces (the text that old Nova injects), local-ipv4 (a line of text) or both; and nics, lines of name and MAC of the guest's NICs. Without nics they
   * are eth0, eth1, … in the order of the drive's MACs.
   */
  readonly folder: string;
  readonly facts: Facts;
  readonly resolution: Resolution;
  readonly diagnostics: readonly Diagnostic[];
};

const scenarioFolder = join(repositoryRoot, 'test', 'golden', 'network');

/** All scenarios by name. */
export function loadNetworkScenarios(): NetworkScenario[] {
  return readdirSync(scenarioFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => loadScenario(name))
    .sort((a, b) => a.name.localeCompare(b.name));
}

function loadScenario(name: string): NetworkScenario {
  const folder = join(scenarioFolder, name);
  const text = readIfAny(join(folder, 'network_data.json'));
  const json: unknown = text === undefined ? {} : JSON.parse(text);
  const source = 'openstack/latest/network_data.json';
  const injected = readIfAny(join(folder, 'interfaces'));
  const read =
    text === undefined
      ? injected === undefined
        ? { network: emptyNetwork, diagnostics: [] }
        : parseInterfaces(injected, 'openstack/content/0000')
      : parseNetworkData(json, { source, place: () => ({ line: 1, column: 1 }) });
  const extra: Diagnostic[] = [];
  const local = readIfAny(join(folder, 'local-ipv4'));
  const network = mergeEc2Address(read.network, local, 'ec2/latest/meta-data.json', extra);
  const nics = readIfAny(join(folder, 'nics'));
  const links = nics === undefined ? inventNics(json, injected) : nics.trim().split('\n').map(readNic);
  const facts: Facts = { ...plainFacts, links };
  const resolution = resolveNetwork({ network, facts, policy: defaultPolicy });
  return { name, folder, facts, resolution, diagnostics: [...read.diagnostics, ...extra, ...resolution.diagnostics] };
}

function readIfAny(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** The NICs that the drive speaks of, as the kernel would find them. */
function inventNics(json: unknown, interfaces = ''): LinkFact[] {
  const { links = [] } = json as { links?: readonly { type?: unknown; ethernet_mac_address?: unknown }[] };
  const listed = (Array.isArray(links) ? links : [])
    .filter((link) => link !== null && link.type !== 'bond' && link.type !== 'vlan')
    .map((link) => link.ethernet_mac_address)
    .filter((mac) => typeof mac === 'string');
  const macs = [...listed, ...(interfaces.match(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/gi) ?? [])];
  const own = [...new Set(macs.map((mac) => mac.toLowerCase()))];
  return (own.length === 0 ? ['fa:16:3e:00:00:05'] : own).map((mac, index) => readNic(`eth${index} ${mac}`));
}

function readNic(line: string): LinkFact {
  const [name = '', mac = ''] = line.split(' ');
  return { name, mac, physical: true, ethernet: true, up: false, addresses: [] };
}
