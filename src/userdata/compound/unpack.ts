// One source (user_data, vendor data, a local document) to a flat list of leaves in their order: gzip, MIME and archives are taken apart,
// each inside the other, until only documents, patches, scripts, hooks and templates are left. Every leaf is a part with its own number
// and lines; a file name is a label, never a path.

import type { Diagnostic } from '../../core/diagnostic.ts';
import type { RawUserData } from '../../core/instance-config.ts';
import { detectUserData, maxEncodings, maxUnpackedBytes, maxUserDataBytes } from '../detect.ts';
import { partFormats } from '../formats/registry.generated.ts';
import type { Part } from '../part-format.ts';
import { noteSpelling, readFirstLine, readPart } from '../read-part.ts';
import { readArchive } from './archive.ts';
import { gunzip } from './gunzip.ts';
import { type FetchedDocument, readIncludes, type WantedDocument } from './include.ts';
import { findLeafType, type LeafKind, type LeafType } from './leaf-type.ts';
import { readMime } from './mime.ts';
import { transcode } from './transfer-encoding.ts';

export type Leaf = {
  readonly kind: LeafKind;
  readonly part: Part;
  /** Names the leaf in the record and in logs: its file name made harmless, else `part-003`. */
  readonly name: string;
  readonly frequency?: 'boot' | 'instance' | 'once';
  /** What a Merge-Type or X-Merge-Type header says. */
  readonly mergeType?: string;
};

type Place = { readonly line: number; readonly column: number };

/** A leaf that is no template any more; `toFile` leads from a place in its text to the one in the file. */
export type LocatedLeaf = Omit<Leaf, 'kind'> & {
  readonly kind: Exclude<LeafKind, 'template'>;
  readonly toFile?: (place: Place) => Place;
};

/** What other places hold: those that were fetched by their address, and who takes the wishes for more. */
export type Includes = {
  readonly fetched: ReadonlyMap<string, FetchedDocument>;
  want(document: WantedDocument): void;
};

const maxLeaves = 1000;
/** Archives and messages inside each other. */
const maxContainers = 8;

export type Report = (problem: Diagnostic) => void;

type Unpacking = {
  readonly root: string;
  readonly report: Report;
  readonly includes: Includes;
  readonly leaves: Leaf[];
  bytesLeft: number;
  /** Parts of containers met so far. */
  count: number;
};

/** Where a blob stands: the source that its diagnostics carry, the name of its leaf, what was around it. */
type Slot = {
  readonly source: string;
  readonly name: string;
  readonly mergeType?: string;
  readonly encodings: number;
  readonly containers: number;
};

/** Takes one source apart; `name` is that of its leaf when it holds only one. */
export function unpackSource(
  { bytes, source }: RawUserData,
  name: string,
  { report, includes }: { readonly report: Report; readonly includes: Includes },
): Leaf[] {
  const unpacking: Unpacking = { root: source, report, includes, leaves: [], bytesLeft: maxUnpackedBytes, count: 0 };
  unpackBlob(unpacking, bytes, { source, name, encodings: 0, containers: 0 });
  return unpacking.leaves;
}

/** Reads a source that is a cloud-config document whatever its first line says. */
export function readDocument({ bytes, source }: RawUserData, name: string, report: Report): Leaf[] {
  if (bytes.byteLength > maxUserDataBytes) {
    const message = `${bytes.byteLength} bytes; the limit is ${maxUserDataBytes} (4 MiB)`;
    report({ severity: 'error', code: 'limit', source, message });
    return [];
  }
  const includes: Includes = { fetched: new Map(), want: () => {} };
  const unpacking: Unpacking = { root: source, report, includes, leaves: [], bytesLeft: maxUnpackedBytes, count: 0 };
  addDeclared(unpacking, bytes, { source, name, encodings: 0, containers: 0 }, { kind: 'config' });
  return unpacking.leaves;
}

/** The content itself says what it is. */
function unpackBlob(unpacking: Unpacking, bytes: Uint8Array, slot: Slot, otherwise?: 'script' | 'config'): void {
  const detection = detectUserData({ bytes, source: slot.source }, partFormats, slot.encodings);
  if (otherwise !== undefined && detection.kind === 'unrecognised') {
    addDeclared(unpacking, bytes, slot, { kind: otherwise });
    return;
  }
  for (const problem of detection.diagnostics) unpacking.report(problem);
  if (detection.kind === 'part') {
    const kind = ({ 'cloud-config': 'config', script: 'script' } as const)[detection.format.name];
    if (kind !== undefined) addLeaf(unpacking, slot, { kind }, detection.part);
    else refuse(unpacking, slot, 'unsupported-format', 'cannot stand beside other parts');
  } else if (detection.kind === 'envelope') {
    const unpackEnvelope = detection.format === 'gzip' ? unpackGzip : unpackMime;
    unpackEnvelope(unpacking, detection.bytes, { ...slot, source: detection.source, encodings: detection.layer });
  } else if (detection.kind === 'packed') {
    if (detection.format === 'archive') unpackArchive(unpacking, detection.part, slot);
    else if (detection.format === 'include' || detection.format === 'include-once')
      unpackIncludes(unpacking, detection.part, slot, detection.format);
    else addLeaf(unpacking, slot, { kind: leafKinds[detection.format] }, detection.part);
  }
}

const leafKinds = { 'json-patch': 'patch', boothook: 'hook', jinja: 'template' } as const;

function refuse({ report }: Unpacking, { source }: Slot, code: Diagnostic['code'], message: string): void {
  report({ severity: 'error', code, source, message });
}

function unpackGzip(unpacking: Unpacking, bytes: Uint8Array, slot: Slot): void {
  if (slot.encodings >= maxEncodings) {
    refuse(unpacking, slot, 'limit', `encoded more than ${maxEncodings} times`);
    return;
  }
  const unpacked = gunzip(bytes, unpacking.bytesLeft);
  if (!unpacked.ok) {
    refuse(unpacking, slot, unpacked.code, unpacked.message);
    return;
  }
  unpacking.bytesLeft -= unpacked.bytes.byteLength;
  const isAgain = slot.source.endsWith(' (decompressed)');
  if (isAgain) unpacking.report(noteSpelling(slot.source, 1, 'gzip inside gzip; unpacked'));
  const source = isAgain ? slot.source : `${slot.source} (decompressed)`;
  unpackBlob(unpacking, unpacked.bytes, { ...slot, source, encodings: slot.encodings + 1 });
}

function unpackMime(unpacking: Unpacking, bytes: Uint8Array, slot: Slot): void {
  if (isTooDeep(unpacking, slot)) return;
  const { source } = slot;
  // Every part may be a document that is as costly to read as it can be.
  if (bytes.byteLength > maxUserDataBytes) {
    const message = `${bytes.byteLength} bytes in several parts; the limit is ${maxUserDataBytes} (4 MiB)`;
    refuse(unpacking, slot, 'limit', message);
    return;
  }
  const { leaves, problems } = readMime(bytes);
  for (const problem of problems) unpacking.report({ ...problem, source, column: 1 });
  for (const leaf of leaves) {
    const inner = openSlot(unpacking, slot, leaf.filename, leaf.fields);
    if (inner === undefined) return;
    const tell = (severity: 'error' | 'warning', message: string): void => {
      unpacking.report({ severity, code: 'syntax', source: inner.source, message });
    };
    if (leaf.warning !== undefined) tell('warning', leaf.warning);
    const text = leaf.type.startsWith('text/')
      ? transcode(leaf.bytes, leaf.charset)
      : { ok: true as const, bytes: leaf.bytes };
    if (leaf.problem !== undefined) tell('error', leaf.problem);
    else if (!text.ok) tell('error', text.message);
    else unpackTyped(unpacking, text.bytes, inner, findLeafType(leaf.type));
  }
}

function unpackArchive(unpacking: Unpacking, part: Part, slot: Slot): void {
  if (isTooDeep(unpacking, slot)) return;
  let bytesLeft = maxUserDataBytes;
  for (const entry of readArchive(part, unpacking.report)) {
    if (entry === undefined) {
      unpacking.count++;
      continue;
    }
    const { type, filename, fields } = entry;
    const inner = openSlot(unpacking, slot, filename, fields);
    if (inner === undefined) return;
    bytesLeft -= entry.content.length;
    if (bytesLeft < 0) {
      refuse(unpacking, slot, 'limit', `parts of more than ${maxUserDataBytes} bytes together; the rest is left out`);
      return;
    }
    const content = typeof entry.content === 'string' ? Buffer.from(entry.content) : entry.content;
    if (type === undefined) unpackBlob(unpacking, content, inner, 'config');
    else unpackTyped(unpacking, content, inner, findLeafType(type));
  }
}

/** Each document stands where its address stands. */
function unpackIncludes(unpacking: Unpacking, part: Part, slot: Slot, kind: 'include' | 'include-once'): void {
  if (isTooDeep(unpacking, slot)) return;
  const { fetched, want } = unpacking.includes;
  for (const { url, bytes, line } of readIncludes(part, fetched, unpacking.report)) {
    if (!fetched.has(url)) want({ url, once: kind === 'include-once' });
    const inner = openSlot(unpacking, slot, undefined, new Map());
    if (inner === undefined) return;
    if (bytes === undefined) continue;
    unpacking.bytesLeft -= bytes.byteLength;
    if (unpacking.bytesLeft < 0) {
      refuse(unpacking, slot, 'limit', `more than ${maxUnpackedBytes} bytes were fetched; the rest is left out`);
      return;
    }
    const source = `${inner.source} (fetched by line ${line})`;
    unpackBlob(unpacking, bytes, {
      ...inner,
      source,
      ...(slot.mergeType === undefined ? {} : { mergeType: slot.mergeType }),
    });
  }
}

function isTooDeep(unpacking: Unpacking, slot: Slot): boolean {
  if (slot.containers < maxContainers) return false;
  refuse(unpacking, slot, 'limit', `parts inside parts, more than ${maxContainers} times`);
  return true;
}

/** The next part of a container; undefined when there are too many. */
function openSlot(
  unpacking: Unpacking,
  { encodings, containers }: Slot,
  filename: string | undefined,
  fields: ReadonlyMap<string, string>,
): Slot | undefined {
  unpacking.count++;
  if (unpacking.count > maxLeaves) {
    const message = `more than ${maxLeaves} parts; the rest is left out`;
    unpacking.report({ severity: 'error', code: 'limit', source: unpacking.root, message });
    return undefined;
  }
  const label = filename === undefined ? '' : nameHarmlessly(filename);
  const source = `${unpacking.root} part ${unpacking.count}${label === '' ? '' : ` (${label})`}`;
  if (fields.has('launch-index')) {
    const message = 'Launch-Index is not looked at: the part is applied whatever the index of the instance';
    unpacking.report({ severity: 'warning', code: 'unsupported-format', source, message });
  }
  const mergeType = fields.get('merge-type') ?? fields.get('x-merge-type') ?? fields.get('merge-how');
  return {
    source,
    name: label === '' ? `part-${String(unpacking.count).padStart(3, '0')}` : label,
    ...(mergeType === undefined ? {} : { mergeType }),
    encodings,
    containers: containers + 1,
  };
}

/** A label for logs, step ids and messages; the name of no file. */
function nameHarmlessly(filename: string): string {
  const base = filename.slice(filename.search(/[^/\\]*$/));
  return base
    .replaceAll(/[^A-Za-z0-9_.+-]+/g, '-')
    .replaceAll(/^[.-]+|-+$/g, '')
    .slice(0, 60);
}

function unpackTyped(unpacking: Unpacking, bytes: Uint8Array, slot: Slot, type: LeafType): void {
  switch (type.kind) {
    case 'unknown':
      unpackBlob(unpacking, bytes, slot, type.otherwise);
      break;
    case 'gzip':
      unpackGzip(unpacking, bytes, slot);
      break;
    case 'refused':
      refuse(unpacking, slot, type.code, type.message);
      break;
    default:
      addDeclared(unpacking, bytes, slot, type);
  }
}

type Declared = {
  readonly kind: LeafKind | 'archive' | 'include' | 'include-once';
  readonly frequency?: 'boot' | 'instance' | 'once';
};

/** The type is said: the first line may be missing. */
function addDeclared(unpacking: Unpacking, bytes: Uint8Array, slot: Slot, declared: Declared): void {
  const read = readPart(bytes, slot.source);
  for (const problem of read.diagnostics) unpacking.report(problem);
  if (read.kind === 'blank') {
    const message = 'nothing stands in this part; it asks for nothing';
    unpacking.report({ severity: 'note', code: 'missing', source: slot.source, message });
  } else if (read.kind === 'part') {
    const { kind } = declared;
    if (kind === 'archive') unpackArchive(unpacking, read.part, slot);
    else if (kind === 'include' || kind === 'include-once') unpackIncludes(unpacking, read.part, slot, kind);
    else addLeaf(unpacking, slot, { ...declared, kind }, read.part);
  }
}

function addLeaf(
  { leaves, report }: Unpacking,
  { name, mergeType }: Slot,
  { kind, frequency }: Declared & { readonly kind: LeafKind },
  part: Part,
): void {
  if (kind === 'config' && /^##\s*template\s*:/i.test(readFirstLine(part))) {
    const message = 'a template is filled in only where its type is text/jinja2 or not said; this one is read as it is';
    report({ severity: 'warning', code: 'value', source: part.source, line: part.headerLine, column: 1, message });
  }
  leaves.push({
    kind,
    part,
    name,
    ...(frequency === undefined ? {} : { frequency }),
    ...(mergeType === undefined ? {} : { mergeType }),
  });
}
