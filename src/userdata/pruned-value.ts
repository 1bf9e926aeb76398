// A value from which faulty entries are taken away, remembering where what is left stood in the user's file.

import type { KeyPath } from './module-section.ts';

type PlainMap = Record<string, unknown>;
type Cut = { removed: boolean; readonly below: Map<string | number, Cut> };

export type PrunedValue = {
  /** What is left. The value given at first is never changed. */
  readonly value: PlainMap;
  /** Takes the values at `paths` (in what is left) away. */
  remove(paths: readonly KeyPath[]): void;
  /** The path in the original of a path in what is left, cut where it leads to nothing. */
  toOriginal(path: KeyPath): (string | number)[];
};

/** Starts with the whole of `original`. */
export function createPrunedValue(original: PlainMap): PrunedValue {
  let value = original;
  /** For each list that lost entries: the original index of every entry left. */
  const indexes = new WeakMap<readonly unknown[], readonly number[]>();

  function prune(here: unknown, cut: Cut): unknown {
    if (Array.isArray(here)) {
      const before = indexes.get(here);
      const kept: number[] = [];
      const list: unknown[] = [];
      for (const [at, entry] of here.entries()) {
        const below = cut.below.get(at);
        if (below?.removed) continue;
        kept.push(before?.[at] ?? at);
        list.push(below === undefined ? entry : prune(entry, below));
      }
      indexes.set(list, kept);
      return list;
    }
    if (!isMap(here)) return here;
    const map: PlainMap = Object.assign(Object.create(null), here);
    for (const [key, below] of cut.below) {
      if (below.removed) delete map[key];
      else map[key] = prune(map[key], below);
    }
    return map;
  }

  return {
    get value() {
      return value;
    },
    remove(paths) {
      value = prune(value, collectCuts(paths)) as PlainMap;
    },
    toOriginal(path) {
      const original: (string | number)[] = [];
      let here: unknown = value;
      for (const key of path) {
        if (Array.isArray(here) && typeof key === 'number' && key < here.length) {
          original.push(indexes.get(here)?.[key] ?? key);
          here = here[key];
        } else if (isMap(here) && Object.hasOwn(here, key)) {
          original.push(key);
          here = here[String(key)];
        } else break;
      }
      return original;
    },
  };
}

function collectCuts(paths: readonly KeyPath[]): Cut {
  const root: Cut = { removed: false, below: new Map() };
  for (const path of paths) {
    let cut = root;
    for (const key of path) {
      let next = cut.below.get(key);
      if (next === undefined) {
        next = { removed: false, below: new Map() };
        cut.below.set(key, next);
      }
      cut = next;
    }
    cut.removed = true;
  }
  return root;
}

/** Whether a value is a map of keys, as YAML and JSON have them. */
export function isMap(value: unknown): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
