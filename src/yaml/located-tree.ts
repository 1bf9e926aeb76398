// The located tree: where each value and each key stands. Built only when someone asks for a place.
import { EVENT_ID, type Event, type ScalarEvent } from 'js-yaml';
import { BLOCK_STYLE, endOf, offsetOf, PLAIN_STYLE, readScalar } from './event-offsets.ts';
import { constructTagged, MERGE, resolvePlain, VALUE } from './scalars.ts';
import { nameTag, type TagHandles } from './tags.ts';

/**
 * A value's place. `offset` is where its source begins. A list's children are in order; a mapping's entries are by key,
 * the last one where a key is given twice, merged ones included.
 */
export type YamlNode = {
  readonly kind: 'scalar' | 'seq' | 'map';
  /** The key text of a scalar that is a key or has an anchor. */
  readonly key: string | undefined;
  readonly offset: number;
  readonly children: YamlNode[];
  readonly entries: Map<string, LocatedEntry>;
};

export type LocatedEntry = { readonly keyOffset: number; readonly node: YamlNode };

/** Finds the deepest existing place along a path. `wantKey`: at a mapping entry, its key rather than its value. */
export function locateIn(root: YamlNode, path: readonly (string | number)[], wantKey: boolean): number {
  let node = root;
  let offset = root.offset;
  for (const step of path) {
    if (node.kind === 'map') {
      const entry = node.entries.get(String(step));
      if (entry === undefined) return offset;
      node = entry.node;
      offset = wantKey ? entry.keyOffset : node.offset;
    } else {
      const child = node.children[Number(step)];
      if (child === undefined) return offset;
      node = child;
      offset = node.offset;
    }
  }
  return offset;
}

const noKey = { key: undefined, isMerge: false };

type Open = {
  readonly node: YamlNode;
  readonly merges: YamlNode[];
  key: { readonly text: string; readonly offset: number; readonly isMerge: boolean } | undefined;
  readonly anchor: string | undefined;
};

/** Builds the tree from the events of a document that has been constructed without a refusal. */
export function buildTree(text: string, events: readonly Event[], handles: TagHandles): YamlNode {
  const open: Open[] = [];
  const anchors = new Map<string, YamlNode>();
  let root: YamlNode | undefined;
  let cursor = 0;
  const add = (node: YamlNode, isMerge: boolean): void => {
    const top = open.at(-1);
    if (top === undefined) root = node;
    else if (top.node.kind === 'seq') top.node.children.push(node);
    else if (top.key === undefined) top.key = { text: node.key ?? '', offset: node.offset, isMerge };
    else {
      if (top.key.isMerge) {
        for (const source of node.kind === 'seq' ? node.children.toReversed() : [node]) top.merges.push(source);
      } else top.node.entries.set(top.key.text, { keyOffset: top.key.offset, node });
      top.key = undefined;
    }
  };
  for (const event of events) {
    switch (event.type) {
      case EVENT_ID.SCALAR: {
        const parent = open.at(-1);
        const { key, isMerge } = mayBeKey(event, parent) ? readKey(text, event, handles) : noKey;
        const offset = findScalar(text, event, cursor, parent);
        const node = makeNode('scalar', offset, key);
        if (endOf(event) < 0) cursor = Math.max(cursor, parent?.node.kind === 'seq' ? offset + 1 : cursor);
        if (event.anchorStart >= 0) anchors.set(text.slice(event.anchorStart, event.anchorEnd), node);
        add(node, isMerge);
        break;
      }
      case EVENT_ID.ALIAS: {
        const target = anchors.get(text.slice(event.anchorStart, event.anchorEnd));
        // The alias is where the value stands; what is inside it stands where it was first written.
        if (target !== undefined) add({ ...target, offset: event.anchorStart - 1 }, false);
        break;
      }
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING: {
        const anchor = event.anchorStart >= 0 ? text.slice(event.anchorStart, event.anchorEnd) : undefined;
        const kind = event.type === EVENT_ID.SEQUENCE ? 'seq' : 'map';
        open.push({ node: makeNode(kind, offsetOf(event, cursor), undefined), merges: [], key: undefined, anchor });
        break;
      }
      case EVENT_ID.POP: {
        const closed = open.pop();
        if (closed === undefined) break;
        for (const source of closed.merges.toReversed()) {
          for (const [key, entry] of source.entries) {
            if (!closed.node.entries.has(key)) closed.node.entries.set(key, entry);
          }
        }
        if (closed.anchor !== undefined) anchors.set(closed.anchor, closed.node);
        add(closed.node, false);
        break;
      }
    }
    cursor = Math.max(cursor, endOf(event));
  }
  return root ?? makeNode('scalar', 0, undefined);
}

/** What a node has none of is shared: a document may have two hundred thousand of them. */
const noChildren: YamlNode[] = [];
const noEntries: YamlNode['entries'] = new Map();

function makeNode(kind: YamlNode['kind'], offset: number, key: string | undefined): YamlNode {
  const children = kind === 'seq' ? [] : noChildren;
  return { kind, key, offset, children, entries: kind === 'map' ? new Map() : noEntries };
}

/** Whether a scalar here is a key, or may become one by its anchor. */
function mayBeKey({ anchorStart }: ScalarEvent, parent: Open | undefined): boolean {
  return anchorStart >= 0 || (parent?.node.kind === 'map' && parent.key === undefined);
}

/** Where a scalar begins: a block scalar at its `|` or `>`, an empty list entry at its dash, an empty value at its key. */
function findScalar(text: string, event: ScalarEvent, cursor: number, parent: Open | undefined): number {
  if (event.style >= BLOCK_STYLE) {
    if (event.tagStart >= 0 || event.anchorStart >= 0) return offsetOf(event, cursor);
    const header = text.slice(cursor, event.valueStart).search(/[|>]/);
    return header < 0 ? event.valueStart : cursor + header;
  }
  if (endOf(event) >= 0 || parent === undefined) return offsetOf(event, cursor);
  return parent.node.kind === 'map' ? (parent.key?.offset ?? cursor) : skipToDash(text, cursor);
}

function skipToDash(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const mark = text[at] as string;
    if (mark === '-') return at;
    if (mark === '#') {
      while (at + 1 < text.length && text[at + 1] !== '\n' && text[at + 1] !== '\r') at++;
    } else if (!/[\s\]}:,]/.test(mark)) {
      break;
    }
  }
  return from;
}

function readKey(text: string, event: ScalarEvent, handles: TagHandles): { key: string; isMerge: boolean } {
  const source = readScalar(text, event);
  let value: unknown = source;
  if (event.tagStart >= 0) {
    const tag = nameTag(text.slice(event.tagStart, event.tagEnd), handles) ?? 'str';
    value = tag === '!' ? resolvePlain(source) : constructTagged(tag, source);
  } else if (event.style === PLAIN_STYLE) {
    value = resolvePlain(source);
  }
  return { key: value === MERGE ? '<<' : value === VALUE ? '=' : String(value), isMerge: value === MERGE };
}
