// Both sides of the comparison: what our renderers write for a scenario and what cloud-init's converter does, brought to what it comes to
// by the network services' own programs where Debian has them. Runs them in a guest of the root bookworm-network.

import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { NetworkBackend } from '../../src/core/network-backend.ts';
import { loadRenderer } from '../../src/network/renderers/registry.ts';
import type { NetworkScenario } from '../support/network-scenarios.ts';
import type { Sandbox } from '../support/sandbox.ts';
import type { EffectiveNetwork } from './effective-network.ts';
import { readIfcfg } from './read-ifcfg.ts';
import { readInterfaces } from './read-interfaces.ts';
import { readKeyfiles } from './read-keyfiles.ts';
import { readNetworkd } from './read-networkd.ts';

/** Formats that both can write: ours by name, and what the converter calls it. wicked and Alpine have none in cloud-init. */
export const formats = {
  ifupdown: 'eni',
  netplan: 'netplan',
  networkd: 'networkd',
  'network-manager': 'network-manager',
  sysconfig: 'sysconfig',
} as const satisfies Partial<Record<NetworkBackend, string>>;

export type Format = keyof typeof formats;

/** `theirs` is the converter's error where it converts nothing. */
export type Pair = {
  readonly scenario: string;
  readonly format: Format;
  readonly ours: EffectiveNetwork;
  readonly theirs: EffectiveNetwork | { readonly error: string; readonly message: string };
};

type Tree = ReadonlyMap<string, string>;
type Converted = { files: Record<string, string> } | { error: string; message: string };

const formatNames = Object.keys(formats) as Format[];
const folder = '/tmp/sides';

const dumpTree = [
  'import json, os, sys',
  'found = {}',
  'for below, _, names in os.walk(sys.argv[1]):',
  '    for name in names:',
  '        path = os.path.join(below, name)',
  '        if not os.path.isfile(path):',
  '            continue',
  '        with open(path, encoding="utf-8") as file:',
  '            found[path[len(sys.argv[1]) + 1 :]] = file.read()',
  'json.dump(found, sys.stdout)',
].join('\n');

/** All pairs, scenario by scenario. About ten seconds. */
export async function preparePairs(box: Sandbox, scenarios: readonly NetworkScenario[]): Promise<Pair[]> {
  box.writeFile('/tmp/consumers.sh', readFileSync(join(import.meta.dirname, 'consumers.sh')));
  const conversions = convertAll(box, scenarios);
  const trees = new Map<string, Tree>();
  for (const { name, resolution } of scenarios) {
    for (const format of formatNames) {
      const { actions } = (await loadRenderer(format)).render(resolution.network);
      const files = actions.flatMap((action): [string, string][] =>
        action.kind === 'file' ? [[action.path, String(action.content)]] : [],
      );
      trees.set(`${name}/ours/${format}`, new Map(files));
    }
  }
  const converted = await conversions;
  for (const { name } of scenarios)
    for (const format of formatNames) {
      const result = converted[name]?.[formats[format]];
      if (result !== undefined && 'files' in result)
        trees.set(`${name}/theirs/${format}`, new Map(Object.entries(result.files)));
    }
  const consumed = await consume(box, trees);
  return scenarios.flatMap(({ name, facts }) =>
    formatNames.map((format): Pair => {
      const result = converted[name]?.[formats[format]];
      const read = (side: string): EffectiveNetwork => {
        const key = `${name}/${side}/${format}`;
        return readTree({
          format,
          nics: facts.links,
          tree: trees.get(key) ?? new Map(),
          answers: answersOf(consumed, key),
        });
      };
      const missing = { error: 'nothing to convert', message: '' };
      return {
        ...{ scenario: name, format, ours: read('ours') },
        theirs: result === undefined ? missing : 'files' in result ? read('theirs') : result,
      };
    }),
  );
}

/** One process of cloud-init for all: it takes half a second to start. */
async function convertAll(
  box: Sandbox,
  scenarios: readonly NetworkScenario[],
): Promise<Readonly<Record<string, Readonly<Record<string, Converted>>>>> {
  box.writeFile('/tmp/convert-networks.py', readFileSync(join(import.meta.dirname, 'convert-networks.py')));
  const jobs = scenarios.flatMap(({ name, folder: from, facts }) => {
    const wide = facts.links.filter(({ mac }) => mac.length > 17).map(({ name: nic, mac }) => [nic, mac.toLowerCase()]);
    // The converter also knows an InfiniBand NIC by the Ethernet address within its own.
    const short = wide.map(([nic, mac = '']) => `${nic},${mac.slice(36, -14)}${mac.slice(51)}`);
    const macs = [...facts.links.map((link) => `${link.name},${link.mac.toLowerCase()}`), ...short];
    const infiniband: Record<string, string> = Object.fromEntries(wide);
    const file = join(from, 'network_data.json');
    return existsSync(file) ? [{ name, data: readFileSync(file, 'utf8'), macs, infiniband }] : [];
  });
  const output = await box.exec(['python3', '/tmp/convert-networks.py'], {
    input: JSON.stringify(jobs),
    timeoutMs: 120_000,
  });
  return JSON.parse(output) as Record<string, Record<string, Converted>>;
}

/** What the programs answer, by path below `folder`. */
async function consume(box: Sandbox, trees: ReadonlyMap<string, Tree>): Promise<Tree> {
  for (const [key, tree] of trees) {
    for (const [path, text] of tree) {
      if (key.endsWith('/netplan')) box.writeFile(`${folder}/${key}${path}`, text, 0o600);
      if (key.endsWith('/ifupdown') && path.startsWith('/etc/network/'))
        box.writeFile(`${folder}/${key}/interfaces`, text);
      if (path.endsWith('.nmconnection')) box.writeFile(`${folder}/${key}/${basename(path)}`, text);
    }
  }
  await box.exec(['sh', '/tmp/consumers.sh', folder], { timeoutMs: 120_000 });
  const output = await box.exec(['python3', '-c', dumpTree, folder]);
  return new Map(Object.entries(JSON.parse(output) as Record<string, string>));
}

function answersOf(consumed: Tree, key: string): Tree {
  const own = [...consumed].filter(([path]) => path.startsWith(`${key}/`));
  return new Map(own.map(([path, text]) => [path.slice(key.length + 1), text]));
}

type Reading = {
  readonly format: Format;
  readonly nics: readonly { readonly name: string; readonly mac: string }[];
  readonly tree: Tree;
  readonly answers: Tree;
};

const nothing: EffectiveNetwork = { links: {}, routes: [], servers: [], search: [] };

/** A service that refuses its files brings up nothing, or of NetworkManager nothing of that profile. */
function readTree({ format, nics, tree, answers }: Reading): EffectiveNetwork {
  if (tree.size === 0) return nothing;
  switch (format) {
    case 'networkd':
      return readNetworkd(tree, nics);
    case 'sysconfig':
      return readIfcfg(tree);
    case 'netplan':
      return answers.get('status') === '0\n'
        ? readNetworkd(answers, nics)
        : { ...nothing, refused: lastWords(answers.get('said')) };
    case 'network-manager': {
      const files = [...answers].filter(([path]) => path.endsWith('.nmconnection'));
      const read = files.flatMap(([path]) => answers.get(`${path}.read`) ?? []);
      const refused = files.flatMap(([path]) =>
        answers.has(`${path}.read`) ? [] : lastWords(answers.get(`${path}.said`)),
      );
      const network = readKeyfiles(read, nics);
      return refused.length === 0 ? network : { ...network, refused: refused.join('; ') };
    }
    case 'ifupdown': {
      const commands = answers.get('commands') ?? '';
      if (answers.get('status') !== '0\n') return { ...nothing, refused: lastWords(commands) };
      const words = [...answers].filter(([path]) => path.startsWith('words/')).sort(byInterface);
      const named = new Map(words.map(([path, text]) => [basename(path), text]));
      return readInterfaces(
        { commands, words: named },
        nics.map(({ name }) => name),
      );
    }
  }
}

/** As resolvconf orders what it hears of name servers: the loopback's first. */
function byInterface([a]: readonly [string, string], [b]: readonly [string, string]): number {
  const key = (path: string): string => (path === 'words/lo' ? '' : path);
  return key(a) < key(b) ? -1 : 1;
}

/** The error of a program without the place. */
function lastWords(text = ''): string {
  const line = text.split('\n').find((candidate) => /error/i.test(candidate)) ?? text.trim();
  return line.replace(/^.*Error(?: in network definition)?: /, '').trim();
}
