// A module's page in docs/modules: its README.md followed by a table of its keys, read off its schema.
import type { JsonSchema } from '../../src/cli/cloud-config-schema.ts';
import { generatedNotice } from './registries.ts';

export interface ModulePage {
  folder: string;
  readme: string;
  keys: readonly string[];
  schema: JsonSchema;
}

/** Text of docs/modules/FOLDER.md. */
export function renderModulePage({ folder, readme, schema }: ModulePage): string {
  const rows = Object.entries(schema.properties ?? {}).flatMap(([key, value]) =>
    listRows({ path: key, schema: value, required: (schema.required ?? []).includes(key), root: schema, depth: 0 }),
  );
  const table = rows.map((row) => `| \`${row.path}\` | ${row.type} | ${row.note} |`);
  return [
    `<!-- ${generatedNotice} Source: src/modules/${folder}/README.md and schema. -->`,
    '',
    aimLinks(readme.trim()),
    '',
    '## Keys and types',
    '',
    '| key | type | |',
    '|---|---|---|',
    ...table,
    '',
  ].join('\n');
}

/** In a README beside the sources a link leads to another module's README or into docs/; in docs/modules to the pages made of them. */
function aimLinks(text: string): string {
  return text.replace(/\]\(\.\.\/([\w-]+)\/README\.md(?=[#)])/g, ']($1.md').replaceAll('](../../../docs/', '](../');
}

/** Text of docs/modules/README.md: which module owns which key. */
export function renderIndex(pages: readonly Pick<ModulePage, 'folder' | 'keys'>[]): string {
  const rows = pages.flatMap(({ folder, keys }) => keys.map((key) => ({ key, folder })));
  rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  return [
    `<!-- ${generatedNotice} -->`,
    '',
    '# Keys of a cloud-config',
    '',
    '| key | module |',
    '|---|---|',
    ...rows.map(({ key, folder }) => `| \`${key}\` | [${folder}](${folder}.md) |`),
    '',
  ].join('\n');
}

interface Row {
  path: string;
  type: string;
  note: string;
}

interface Place {
  path: string;
  schema: JsonSchema;
  required: boolean;
  root: JsonSchema;
  depth: number;
}

/** Deeper than this a table no longer helps: the type says `object` and the README explains. */
const maxDepth = 3;

function listRows({ path, schema, required, root, depth }: Place): Row[] {
  const target = resolveReference(schema, root);
  const notes = [
    required && depth > 0 ? 'required' : '',
    describeDefault(target),
    escapeCell(target.description ?? ''),
  ];
  const row: Row = { path, type: describeType(target, root), note: notes.filter((note) => note !== '').join('; ') };
  if (depth >= maxDepth) return [row];
  return [row, ...findObjects(target, root, path).flatMap((found) => listFields(found, root, depth + 1))];
}

function listFields({ path, schema }: { path: string; schema: JsonSchema }, root: JsonSchema, depth: number): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    listRows({
      path: `${path}.${name}`,
      schema: field,
      required: (schema.required ?? []).includes(name),
      root,
      depth,
    }),
  );
}

/** The objects with named fields that a value may be or hold: itself, its alternatives, the items of its list. */
function findObjects(schema: JsonSchema, root: JsonSchema, path: string): { path: string; schema: JsonSchema }[] {
  const target = resolveReference(schema, root);
  if (target.properties !== undefined) return [{ path, schema: target }];
  const alternatives = [...(target.anyOf ?? []), ...(target.oneOf ?? []), ...(target.allOf ?? [])];
  const items = typeof target.items === 'object' && !Array.isArray(target.items) ? [target.items] : [];
  return [
    ...alternatives.flatMap((alternative) => findObjects(alternative, root, path)),
    ...items.flatMap((item) => findObjects(item, root, `${path}[]`)),
  ];
}

function describeType(schema: JsonSchema, root: JsonSchema, nested = false): string {
  const target = resolveReference(schema, root);
  if (target.const !== undefined) return code(target.const);
  if (target.enum !== undefined) return target.enum.map(code).join(' \\| ');
  const alternatives = target.anyOf ?? target.oneOf;
  if (alternatives !== undefined) {
    const types = new Set(alternatives.map((alternative) => describeType(alternative, root, nested)));
    return [...types].join(nested ? ' or ' : ' \\| ');
  }
  if (target.type === 'array') return `list of ${describeItems(target, root)}`;
  if (target.type === 'object' || target.properties !== undefined) return 'object';
  if (Array.isArray(target.type)) return target.type.join(' \\| ');
  return target.type ?? 'any';
}

function describeItems(schema: JsonSchema, root: JsonSchema): string {
  if (Array.isArray(schema.items)) return schema.items.map((item) => describeType(item, root, true)).join(', ');
  return typeof schema.items === 'object' ? describeType(schema.items, root, true) : 'any';
}

function describeDefault(schema: JsonSchema): string {
  return schema.default === undefined ? '' : `default ${code(schema.default)}`;
}

function code(value: unknown): string {
  return `\`${escapeCell(JSON.stringify(value))}\``;
}

function escapeCell(text: string): string {
  return text.replace(/\|/g, '\\|').replace(/\s+/g, ' ');
}

function resolveReference(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = schema.$ref?.replace(/^#\/definitions\//, '');
  return (name === undefined ? undefined : root.definitions?.[name]) ?? schema;
}
