// Merges two documents as cloud-init does (cloudinit/mergers/m_dict.py, m_list.py, m_str.py). What a merge loses is told, so that nothing of
// a document disappears in silence.

import { isMap } from '../pruned-value.ts';
import type { Strategy } from './merge-strategy.ts';
import { concatLists, holdSame, listEntries, listItems, makeList, makeMap, type Node } from './node.ts';

/**
 * replaced: `loser` gives way to `winner`. cut: items of `loser` that go beyond the length of `winner`. misfit: `loser` is of a type that the
 * strategy cannot join to `winner`'s.
 */
export type Loss = { readonly kind: 'replaced' | 'cut' | 'misfit'; readonly loser: Node; readonly winner: Node };

type Merge = { readonly strategy: Strategy; readonly onLoss: (loss: Loss) => void };

/** Merges `newer` into `older`, which decides by its type which strategy applies. */
export function mergeNodes(older: Node, newer: Node, merge: Merge): Node {
  const { dict, list, str } = merge.strategy;
  if (isMap(older.value) && dict !== undefined) return mergeMaps(older, newer, dict, merge);
  if (Array.isArray(older.value) && list !== undefined) return mergeLists(older, newer, list, merge);
  if (typeof older.value === 'string' && str !== undefined) return mergeTexts(older, newer, str, merge);
  return keep(older, newer, 'replaced', merge);
}

function keep(winner: Node, loser: Node, kind: Loss['kind'], { onLoss }: Merge): Node {
  if (kind === 'misfit' || !holdSame(winner.value, loser.value)) onLoss({ kind, loser, winner });
  return winner;
}

function mergeMaps(older: Node, newer: Node, dict: NonNullable<Strategy['dict']>, merge: Merge): Node {
  if (!isMap(newer.value)) return keep(older, newer, 'misfit', merge);
  const entries = new Map(listEntries(older));
  for (const [key, theirs] of listEntries(newer)) {
    const ours = entries.get(key);
    if (ours === undefined) entries.set(key, theirs);
    else if (theirs.value === null && dict.allowDelete) entries.delete(key);
    else if (dict.replace) entries.set(key, keep(theirs, ours, 'replaced', merge));
    else if (
      Array.isArray(theirs.value)
        ? dict.recurseList
        : typeof theirs.value === 'string'
          ? dict.recurseStr
          : isMap(theirs.value)
    ) {
      entries.set(key, mergeNodes(ours, theirs, merge));
    } else keep(ours, theirs, 'replaced', merge);
  }
  return makeMap(entries, older);
}

function mergeLists(older: Node, newer: Node, list: NonNullable<Strategy['list']>, merge: Merge): Node {
  if (!Array.isArray(newer.value)) {
    return list.method === 'replace' ? keep(newer, older, 'replaced', merge) : keep(older, newer, 'misfit', merge);
  }
  if (list.method === 'prepend') return concatLists(newer, older, older);
  if (list.method === 'append') return concatLists(older, newer, older);
  const ours = listItems(older);
  const theirs = listItems(newer);
  const merged = ours.map((item, index) => {
    const other = theirs[index];
    if (other === undefined) return item;
    if (list.method === 'no_replace') return keep(item, other, 'replaced', merge);
    const isJoined = Array.isArray(other.value)
      ? list.recurseList
      : typeof other.value === 'string'
        ? list.recurseStr
        : isMap(other.value) && list.recurseDict;
    return isJoined ? mergeNodes(item, other, merge) : keep(other, item, 'replaced', merge);
  });
  if (theirs.length > ours.length) merge.onLoss({ kind: 'cut', loser: newer, winner: older });
  return makeList(merged, older);
}

function mergeTexts(older: Node, newer: Node, str: NonNullable<Strategy['str']>, merge: Merge): Node {
  if (!str.append) return keep(newer, older, 'replaced', merge);
  if (typeof newer.value !== 'string') return keep(older, newer, 'misfit', merge);
  return { value: `${older.value}${newer.value}`, origin: newer.origin };
}
