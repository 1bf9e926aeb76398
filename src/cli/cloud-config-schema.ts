// The editor's JSON Schema (draft-07, which YAML editors expect) of a whole cloud-config, from the modules' own schemas. The program
// prints it, and the generator writes it to docs/.
import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema } from 'valibot';

/** What the generator needs of a module's definition. */
export interface SchemaOwner {
  /** Folder name. */
  folder: string;
  keys: readonly string[];
  schema: GenericSchema;
}

/** The part of JSON Schema that valibot's converter produces and that this generator reads. */
export interface JsonSchema {
  $ref?: string;
  $schema?: string;
  title?: string;
  description?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  items?: JsonSchema | JsonSchema[] | boolean;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  required?: string[];
  default?: unknown;
  definitions?: Record<string, JsonSchema>;
  [keyword: string]: unknown;
}

/** Schema of one module's keys. Throws when its properties are not exactly the keys it declares. */
export function convertOwner(owner: SchemaOwner): JsonSchema {
  // Checks and transformations have no JSON form: what the user may write is the input type, loosely.
  const converted = toJsonSchema(owner.schema, { target: 'draft-07', typeMode: 'input', errorMode: 'ignore' });
  // The converter says $defs whatever the draft; draft-07 editors look under definitions.
  const { $defs, ...rest } = converted as JsonSchema & { $defs?: Record<string, JsonSchema> };
  const named: JsonSchema = $defs === undefined ? rest : { ...rest, definitions: $defs };
  const schema = rewriteReferences(named, (name) => name);
  const properties = Object.keys(schema.properties ?? {}).sort();
  const keys = [...owner.keys].sort();
  if (JSON.stringify(properties) !== JSON.stringify(keys)) {
    throw new Error(
      `module ${owner.folder}: its keys are [${keys.join(', ')}] but its schema has entries [${properties.join(', ')}]`,
    );
  }
  return schema;
}

/** One loose object of all modules' keys. Throws when two modules claim the same key. */
export function composeSchema(owners: readonly SchemaOwner[]): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const definitions: Record<string, JsonSchema> = {};
  const ownerOfKey = new Map<string, string>();
  for (const owner of owners) {
    const schema = convertOwner(owner);
    // Definitions are numbered module by module: the folder's name keeps them apart.
    const rename = (name: string) => `${owner.folder}.${name}`;
    for (const [key, value] of Object.entries(schema.properties ?? {})) {
      const other = ownerOfKey.get(key);
      if (other !== undefined) throw new Error(`key ${key} belongs to both ${other} and ${owner.folder}`);
      ownerOfKey.set(key, owner.folder);
      properties[key] = rewriteReferences(value, rename);
    }
    for (const [name, value] of Object.entries(schema.definitions ?? {})) {
      definitions[rename(name)] = rewriteReferences(value, rename);
    }
  }
  const sorted = Object.fromEntries(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'cloud-config as guest-init reads it',
    type: 'object',
    properties: sorted,
    additionalProperties: true,
    ...(Object.keys(definitions).length > 0 ? { definitions } : {}),
  };
}

/** Text of the schema, the same in docs/ and from the program. */
export function printSchema(schema: JsonSchema): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** A copy in which every reference points to `#/definitions/` and the new name of what it pointed to. */
function rewriteReferences<T>(value: T, rename: (name: string) => string): T {
  const text = JSON.stringify(value, (key, inner: unknown) => {
    const name =
      key === '$ref' && typeof inner === 'string' ? /^#\/(?:\$defs|definitions)\/(.*)$/.exec(inner)?.[1] : undefined;
    return name === undefined ? inner : `#/definitions/${rename(name)}`;
  });
  return JSON.parse(text) as T;
}
