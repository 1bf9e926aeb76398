// Imports point one way: cli, pipeline, then the pure folders and the executors, then core; effects sit behind host.
// Reads the sources itself, so that a mistake in the linter's configuration does not go unnoticed.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../support/built-program.ts';

interface Import {
  /** Importing file, relative to src. */
  file: string;
  line: number;
  /** As written: a package, a module of Node, or a relative path. */
  specifier: string;
  /** Imported file relative to src; undefined for packages and modules of Node. */
  target: string | undefined;
}

const pureFolders = ['core', 'datasources', 'distros', 'drive-image', 'modules', 'network', 'userdata', 'yaml'];

/** What each folder may import besides itself. A folder that is not listed here is a decision nobody took. */
const allowedFolders: Record<string, readonly string[]> = {
  core: [],
  yaml: ['core'],
  distros: ['core'],
  network: ['core', 'distros'],
  'drive-image': ['core'],
  userdata: ['core', 'yaml'],
  modules: ['core', 'yaml', 'distros', 'network', 'userdata'],
  datasources: ['core', 'yaml', 'network', 'userdata'],
  // Pure folders declare the ports that they need and host provides them; nothing pure looks back.
  host: pureFolders,
  state: [...pureFolders, 'host'],
  executors: [...pureFolders, 'host', 'state'],
  pipeline: [...pureFolders, 'host', 'state', 'executors'],
  report: [...pureFolders, 'state'],
  collect: [...pureFolders, 'host', 'state', 'report'],
  rehearsal: [...pureFolders, 'host', 'state', 'executors', 'pipeline'],
  undo: [...pureFolders, 'host', 'state', 'executors'],
  seal: [...pureFolders, 'host', 'state'],
  cli: [...pureFolders, 'host', 'state', 'executors', 'pipeline', 'report', 'collect', 'rehearsal', 'undo', 'seal'],
};

/** Modules of Node that compute and touch nothing outside the process. */
const pureBuiltins = ['buffer', 'crypto', 'path', 'path/posix', 'string_decoder', 'url', 'util', 'zlib'];

/** Which sources may import a package; packages that are not listed may not be imported at all. */
const packageHomes: Record<string, RegExp> = {
  valibot: /./,
  'js-yaml': /^yaml\//,
  '@noble/hashes': /^host\/crypto\.ts$/,
  execa: /^(?:host|rehearsal)\//,
  pino: /^(?:host\/|log\.ts$)/,
  systeminformation: /^host\//,
  yargs: /^cli\//,
  '@valibot/to-json-schema': /^cli\//,
};

const importPattern =
  /(?:^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*|^\s*import\s*|\b(?:import|require)\s*\(\s*)(['"])([^'"]+)\1/gm;

function findImports(file: string, text: string): Import[] {
  return [...text.matchAll(importPattern)].map((match) => {
    const specifier = match[2] ?? '';
    const start = match.index + match[0].indexOf(specifier);
    const line = text.slice(0, start).split('\n').length;
    const target = specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : undefined;
    return { file, line, specifier, target };
  });
}

function readImports(): Import[] {
  const src = join(repositoryRoot, 'src');
  return globSync('**/*.ts', { cwd: src })
    .filter((file) => !file.endsWith('.test.ts') && !/(?:^|\/)testing\//.test(file))
    .sort()
    .flatMap((file) => findImports(file, readFileSync(join(src, file), 'utf8')));
}

/** `modules` for modules/users/plan.ts; the file itself for what lies directly in src. */
function findLayer(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? '') : file;
}

function findPackage(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function describeBreach({ file, line, specifier, target }: Import): string | undefined {
  const layer = findLayer(file);
  const place = `src/${file}:${line} imports ${specifier}`;
  if (specifier.startsWith('node:')) {
    const allowed =
      ![...pureFolders, 'report'].includes(layer) || pureBuiltins.includes(specifier.slice('node:'.length));
    return allowed ? undefined : `${place}: ${layer} is pure`;
  }
  if (target === undefined) {
    const home = packageHomes[findPackage(specifier)];
    return home?.test(file) ? undefined : `${place}: that package does not belong there`;
  }
  const other = findLayer(target);
  if (other.startsWith('..')) return `${place}: outside src`;
  if (/(?:^|\/)testing\/|\.test\.ts$/.test(target)) return `${place}: the product imports test code`;
  // main.ts starts everything; log.ts and other files directly in src serve the effect code alone.
  if (layer === 'main.ts' || other === layer) return undefined;
  if (other === 'main.ts') return `${place}: nothing imports the entry point`;
  if (other.endsWith('.ts')) return pureFolders.includes(layer) ? `${place}: ${layer} is pure` : undefined;
  if (layer.endsWith('.ts')) return undefined;
  const allowed = allowedFolders[layer];
  if (allowed === undefined) return `${place}: folder ${layer} has no place in the layering`;
  return allowed.includes(other) ? undefined : `${place}: ${layer} may not know ${other}`;
}

test('the import reader sees every form of import', () => {
  const text = [
    "import { a } from './a.ts';",
    "import type { B } from '../core/b.ts';",
    'import {\n  c,\n  d,\n} from "node:fs";',
    "export { e } from './e.ts';",
    "import './f.ts';",
    "const g = await import('./g.ts');",
    "const h = require('node:net');",
    "const text = 'no import from here';",
  ].join('\n');
  assert.deepEqual(
    findImports('yaml/x.ts', text).map(({ line, specifier, target }) => [line, specifier, target]),
    [
      [1, './a.ts', 'yaml/a.ts'],
      [2, '../core/b.ts', 'core/b.ts'],
      [6, 'node:fs', undefined],
      [7, './e.ts', 'yaml/e.ts'],
      [8, './f.ts', 'yaml/f.ts'],
      [9, './g.ts', 'yaml/g.ts'],
      [10, 'node:net', undefined],
    ],
  );
});

test('breaches are recognised', () => {
  const breaches: [file: string, specifier: string][] = [
    ['core/a.ts', 'node:fs'],
    ['modules/users/plan.ts', 'node:os'],
    ['core/a.ts', '../yaml/b.ts'],
    ['network/a.ts', '../host/real.ts'],
    ['modules/users/plan.ts', '../../executors/file.ts'],
    ['host/a.ts', '../pipeline/run.ts'],
    ['pipeline/a.ts', '../cli/run.ts'],
    ['core/a.ts', '../log.ts'],
    ['cli/a.ts', 'execa'],
    ['host/a.ts', 'left-pad'],
    ['executors/a.ts', '../drive-image/testing/b.ts'],
    ['extras/a.ts', '../core/b.ts'],
  ];
  for (const [file, specifier] of breaches) {
    const [found] = findImports(file, `import { x } from '${specifier}';`);
    assert.ok(found && describeBreach(found), `${file} importing ${specifier} goes unnoticed`);
  }
});

test('imports point one way', () => {
  const imports = readImports();
  assert.ok(imports.length > 0, 'no import was found at all');
  assert.deepEqual(
    imports.map(describeBreach).filter((breach) => breach !== undefined),
    [],
  );
});

test('no two folders import each other, directly or round a corner', () => {
  const edges = new Map<string, Set<string>>();
  for (const { file, target } of readImports()) {
    if (target === undefined || findLayer(target) === findLayer(file)) continue;
    edges.set(findLayer(file), (edges.get(findLayer(file)) ?? new Set()).add(findLayer(target)));
  }
  assert.deepEqual(findCycle(edges), []);
});

/** A path of folders that ends where it began; empty when there is none. */
function findCycle(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const settled = new Set<string>();
  const visit = (folder: string, path: readonly string[]): string[] => {
    if (path.includes(folder)) return [...path.slice(path.indexOf(folder)), folder];
    if (settled.has(folder)) return [];
    for (const next of edges.get(folder) ?? []) {
      const cycle = visit(next, [...path, folder]);
      if (cycle.length > 0) return cycle;
    }
    settled.add(folder);
    return [];
  };
  for (const folder of edges.keys()) {
    const cycle = visit(folder, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
