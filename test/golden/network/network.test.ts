// What drives ask for, against the model and against the files of every network service: model.json and RENDERER/… beside each
// scenario's input. UPDATE_GOLDEN=1 rewrites the expectations; read the difference before keeping it.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import type { Diagnostic } from '../../../src/core/diagnostic.ts';
import { type NetworkBackend, networkBackends } from '../../../src/core/network-backend.ts';
import type { ResolvedLink, ResolvedNetwork } from '../../../src/core/resolved-network.ts';
import { loadRenderer } from '../../../src/network/renderers/registry.ts';
import { fileMark, type Rendered, type Renderer } from '../../../src/network/renderers/renderer.ts';
import { loadNetworkScenarios } from '../../support/network-scenarios.ts';

const isUpdate = process.env['UPDATE_GOLDEN'] === '1';
const inputs = ['network_data.json', 'interfaces', 'local-ipv4', 'nics'];

/** What a renderer may write: folders, and the mode of whole files there. */
const homes: Readonly<Record<NetworkBackend, { readonly folders: readonly string[]; readonly mode: number }>> = {
  ifupdown: { folders: ['/etc/network/'], mode: 0o644 },
  'ifupdown-alpine': { folders: ['/etc/network/'], mode: 0o644 },
  netplan: { folders: ['/etc/netplan/'], mode: 0o600 },
  networkd: { folders: ['/etc/systemd/network/'], mode: 0o644 },
  'network-manager': { folders: ['/etc/NetworkManager/'], mode: 0o600 },
  sysconfig: { folders: ['/etc/sysconfig/'], mode: 0o644 },
  wicked: { folders: ['/etc/sysconfig/network/'], mode: 0o644 },
};

const scenarios = loadNetworkScenarios();
const renderers = new Map<NetworkBackend, Renderer>();
for (const backend of networkBackends) renderers.set(backend, await loadRenderer(backend));

it('there are scenarios', () => assert.ok(scenarios.length >= 90, `only ${scenarios.length}`));

for (const { name, folder, resolution, diagnostics } of scenarios) {
  const { network, missingLinks } = resolution;
  describe(name, () => {
    it('holds nothing but its input and what is made of it', () => {
      const known = new Set<string>([...inputs, 'model.json', ...networkBackends]);
      assert.deepEqual(
        readdirSync(folder).filter((entry) => !known.has(entry)),
        [],
      );
    });

    it('becomes this model', () => {
      const text = spell({ links: network.links, missingLinks, diagnostics: diagnostics.map(spellDiagnostic) });
      compare(folder, new Map([['model.json', `${text}\n`]]), ['model.json']);
    });

    for (const [backend, renderer] of renderers) {
      it(`becomes files of ${backend}`, () => {
        assert.equal(renderer.backend, backend);
        const rendered = renderer.render(network);
        const tree = spellTree(rendered, backend);
        assert.deepEqual(spellTree(renderer.render(network), backend), tree, 'a second rendering differs');
        checkActions(rendered, backend);
        checkValues(network, rendered);
        compare(folder, tree, listFiles(folder, backend));
      });
    }
  });
}

/** Whole files as they are, lines of others' files as JSON, problems one a line. By path below the scenario's folder. */
function spellTree({ actions, problems }: Rendered, backend: NetworkBackend): Map<string, string> {
  const tree = new Map<string, string>();
  for (const action of actions) {
    const path = `${backend}${action.path}${action.kind === 'lines' ? '.lines' : ''}`;
    assert.ok(!tree.has(path), `${path} is written twice`);
    if (action.kind === 'lines') tree.set(path, `${JSON.stringify(action, null, 2)}\n`);
    else if (typeof action.content === 'string') tree.set(path, action.content);
    else assert.fail(`${path} is no text`);
  }
  const lines = problems.map(({ link, message }) => `${link}: ${message}\n`);
  if (lines.length > 0) tree.set(`${backend}/problems`, lines.join(''));
  return tree;
}

function checkActions({ actions, problems }: Rendered, backend: NetworkBackend): void {
  const { folders, mode } = homes[backend];
  for (const action of actions) {
    assert.ok(
      folders.some((home) => action.path.startsWith(home)),
      `${action.path} is no file of ${backend}`,
    );
    assert.doesNotMatch(action.path, /\/\.{0,2}(?:\/|$)/);
    if (action.kind === 'lines') continue;
    const [first = '', ...rest] = String(action.content).split('\n');
    assert.ok(first.includes(fileMark), `${action.path} does not say whose it is`);
    assert.equal(rest.at(-1), '', `${action.path} does not end in a line feed`);
    assert.doesNotMatch(String(action.content), /[ \t]\n|\n\n\n|[^\n\t\x20-\x7e]/, `${action.path} is untidy`);
    assert.equal(action.mode, mode, `mode of ${action.path}`);
  }
  for (const { message } of problems) assert.doesNotMatch(message, /\n/);
}

/** Nothing of the model is lost without a word: each value is in the text of the files or of a problem. */
function checkValues(network: ResolvedNetwork, { actions, problems }: Rendered): void {
  const lines = actions.flatMap((action) =>
    action.kind === 'lines' ? action.rules.map((rule) => rule.line ?? '') : [],
  );
  const files = actions.flatMap((action) => (action.kind === 'file' ? [String(action.content)] : []));
  const text = [...files, ...lines, ...problems.map(({ message }) => message)].join('\n').toLowerCase();
  for (const link of network.links) {
    if (!isWritten(network, link)) continue;
    for (const [what, value] of listValues(link)) {
      // A tag may be the end of the link's name.
      const before = what === 'VLAN id' ? '[0-9]' : '[0-9a-f:.]';
      const pattern = new RegExp(`(?<!${before})${value.replace(/[.+]/g, '\\$&')}(?![0-9a-f]|:[0-9a-f:]|\\.[0-9])`);
      assert.match(text, pattern, `${link.name}: ${what} ${value} is lost`);
    }
  }
}

/** A NIC that the drive names without networks is left alone. */
function isWritten({ links }: ResolvedNetwork, link: ResolvedLink): boolean {
  const isPlain = link.kind === 'physical' && link.memberOf === undefined;
  const isIdle = link.addresses.length === 0 && link.routes.length === 0 && Object.keys(link.automatic).length === 0;
  return !isPlain || !isIdle || links.some(({ vlan }) => vlan?.parent === link.name);
}

function listValues(link: ResolvedLink): [what: string, value: string][] {
  const values: [string, string | number | undefined][] = [
    ['MTU', link.mtu],
    ['VLAN id', link.vlan?.id],
    ['MAC', link.kind === 'physical' ? undefined : link.mac],
    ...link.addresses.map(({ address }): [string, string] => ['address', address]),
    ...link.routes.flatMap(
      ({ gateway, metric, destination, prefixLength }): [string, string | number | undefined][] => [
        ['gateway', gateway],
        ['metric', metric],
        ['destination', prefixLength === 0 ? undefined : destination],
      ],
    ),
    ...link.dns.map((server): [string, string] => ['name server', server]),
    ...Object.entries(link.bond?.options ?? {}).flatMap(([option, value]) =>
      value.split(',').map((part): [string, string] => [option, part]),
    ),
  ];
  return values.flatMap(([what, value]): [string, string][] => (value === undefined ? [] : [[what, String(value)]]));
}

/** Each text equals its file, and `present` has no file besides. */
function compare(folder: string, wanted: ReadonlyMap<string, string>, present: readonly string[]): void {
  const stale = present.filter((path) => !wanted.has(path));
  if (isUpdate) {
    for (const path of stale) rmSync(join(folder, path));
    for (const [path, text] of wanted) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return;
  }
  assert.deepEqual(stale, [], 'expectations that nothing is made for');
  for (const [path, text] of wanted) {
    assert.ok(existsSync(join(folder, path)), `no expectation ${path}`);
    assert.equal(text, readFileSync(join(folder, path), 'utf8'), path);
  }
}

function listFiles(folder: string, below: string): string[] {
  if (!existsSync(join(folder, below))) return [];
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = `${below}/${entry.name}`;
    return entry.isDirectory() ? listFiles(folder, path) : [path];
  });
}

function spellDiagnostic({ severity, code, source, line, path, message }: Diagnostic): string {
  // JSON is read without places here.
  const file = source.startsWith('openstack/content/') && line !== undefined ? `${source}:${line}` : source;
  const place = [file, ...(path === undefined ? [] : [path])].join(' ').replace(/^openstack\/latest\//, '');
  return `${severity} ${code} ${place}: ${message}`;
}

const widest = 140;

/** JSON with as much in a line as fits; origins by their source alone. */
function spell(value: unknown, indent = ''): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const deeper = `${indent}  `;
  const isList = Array.isArray(value);
  const parts = isList
    ? value.map((item) => spell(item, deeper))
    : Object.entries(value).map(
        ([key, item]) => `${JSON.stringify(key)}: ${spell(key === 'origin' ? item.source : item, deeper)}`,
      );
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  const flat =
    parts.length === 0 || isList ? `${open}${parts.join(', ')}${close}` : `${open} ${parts.join(', ')} ${close}`;
  if (!flat.includes('\n') && indent.length + flat.length <= widest) return flat;
  return `${open}\n${parts.map((part) => deeper + part).join(',\n')}\n${indent}${close}`;
}
