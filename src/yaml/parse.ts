// The YAML reader for everything users write: PyYAML 6's answers, with places, bounded (decisions.md D11,
// reliability.md M4-M6 and § 4.1). See README.md for what it promises.
import { EVENT_ID, type Event, parseEvents, YAMLException } from 'js-yaml';
import { construct, type Limits, type Path, type Remark } from './construct.ts';
import { indexLines, type Place } from './line-index.ts';
import { buildTree, locateIn, type YamlNode } from './located-tree.ts';
import {
  DEFICIENT_INDENT,
  explainLibraryError,
  FORBIDDEN_CHARACTER,
  Refusal,
  SECOND_DOCUMENT,
  sharpenRefusal,
  TOO_MANY_ATTEMPTS,
  TOO_MANY_VALUES,
  UNCLOSED_FLOW,
  UNCLOSED_QUOTE,
} from './refusal.ts';
import { coversInsertions, reindentContinuations } from './reindent.ts';
import { collectHandles } from './tags.ts';

export type { Path } from './construct.ts';
export type { Place } from './line-index.ts';

export type YamlOptions = Partial<Limits>;

export type LocatedRemark = Place & { readonly path: Path };

export type YamlDocument = {
  readonly ok: true;
  /** null, boolean, number, string, Uint8Array, array, or object without a prototype. Aliased parts are shared. */
  readonly value: unknown;
  /** Place of the key (of a mapping entry) or of the list entry at `path`, or of its nearest existing ancestor. */
  readonly locate: (path: Path) => Place;
  /** As `locate`, but the place of the value. */
  readonly locateValue: (path: Path) => Place;
  /** Keys given again in the same mapping: the last one counts, as in PyYAML. The place is the later key's. */
  readonly duplicates: readonly LocatedRemark[];
  /** Tags that are accepted but not acted upon: `!!timestamp`, whose value stays a string. */
  readonly tagProblems: readonly (LocatedRemark & { readonly tag: string })[];
  /** Floats that their value does not tell from integers: `1.0`. */
  readonly wholeFloats: readonly LocatedRemark[];
};

/** `reason` is one of our own fixed sentences; it never holds text of the document. */
export type Refused = { readonly ok: false; readonly line: number; readonly column: number; readonly reason: string };

export type YamlResult = YamlDocument | Refused;

const DEFAULT_LIMITS: Limits = { maxDepth: 100, maxAliases: 1000, maxNodes: 100_000, maxKeys: 50_000 };
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;
const LIBRARY_SLACK = 8;
/** The parser reads a list's entry as a key first, and again as a value where it is none. */
const ATTEMPTS_PER_VALUE = 2;
const ATTEMPTS_SLACK = 1000;
/** Of two starts, one at least is of a second document; an end may stand alone, but nobody writes a thousand of them. */
const STARTS_THAT_MATTER = 3;
const ENDS_THAT_MATTER = 1000;
/** A dash with nothing after it, the one value that costs no attempt. */
const EMPTY_ENTRY = /-[ \t]*(?:[\r\n#]|$)/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

// What the library throws quotes the source, and where that has a million lines takes 150 MiB to do so.
YAMLException.throwAt = (_source: string, position: number, reason: string): never => {
  throw Object.assign(new Error(reason), { reason, mark: { position } });
};

type Parsed = { readonly text: string; readonly events: readonly Event[]; readonly toOriginal: (at: number) => number };

/**
 * Reads one YAML document with the semantics of PyYAML 6's `safe_load`. Never throws on any text; work is linear in its
 * length, so the caller caps the size before. Limits: collections nested, aliases, values (aliases counted in full),
 * keys (merged ones counted).
 */
export function parseYaml(text: string, options: YamlOptions = {}): YamlResult {
  const limits = { ...DEFAULT_LIMITS, ...options };
  const placeOf = indexLines(text);
  let toOriginal = (at: number): number => at;
  try {
    refuseForbiddenCharacters(text);
    const whole = text.includes('\x85') ? text.replaceAll('\x85', '\n') : text;
    const usable = cutDocuments(whole);
    refuseEmptyEntries(usable, limits.maxNodes);
    const parsed = readEvents(usable, limits);
    toOriginal = parsed.toOriginal;
    const built = construct(parsed.text, parsed.events, limits);
    if (usable.length < whole.length) throw new Refusal(toOriginal(parsed.text.length), SECOND_DOCUMENT);
    const place = (remark: Remark): LocatedRemark => ({ path: remark.path, ...placeOf(toOriginal(remark.offset)) });
    const locator = makeLocator(parsed, limits);
    return {
      ok: true,
      value: built.value,
      locate: (path) => placeOf(toOriginal(locator(path, true))),
      locateValue: (path) => placeOf(toOriginal(locator(path, false))),
      duplicates: built.duplicates.map(place),
      tagProblems: built.keptTags.map((kept) => ({ ...place(kept), tag: kept.tag })),
      wholeFloats: built.wholeFloats.map(place),
    };
  } catch (error) {
    const found = explainLibraryError(error, text.length);
    const refusal = sharpenRefusal(new Refusal(toOriginal(found.offset), found.reason), text);
    return { ok: false, ...placeOf(refusal.offset), reason: refusal.reason };
  }
}

/** Events of a document that are kept until somebody asks for a place; of more it is cheaper in memory to read the document again. */
const MOST_KEPT = 100_000;

/** Builds the tables of places when the first question comes: most documents are never asked about. */
function makeLocator({ text, events }: Parsed, limits: Limits): (path: Path, wantKey: boolean) => number {
  const kept = events.length <= MOST_KEPT ? events : undefined;
  let root: YamlNode | undefined;
  return (path, wantKey) => {
    if (root === undefined) {
      const again = kept ?? parseStrictly(text, limits);
      const [document] = again;
      const handles = document?.type === EVENT_ID.DOCUMENT ? collectHandles(document) : new Map<string, string>();
      root = buildTree(text, again, handles);
    }
    return locateIn(root, path, wantKey);
  };
}

function readEvents(text: string, limits: Limits): Parsed {
  const same = (at: number): number => at;
  try {
    return { text, events: parseStrictly(text, limits), toOriginal: same };
  } catch (error) {
    const refusal = explainLibraryError(error, text.length);
    const isUnclosed = refusal.reason.endsWith('is never closed');
    if (refusal.reason !== DEFICIENT_INDENT && !isUnclosed) throw refusal;
    const { reindented, unclosed } = reindentContinuations(text);
    if (unclosed !== undefined) {
      throw new Refusal(unclosed.offset, unclosed.kind === 'quote' ? UNCLOSED_QUOTE : UNCLOSED_FLOW);
    }
    if (reindented === undefined) throw refusal;
    let events: readonly Event[];
    try {
      events = parseStrictly(reindented.text, limits);
    } catch (second) {
      const later = explainLibraryError(second, reindented.text.length);
      throw new Refusal(reindented.toOriginal(later.offset), later.reason);
    }
    if (!coversInsertions(reindented, events)) throw refusal;
    return { text: reindented.text, events, toOriginal: reindented.toOriginal };
  }
}

function parseStrictly(text: string, { maxDepth, maxNodes }: Limits): readonly Event[] {
  // The library counts scalars and its own attempts as levels too: it only guards the stack, `construct` counts exactly.
  return parseEvents(text, {
    maxDepth: limitAttempts(maxDepth + LIBRARY_SLACK, ATTEMPTS_PER_VALUE * maxNodes + ATTEMPTS_SLACK),
  });
}

/**
 * A depth for the library that becomes impossible after so many comparisons. It makes one for each attempt to read a value, and keeps
 * every event until the end: without this, 4 MiB of commas are a gigabyte of events before `construct` can count them.
 */
function limitAttempts(depth: number, maxAttempts: number): number {
  let attempts = 0;
  const limit = {
    [Symbol.toPrimitive](hint: string): number | string {
      if (hint === 'string') return attempts > maxAttempts ? TOO_MANY_ATTEMPTS : depth;
      attempts++;
      return attempts > maxAttempts ? -1 : depth;
    },
  };
  return limit as unknown as number;
}

/** Without the documents after the second, which is refused: each costs the parser more than its text. */
function cutDocuments(text: string): string {
  let starts = 0;
  let ends = 0;
  for (const { index, 0: marker } of text.matchAll(/^(?:---|\.\.\.)(?=\s|$)/gm)) {
    if (marker === '---') starts++;
    else ends++;
    if (starts > STARTS_THAT_MATTER || ends > ENDS_THAT_MATTER) return text.slice(0, index);
  }
  return text;
}

/** So many dashes at the end of a line are a list, or a text that nobody writes. */
function refuseEmptyEntries(text: string, maxNodes: number): void {
  const most = ATTEMPTS_PER_VALUE * maxNodes;
  if (text.length <= most) return;
  let count = 0;
  for (const { index } of text.matchAll(EMPTY_ENTRY)) {
    count++;
    if (count > most) throw new Refusal(index, TOO_MANY_VALUES);
  }
}

function refuseForbiddenCharacters(text: string): void {
  const at = text.search(FORBIDDEN);
  if (at >= 0) throw new Refusal(at, FORBIDDEN_CHARACTER);
  if (!text.isWellFormed()) throw new Refusal(text.search(LONE_SURROGATE), FORBIDDEN_CHARACTER);
}
