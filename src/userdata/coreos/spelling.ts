// Keys of a CoreOS document with `-` where they are written with `_` today: CoreOS took either, at every level. Only where CoreOS has keys
// of its own; names of the author's choice stay as they are.

import type { KeyPath } from '../module-section.ts';
import { isMap } from '../pruned-value.ts';

export type Respelt = {
  readonly value: Readonly<Record<string, unknown>>;
  /** From a path in `value` to the path as it was written. */
  toWritten(path: KeyPath): KeyPath;
  /** Keys, as they were written, that stand beside the same key in today's spelling. */
  readonly covered: readonly KeyPath[];
};

const topKeys: ReadonlySet<string> = new Set(['ssh_authorized_keys', 'write_files', 'manage_etc_hosts']);
const listsOfMaps: ReadonlySet<string> = new Set(['users', 'write_files']);

/** Gives a document whose keys are all in today's spelling; the one given is not changed. */
export function respellKeys(document: Readonly<Record<string, unknown>>): Respelt {
  const written = new WeakMap<object, ReadonlyMap<string, string>>();
  const covered: KeyPath[] = [];

  const respell = (value: unknown, path: KeyPath, isMeant: (key: string) => boolean, below: typeof deep): unknown => {
    if (Array.isArray(value)) return value.map((item: unknown, at) => respell(item, [...path, at], isMeant, below));
    if (!isMap(value)) return value;
    const map: Record<string, unknown> = Object.create(null);
    const names = new Map<string, string>();
    for (const key of Object.keys(value)) {
      const today = key.replaceAll('-', '_');
      const isOld = today !== key && isMeant(today);
      if (isOld && Object.hasOwn(value, today)) covered.push([...path, key]);
      else {
        const name = isOld ? today : key;
        names.set(name, key);
        map[name] = below(value[key], [...path, key], name);
      }
    }
    written.set(map, names);
    return map;
  };
  const every = (): boolean => true;
  const deep = (value: unknown, path: KeyPath, _name: string): unknown => respell(value, path, every, deep);
  const shallow = (value: unknown): unknown => value;
  const top = (value: unknown, path: KeyPath, name: string): unknown => {
    if (name === 'coreos') return deep(value, path, name);
    return listsOfMaps.has(name) && Array.isArray(value) ? respell(value, path, every, shallow) : value;
  };

  const value = respell(document, [], (key) => topKeys.has(key), top) as Respelt['value'];
  return {
    value,
    covered,
    toWritten(path) {
      let here: unknown = value;
      return path.map((key) => {
        const name = isMap(here) ? (written.get(here)?.get(String(key)) ?? key) : key;
        here = Array.isArray(here) ? here[Number(key)] : isMap(here) ? here[String(key)] : undefined;
        return name;
      });
    },
  };
}
