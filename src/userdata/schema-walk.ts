// Finds what a valibot schema says about a path: which keys a map there knows, and whether its keys are free.

import type { GenericSchema } from 'valibot';
import type { KeyPath } from './module-section.ts';

/** The parts of valibot's schema objects that are looked into; each kind has some of them. */
type AnySchema = {
  readonly type: string;
  readonly kind: string;
  readonly message?: unknown;
  readonly wrapped?: AnySchema;
  readonly options?: readonly unknown[];
  readonly item?: AnySchema;
  readonly items?: readonly AnySchema[];
  readonly entries?: Readonly<Record<string, AnySchema>>;
  readonly value?: AnySchema;
  readonly pipe?: readonly AnySchema[];
  readonly getter?: (input: unknown) => AnySchema;
};

/** Every key that some form of the map at `path` knows; empty when nothing there is a map with fixed keys. */
export function findKnownKeys(schema: GenericSchema, path: KeyPath): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const found of findSchemas(schema, path)) {
    for (const key of Object.keys(found.entries ?? {})) keys.add(key);
  }
  return keys;
}

/** Whether the map at `path` has keys of the user's choice (groups by name, and the like). */
export function hasFreeKeys(schema: GenericSchema, path: KeyPath): boolean {
  return findSchemas(schema, path).some(({ type }) => type === 'record');
}

/**
 * What a union at `path` says it expects. Valibot passes on the faults of the one branch whose type fits, and with them goes
 * the union's own message.
 */
export function findUnionMessages(schema: GenericSchema, path: KeyPath): string[] {
  return findUnions(schema, path).flatMap(({ message }) => (typeof message === 'string' ? [message] : []));
}

/** The branches of the outermost union at `path`; undefined when there is none. */
export function findBranches(schema: GenericSchema, path: KeyPath): readonly GenericSchema[] | undefined {
  return findUnions(schema, path)[0]?.options as readonly GenericSchema[] | undefined;
}

function findUnions(schema: GenericSchema, path: KeyPath): AnySchema[] {
  const at = path.at(-1);
  const here =
    at === undefined
      ? [schema as AnySchema]
      : findSchemas(schema, path.slice(0, -1)).flatMap((outer) => step(outer, at));
  const unions: AnySchema[] = [];
  for (const inner of here) {
    unfold(inner, (seen) => {
      if (seen.type === 'union') unions.push(seen);
    });
  }
  return unions;
}

function findSchemas(schema: GenericSchema, path: KeyPath): AnySchema[] {
  let found = unfold(schema as AnySchema);
  for (const key of path) found = found.flatMap((outer) => step(outer, key).flatMap((inner) => unfold(inner)));
  return found;
}

/** The plain schemas behind wrappers, unions and pipes; `visit` sees every schema on the way. */
function unfold(schema: AnySchema, visit?: (schema: AnySchema) => void): AnySchema[] {
  visit?.(schema);
  const next = (inner: AnySchema): AnySchema[] => unfold(inner, visit);
  if (schema.wrapped !== undefined) return next(schema.wrapped);
  if (schema.pipe !== undefined) {
    const [first, ...rest] = schema.pipe;
    const later = rest.filter(({ kind }) => kind === 'schema').flatMap(next);
    return first === undefined ? later : [...next(first), ...later];
  }
  if (schema.type === 'lazy' && schema.getter !== undefined) return next(schema.getter(undefined));
  if (schema.type === 'union' || schema.type === 'variant' || schema.type === 'intersect') {
    return ((schema.options ?? []) as readonly AnySchema[]).flatMap(next);
  }
  return [schema];
}

function step(schema: AnySchema, key: string | number): AnySchema[] {
  let next: AnySchema | undefined;
  if (typeof key === 'number') next = schema.item ?? schema.items?.[key];
  else if (schema.entries !== undefined) next = Object.hasOwn(schema.entries, key) ? schema.entries[key] : undefined;
  else if (schema.type === 'record') next = schema.value;
  return next === undefined ? [] : [next];
}
