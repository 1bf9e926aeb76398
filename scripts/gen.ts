// npm run gen: writes what follows from the folders and schemas: the registries, the editor's JSON Schema, the modules'
// pages and the keys in the manual page. `--check` writes nothing and fails when anything would change.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { GenericSchema } from 'valibot';
import { composeSchema, convertOwner, printSchema, type SchemaOwner } from '../src/cli/cloud-config-schema.ts';
import { listKeys } from '../src/userdata/known-keys.ts';
import { renderKeys } from './gen/key-list.ts';
import { replaceKeys } from './gen/man-page.ts';
import { type ModulePage, renderIndex, renderModulePage } from './gen/module-docs.ts';
import {
  generatedNotice,
  listEntries,
  listIncomplete,
  registryKinds,
  renderRegistry,
  toExportName,
} from './gen/registries.ts';

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, root: { type: 'string' } },
});
const root = values.root ?? dirname(import.meta.dirname);

const problems: string[] = [];
const files = new Map<string, string>();

for (const { folder, exportName } of registryKinds) {
  if (!existsSync(join(root, folder))) continue;
  const file = `${folder}/registry.generated.ts`;
  files.set(file, formatSource(file, renderRegistry(listEntries(root, folder), exportName)));
  for (const name of listIncomplete(root, folder)) problems.push(`${folder}/${name} has no index.ts`);
}
// Written before the modules are loaded: a module may be reached through the registry.
settleFiles();

const pages = await loadModules();
if (pages.length > 0) {
  files.clear();
  files.set('docs/cloud-config.schema.json', printSchema(composeOwners(pages)));
  files.set(
    'docs/keys.md',
    renderKeys(
      listKeys(pages.map(({ folder, keys }) => ({ name: folder, keys }))),
      pages.flatMap(({ owner }) => owner.undone).sort(),
    ),
  );
  for (const page of pages) files.set(`docs/modules/${page.folder}.md`, renderModulePage(page));
  files.set('docs/modules/README.md', renderIndex(pages));
  const manual = join(root, 'packaging/man/guest-init.8');
  if (existsSync(manual)) files.set('packaging/man/guest-init.8', renderManual(manual));
  settleFiles();
  // A module that cannot be loaded has no page in the list, but its page is not stale for that.
  if (pages.length === listEntries(root, 'src/modules').length) removeStalePages(new Set(files.keys()));
}

for (const problem of problems) console.error(`gen: ${problem}`);
if (problems.length > 0) process.exitCode = 1;

type LoadedOwner = SchemaOwner & { undone: readonly string[] };
type LoadedModule = ModulePage & { owner: LoadedOwner };

/** Spellings with a hyphen are those of long ago: the manual names the others. */
function renderManual(path: string): string {
  const keys = pages.flatMap((page) => page.keys).filter((key) => /^\w+$/.test(key));
  return replaceKeys(readFileSync(path, 'utf8'), keys.sort());
}

function composeOwners(loaded: readonly LoadedModule[]): ReturnType<typeof composeSchema> {
  try {
    return composeSchema(loaded.map(({ owner }) => owner));
  } catch (error) {
    problems.push((error as Error).message);
    return {};
  }
}

async function loadModules(): Promise<LoadedModule[]> {
  const loaded: LoadedModule[] = [];
  for (const folder of listEntries(root, 'src/modules')) {
    const readme = join(root, 'src/modules', folder, 'README.md');
    if (!existsSync(readme)) problems.push(`src/modules/${folder} has no README.md`);
    try {
      const owner = await loadOwner(folder);
      const text = existsSync(readme) ? readFileSync(readme, 'utf8') : `# ${folder}`;
      loaded.push({ folder, readme: text, keys: owner.keys, schema: convertOwner(owner), owner });
    } catch (error) {
      problems.push(`src/modules/${folder}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  return loaded;
}

async function loadOwner(folder: string): Promise<LoadedOwner> {
  const exportName = toExportName(folder);
  const url = pathToFileURL(join(root, 'src/modules', folder, 'index.ts')).href;
  const exported = (await import(url)) as Record<
    string,
    { keys?: string[]; schema?: GenericSchema; undone?: string[] } | undefined
  >;
  const definition = exported[exportName];
  if (definition?.keys === undefined || definition.schema === undefined) {
    throw new Error(`index.ts must export ${exportName}, a module definition with keys and schema`);
  }
  return { folder, keys: definition.keys, schema: definition.schema, undone: definition.undone ?? [] };
}

/** Writes the planned files that differ, or with --check reports them. */
function settleFiles(): void {
  for (const [file, content] of files) {
    const path = join(root, file);
    if (existsSync(path) && readFileSync(path, 'utf8') === content) continue;
    if (values.check) {
      problems.push(`${file} is not current: run \`npm run gen\``);
      continue;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    console.log(`wrote ${file}`);
  }
}

/** Pages of modules that are gone. Pages without our notice are somebody's own and stay. */
function removeStalePages(current: ReadonlySet<string>): void {
  const folder = join(root, 'docs/modules');
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.md'))) {
    const file = `docs/modules/${name}`;
    if (current.has(file) || !readFileSync(join(root, file), 'utf8').includes(generatedNotice)) continue;
    if (values.check) problems.push(`${file} belongs to no module: run \`npm run gen\``);
    else rmSync(join(root, file));
  }
}

/** The text as Biome wants it, imports in its order included. */
function formatSource(file: string, text: string): string {
  const own = dirname(import.meta.dirname);
  const biome = join(own, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const result = spawnSync(process.execPath, [biome, 'check', '--write', `--stdin-file-path=${file}`], {
    cwd: own,
    input: text,
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`biome cannot format ${file}:\n${result.stderr}`);
  return result.stdout;
}
