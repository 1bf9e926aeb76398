// Keys that JavaScript keeps for itself: libraries skip them in silence, so they are found and refused before.

import type { KeyPath } from './module-section.ts';
import { isMap } from './pruned-value.ts';

const reserved: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The paths of all reserved keys in a value, outermost only. */
export function findReservedKeys(value: unknown): KeyPath[] {
  const found: KeyPath[] = [];
  search(value, [], found);
  return found;
}

function search(value: unknown, path: (string | number)[], found: KeyPath[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) {
      const entry: unknown = value[at];
      if (typeof entry === 'object') searchBelow(entry, at, path, found);
    }
  } else if (isMap(value)) {
    for (const key of Object.keys(value)) {
      if (reserved.has(key)) found.push([...path, key]);
      else if (typeof value[key] === 'object') searchBelow(value[key], key, path, found);
    }
  }
}

function searchBelow(value: unknown, key: string | number, path: (string | number)[], found: KeyPath[]): void {
  path.push(key);
  search(value, path, found);
  path.pop();
}
