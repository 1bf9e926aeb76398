// Every key below the top-level ones, as `users[].name`, from the same schema that editors get; and which of them are left undone.

import type { JsonSchema } from './cloud-config-schema.ts';

/** `path`: `[]` stands for the entries of a list, `*` for names of the user's choice. */
export type Subkey = { readonly path: string; readonly supported: boolean };

/** By top-level key, in the order of the schema. `undone`: paths that are recognised, reported and left undone. */
export function listSubkeys(schema: JsonSchema, undone: ReadonlySet<string>): ReadonlyMap<string, readonly Subkey[]> {
  return new Map(
    Object.entries(schema.properties ?? {}).map(([key, value]) => {
      const paths = new Set<string>();
      collectPaths(value, key, { paths, schema, within: [] });
      return [key, [...paths].map((path) => ({ path, supported: !undone.has(path) }))];
    }),
  );
}

type Walk = { readonly paths: Set<string>; readonly schema: JsonSchema; readonly within: readonly string[] };

function collectPaths(node: JsonSchema, path: string, walk: Walk): void {
  if (node.$ref !== undefined) {
    // A definition may hold itself.
    if (walk.within.includes(node.$ref)) return;
    const target = walk.schema.definitions?.[node.$ref.replace('#/definitions/', '')];
    if (target !== undefined) collectPaths(target, path, { ...walk, within: [...walk.within, node.$ref] });
    return;
  }
  for (const form of [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])]) {
    collectPaths(form, path, walk);
  }
  for (const [key, value] of Object.entries(node.properties ?? {})) {
    walk.paths.add(`${path}.${key}`);
    collectPaths(value, `${path}.${key}`, walk);
  }
  for (const item of [node.items ?? []].flat()) {
    if (typeof item === 'object') collectPaths(item, `${path}[]`, walk);
  }
  if (typeof node.additionalProperties === 'object') collectPaths(node.additionalProperties, `${path}.*`, walk);
}
