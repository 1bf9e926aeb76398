// A value that knows where each of its pieces was written: documents are put together from several parts, and what is said about a value
// must still name its own part and line.

import type { KeyPath } from '../module-section.ts';
import { isMap } from '../pruned-value.ts';

/** A text that values come from. */
export type Text = {
  readonly source: string;
  locate(path: KeyPath): { readonly line: number; readonly column: number };
};

/** Where a value was written: one path of one text, or, for a collection that was put together, an origin for each child. */
export type Origin = {
  readonly text: Text;
  readonly path: KeyPath;
  readonly children?: ReadonlyMap<string, Origin> | readonly Origin[];
};

/** A value and its origin; never changed in place, because YAML aliases share values. */
export type Node = { readonly value: unknown; readonly origin: Origin };

export type SourcePlace = { readonly source: string; readonly line: number; readonly column: number };

/** A document, or a value of one, as it was read. */
export function makeNode(value: unknown, text: Text, path: KeyPath = []): Node {
  return { value, origin: { text, path } };
}

/** One child; undefined where there is none. */
export function childOf({ value, origin }: Node, key: string | number): Node | undefined {
  if (Array.isArray(value)) {
    return typeof key === 'number' && key < value.length
      ? { value: value[key], origin: childOrigin(origin, key) }
      : undefined;
  }
  if (!isMap(value) || !Object.hasOwn(value, key)) return undefined;
  return { value: value[String(key)], origin: childOrigin(origin, key) };
}

/** Entries of a map in its order; none of anything else. */
export function listEntries(node: Node): [key: string, child: Node][] {
  const { value } = node;
  return isMap(value)
    ? Object.keys(value).map((key) => [key, { value: value[key], origin: childOrigin(node.origin, key) }])
    : [];
}

/** Items of a list; none of anything else. */
export function listItems(node: Node): Node[] {
  const { value, origin } = node;
  if (!Array.isArray(value)) return [];
  return value.map((item: unknown, index) => ({ value: item, origin: childOrigin(origin, index) }));
}

/** A map of nodes; `base` stands for the map itself. */
export function makeMap(entries: ReadonlyMap<string, Node>, base: Node): Node {
  const value: Record<string, unknown> = Object.create(null);
  const children = new Map<string, Origin>();
  for (const [key, child] of entries) {
    value[key] = child.value;
    children.set(key, child.origin);
  }
  return { value, origin: { text: base.origin.text, path: base.origin.path, children } };
}

/** A list of nodes; `base` stands for the list itself. */
export function makeList(items: readonly Node[], base: Node): Node {
  const { text, path } = base.origin;
  return {
    value: items.map(({ value }) => value),
    origin: { text, path, children: items.map(({ origin }) => origin) },
  };
}

/** The place of the value at `path` below an origin, or of its nearest ancestor that is there. */
export function locateBelow(origin: Origin, path: KeyPath): SourcePlace {
  let here = origin;
  let at = 0;
  for (; at < path.length && here.children !== undefined; at++) {
    const key = path[at];
    const child =
      here.children instanceof Map ? here.children.get(String(key)) : (here.children as readonly Origin[])[Number(key)];
    if (child === undefined) return place(here, []);
    here = child;
  }
  return place(here, path.slice(at));
}

function place({ text, path, children }: Origin, below: KeyPath): SourcePlace {
  const { line, column } = text.locate(children === undefined ? [...path, ...below] : path);
  return { source: text.source, line, column };
}

function childOrigin(origin: Origin, key: string | number): Origin {
  const { text, path, children } = origin;
  if (children === undefined) return { text, path: [...path, key] };
  const child = children instanceof Map ? children.get(String(key)) : (children as readonly Origin[])[Number(key)];
  return child ?? { text, path };
}

/** The items of two lists one after the other; `base` stands for the list itself. */
export function concatLists(first: Node, second: Node, base: Node): Node {
  // concat copies a block at once, where a spread walks: lists are merged again and again as parts come.
  const value = (first.value as readonly unknown[]).concat(second.value as readonly unknown[]);
  const { text, path } = base.origin;
  return { value, origin: { text, path, children: listOrigins(first).concat(listOrigins(second)) } };
}

function listOrigins({ value, origin }: Node): readonly Origin[] {
  const { children } = origin;
  if (Array.isArray(children)) return children as readonly Origin[];
  return (value as readonly unknown[]).map((_, index) => childOrigin(origin, index));
}

/** Values that a value holds, shared ones counted each time, up to `limit`; Infinity where it nests deeper than `maxDepth`. */
export function countValues(value: unknown, limit: number, maxDepth: number): number {
  if (maxDepth < 0) return Number.POSITIVE_INFINITY;
  let count = 1;
  const children = Array.isArray(value) ? value : isMap(value) ? Object.values(value) : [];
  for (const child of children) {
    if (count > limit) return count;
    count += countValues(child, limit - count, maxDepth - 1);
  }
  return count;
}

/**
 * Whether two values say the same, whatever the order of a map's keys (RFC 6902 § 4.6). Shared values make a comparison longer than the
 * document: false once `left` is used up.
 */
export function holdSame(a: unknown, b: unknown, left: { steps: number } = { steps: 500_000 }): boolean {
  if (a === b) return true;
  left.steps--;
  if (left.steps < 0) return false;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => holdSame(item, b[index], left));
  }
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && holdSame(a[key], b[key], left))
  );
}
