// One walk over the parser's events that builds plain values as PyYAML's safe constructor does, with every size bounded
// (decisions.md D11; reliability.md M4, § 4.1 Limits).
import { EVENT_ID, type Event, type MappingEvent, type ScalarEvent, type SequenceEvent } from 'js-yaml';
import { findSecondDocument, isQuoted, offsetOf, PLAIN_STYLE, readScalar } from './event-offsets.ts';
import { Refusal, SECOND_DOCUMENT, TOO_MANY_VALUES } from './refusal.ts';
import { constructTagged, MERGE, resolvePlain, UNFIT, VALUE } from './scalars.ts';
import { collectHandles, nameTag, type TagHandles } from './tags.ts';

export type Path = readonly (string | number)[];

export type Limits = {
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxNodes: number;
  readonly maxKeys: number;
};

/** A remark about a place in the document; `offset` is in UTF-16 units of the text that was parsed. */
export type Remark = { readonly path: Path; readonly offset: number };

export type Built = {
  readonly value: unknown;
  readonly duplicates: readonly Remark[];
  readonly keptTags: readonly (Remark & { readonly tag: string })[];
  readonly wholeFloats: readonly Remark[];
};

type PlainMap = Record<string, unknown>;

type Frame = {
  readonly kind: 'seq' | 'map' | 'pair';
  /** The special collection that the tag asks for. */
  readonly special: 'set' | 'pairs' | undefined;
  readonly items: unknown[];
  /** The shared empty one until there is an entry. */
  map: PlainMap;
  readonly offset: number;
  readonly anchor: string | undefined;
  key: string;
  hasKey: boolean;
  mergeNext: boolean;
  merges: PlainMap[] | undefined;
  size: number;
  height: number;
};

/** What a value comes from: its event, or for collections and aliases the offset. */
type Origin = ScalarEvent | { readonly offset: number };

type Anchored = { value: unknown; size: number; height: number; open: boolean };

type Build = {
  readonly text: string;
  readonly limits: Limits;
  readonly handles: TagHandles;
  readonly frames: Frame[];
  readonly anchors: Map<string, Anchored>;
  readonly duplicates: Remark[];
  readonly keptTags: (Remark & { readonly tag: string })[];
  readonly wholeFloats: Remark[];
  result: unknown;
  nodes: number;
  keys: number;
  aliases: number;
};

/** Every mapping without entries: a hundred thousand of their own would take a hundred MiB. */
const noMap: PlainMap = Object.freeze(Object.create(null) as PlainMap);
const KEY_MUST_BE_SCALAR = 'a key must be a plain value, not a list or a mapping';

/** Builds the value of a document's events; an empty stream is null. Throws Refusal. */
export function construct(text: string, events: readonly Event[], limits: Limits): Built {
  const [document] = events;
  if (document === undefined) return { value: null, duplicates: [], keptTags: [], wholeFloats: [] };
  const handles = document.type === EVENT_ID.DOCUMENT ? collectHandles(document) : new Map<string, string>();
  const build: Build = {
    text,
    limits,
    handles,
    frames: [],
    anchors: new Map(),
    duplicates: [],
    keptTags: [],
    wholeFloats: [],
    result: null,
    nodes: 0,
    keys: 0,
    aliases: 0,
  };
  for (let i = 1; i < events.length; i++) {
    const event = events[i] as Event;
    switch (event.type) {
      case EVENT_ID.SCALAR:
        addScalar(build, event);
        break;
      case EVENT_ID.SEQUENCE:
      case EVENT_ID.MAPPING:
        openCollection(build, event);
        break;
      case EVENT_ID.ALIAS:
        addAlias(build, text.slice(event.anchorStart, event.anchorEnd), event.anchorStart - 1);
        break;
      case EVENT_ID.POP:
        if (build.frames.length > 0) closeCollection(build);
        break;
      case EVENT_ID.DOCUMENT:
        throw new Refusal(findSecondDocument(text, events, i), SECOND_DOCUMENT);
    }
  }
  const { result: value, duplicates, keptTags, wholeFloats } = build;
  return { value, duplicates, keptTags, wholeFloats };
}

function addScalar(build: Build, event: ScalarEvent): void {
  const { text } = build;
  const source = readScalar(text, event);
  if (isQuoted(event) && hasImpossibleEscape(text, event, source)) {
    throw new Refusal(offsetOf(event, 0), 'an escape in this string stands for no character');
  }
  let value: unknown;
  let isFloat = event.style === PLAIN_STYLE && source.includes('.');
  if (event.tagStart < 0) {
    value = event.style === PLAIN_STYLE ? resolvePlain(source) : source;
  } else {
    const tag = nameTag(text.slice(event.tagStart, event.tagEnd), build.handles);
    if (tag === undefined) throw unknownTag(event.tagStart);
    value = tag === '!' ? resolvePlain(source) : constructTagged(tag, source);
    if (value === undefined) throw wrongKind(tag, event.tagStart);
    isFloat ||= tag === 'float';
    if (tag === 'timestamp') build.keptTags.push({ path: pathHere(build), offset: event.tagStart, tag: '!!timestamp' });
  }
  if (value === UNFIT) throw new Refusal(offsetOf(event, 0), 'this does not have the form of its type');
  if (isFloat && Number.isSafeInteger(value) && !Object.is(value, -0)) {
    build.wholeFloats.push({ path: pathHere(build), offset: offsetOf(event, 0) });
  }
  countNodes(build, 1, event, text.length);
  if (event.anchorStart >= 0) {
    const name = takeAnchor(build, event);
    build.anchors.set(name, { value, size: 1, height: 0, open: false });
  }
  addValue(build, value, 1, 0, event);
}

/** Half of a surrogate pair, or a code point beyond Unicode's last: nothing that a file could hold. */
function hasImpossibleEscape(text: string, { valueStart, valueEnd }: ScalarEvent, value: string): boolean {
  if (!value.isWellFormed()) return true;
  const at = text.indexOf('\\U', valueStart);
  return at >= 0 && at < valueEnd && /(?<!\\)(?:\\\\)*\\U(?!00(?:0|10))/.test(text.slice(valueStart, valueEnd));
}

function openCollection(build: Build, event: SequenceEvent | MappingEvent): void {
  const { frames, limits } = build;
  const isMap = event.type === EVENT_ID.MAPPING;
  const parent = frames.at(-1);
  if (frames.length >= limits.maxDepth) throw new Refusal(event.start, 'nested too deeply');
  if (parent !== undefined && parent.kind !== 'seq' && !parent.hasKey) {
    throw new Refusal(event.start, KEY_MUST_BE_SCALAR);
  }
  const isPair = parent?.special === 'pairs' && parent.kind === 'seq';
  if (isPair && !isMap) throw pairExpected(event.start);
  countNodes(build, 1, event, event.start);
  let special: Frame['special'];
  if (event.tagStart >= 0 && !isPair) {
    const tag = nameTag(build.text.slice(event.tagStart, event.tagEnd), build.handles);
    if (tag === undefined) throw unknownTag(event.tagStart);
    if (isMap && tag === 'set') special = 'set';
    else if (!isMap && (tag === 'omap' || tag === 'pairs')) special = 'pairs';
    else if (tag !== '!' && tag !== (isMap ? 'map' : 'seq')) throw wrongKind(tag, event.tagStart);
  }
  let anchor: string | undefined;
  if (event.anchorStart >= 0) {
    anchor = takeAnchor(build, event);
    build.anchors.set(anchor, { value: undefined, size: 0, height: 0, open: true });
  }
  frames.push({
    kind: isPair ? 'pair' : isMap ? 'map' : 'seq',
    special,
    items: [],
    map: noMap,
    offset: event.start,
    anchor,
    key: '',
    hasKey: false,
    mergeNext: false,
    merges: undefined,
    size: 1,
    height: 1,
  });
}

function closeCollection(build: Build): void {
  const frame = build.frames.pop() as Frame;
  const value = finishCollection(frame);
  if (frame.anchor !== undefined) {
    const anchored = build.anchors.get(frame.anchor) as Anchored;
    anchored.value = value;
    anchored.size = frame.size;
    anchored.height = frame.height;
    anchored.open = false;
  }
  addValue(build, value, frame.size, frame.height, frame);
}

function finishCollection(frame: Frame): unknown {
  if (frame.kind === 'pair') {
    if (frame.items.length !== 2) throw pairExpected(frame.offset);
    return frame.items;
  }
  if (frame.kind === 'seq') return frame.items;
  let map = frame.map;
  if (frame.merges !== undefined) {
    // PyYAML puts merged pairs first and lets later ones win, the mapping's own last.
    map = Object.create(null) as PlainMap;
    for (const source of [...frame.merges, frame.map]) {
      for (const key in source) map[key] = source[key];
    }
  }
  if (frame.special !== 'set') return map;
  const own = new Set(frame.items.map(String));
  return [...Object.keys(map).filter((key) => !own.has(key)), ...frame.items];
}

function addAlias(build: Build, name: string, offset: number): void {
  build.aliases++;
  if (build.aliases > build.limits.maxAliases) throw new Refusal(offset, 'too many aliases');
  const anchored = build.anchors.get(name);
  if (anchored === undefined) throw new Refusal(offset, 'this alias names no anchor above it');
  if (anchored.open) throw new Refusal(offset, 'this alias stands inside what it names');
  if (build.frames.length + anchored.height > build.limits.maxDepth) throw new Refusal(offset, 'nested too deeply');
  countNodes(build, anchored.size, undefined, offset);
  let { value } = anchored;
  const parent = build.frames.at(-1);
  if (parent?.special === 'pairs') {
    const keys = isPlainMap(value) ? Object.keys(value) : [];
    if (keys.length !== 1) throw pairExpected(offset);
    value = [keys[0], (value as PlainMap)[keys[0] as string]];
  }
  addValue(build, value, anchored.size, anchored.height, { offset });
}

function addValue(build: Build, value: unknown, size: number, height: number, from: Origin): void {
  const frame = build.frames.at(-1);
  if (frame === undefined) {
    build.result = refuseMarker(value, from);
    return;
  }
  frame.size += size;
  if (height >= frame.height) frame.height = height + 1;
  if (frame.kind === 'map') {
    if (frame.hasKey) addEntry(build, frame, value, from);
    else setKey(build, frame, value, from);
  } else if (frame.kind === 'seq') {
    if (frame.special === 'pairs' && 'type' in from) throw pairExpected(placeOf(from, frame.offset));
    frame.items.push(refuseMarker(value, from));
  } else {
    if (frame.items.length >= 2) throw pairExpected(frame.offset);
    frame.items.push(refuseMarker(value, from));
    frame.hasKey = frame.items.length === 1;
  }
}

function setKey(build: Build, frame: Frame, value: unknown, from: Origin): void {
  frame.hasKey = true;
  if (value === MERGE) {
    frame.mergeNext = true;
    return;
  }
  const plain = value === VALUE ? '=' : value;
  if (typeof plain === 'object' && plain !== null) throw new Refusal(placeOf(from, frame.offset), KEY_MUST_BE_SCALAR);
  countKeys(build, 1, from, frame);
  const key = String(plain);
  frame.key = key;
  if (key in frame.map) {
    build.duplicates.push({ path: pathHere(build), offset: placeOf(from, frame.offset) });
  } else if (frame.special === 'set') {
    frame.items.push(plain);
  }
}

function addEntry(build: Build, frame: Frame, value: unknown, from: Origin): void {
  frame.hasKey = false;
  if (!frame.mergeNext) {
    if (frame.map === noMap) frame.map = Object.create(null) as PlainMap;
    frame.map[frame.key] = refuseMarker(value, from);
    return;
  }
  frame.mergeNext = false;
  // Of a list's mappings the first wins, so they are laid down from the last to the first.
  const sources: unknown[] = Array.isArray(value) ? value.toReversed() : [value];
  frame.merges ??= [];
  for (const source of sources) {
    if (!isPlainMap(source)) {
      throw new Refusal(placeOf(from, frame.offset), 'what "<<" merges must be a mapping or a list of mappings');
    }
    countKeys(build, Object.keys(source).length, from, frame);
    frame.merges.push(source);
  }
}

/** A `<<` or `=` that is not a key is refused as PyYAML refuses it. */
function refuseMarker(value: unknown, from: Origin): unknown {
  if (value !== MERGE && value !== VALUE) return value;
  throw new Refusal(placeOf(from, 0), 'a lone "<<" or "=" must be quoted here');
}

function placeOf(from: Origin, fallback: number): number {
  return 'type' in from ? offsetOf(from, fallback) : from.offset;
}

function isPlainMap(value: unknown): value is PlainMap {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null;
}

function takeAnchor(build: Build, event: ScalarEvent | SequenceEvent | MappingEvent): string {
  const name = build.text.slice(event.anchorStart, event.anchorEnd);
  if (build.anchors.has(name)) throw new Refusal(event.anchorStart - 1, 'this anchor name is already in use above');
  return name;
}

function countNodes(build: Build, added: number, event: Event | undefined, fallback: number): void {
  build.nodes += added;
  if (build.nodes <= build.limits.maxNodes) return;
  const offset = event === undefined ? fallback : offsetOf(event, fallback);
  throw new Refusal(offset, TOO_MANY_VALUES);
}

function countKeys(build: Build, added: number, from: Origin, frame: Frame): void {
  build.keys += added;
  if (build.keys > build.limits.maxKeys) {
    throw new Refusal(placeOf(from, frame.offset), 'too many keys (merged ones counted too)');
  }
}

function pathHere(build: Build): Path {
  const path: (string | number)[] = [];
  for (const frame of build.frames) {
    if (frame.kind === 'map') {
      if (frame.hasKey && !frame.mergeNext) path.push(frame.key);
    } else {
      path.push(frame.items.length);
    }
  }
  return path;
}

function unknownTag(offset: number): Refusal {
  return new Refusal(offset, 'this tag is not allowed; only the tags of plain YAML data are');
}

function wrongKind(tag: string, offset: number): Refusal {
  const known = /^(?:str|int|float|bool|null|binary|timestamp|map|seq|set|omap|pairs)$/.test(tag);
  return known ? new Refusal(offset, 'this tag does not fit what follows it') : unknownTag(offset);
}

function pairExpected(offset: number): Refusal {
  return new Refusal(offset, 'each entry of !!omap and !!pairs must be a mapping with one key');
}
