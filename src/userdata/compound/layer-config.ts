// The documents and patches of one source to one document, merged in their order.

import type { Diagnostic } from '../../core/diagnostic.ts';
import { formatPlace } from '../../core/diagnostic.ts';
import type { DiagnosticList } from '../../core/diagnostic-list.ts';
import type { InstanceAddresses } from '../../core/instance-addresses.ts';
import { parseJsonLocated } from '../../yaml/json.ts';
import { isOverLimit } from '../../yaml/refusal.ts';
import { type ConfigText, readConfig, remarkOnConfig } from '../formats/cloud-config/read-config.ts';
import { namePath } from '../key-names.ts';
import { createPrunedValue, isMap } from '../pruned-value.ts';
import { applyPatch } from './json-patch.ts';
import { placeInTemplate } from './leaf-place.ts';
import { type Loss, mergeNodes } from './merge.ts';
import { partStrategy, readStrategy, type Strategy, type StrategyProblem } from './merge-strategy.ts';
import { countValues, listEntries, locateBelow, makeMap, makeNode, type Node, type Text } from './node.ts';
import type { LocatedLeaf, Report } from './unpack.ts';

/** Of documents that are put together; one alone may hold what the YAML reader takes. */
const maxValues = 100_000;
const maxDepth = 100;

const strategyKeys = ['merge_how', 'merge_type'] as const;

export type Given = {
  readonly list: DiagnosticList;
  readonly report: Report;
  /** What CoreOS documents are filled in with. */
  readonly addresses: InstanceAddresses | undefined;
};

/** The document of a source; undefined where it has none that can be used. */
export function readLayerConfig(leaves: readonly LocatedLeaf[], given: Given): Node | undefined {
  const { report } = given;
  const documents = leaves.filter(({ kind }) => kind === 'config' || kind === 'patch');
  let merged: Node | undefined;
  let values = 0;
  for (const leaf of documents) {
    const tell: Report = (problem) => report(placeInTemplate(problem, leaf.toFile));
    const next = leaf.kind === 'patch' ? patchWith(leaf, merged, tell) : mergeWith(leaf, merged, { ...given, tell });
    if (next === undefined) continue;
    // A merge makes no more of two documents than what both hold; a patch can copy.
    values = leaf.kind === 'patch' ? countValues(next.node.value, maxValues, maxDepth) : values + next.values;
    if (values > maxValues && (merged !== undefined || leaf.kind === 'patch')) {
      const message = `the documents together hold more than ${maxValues} values, or nest more than ${maxDepth} deep; from here on they are left out`;
      report({ severity: 'error', code: 'limit', source: leaf.part.source, message });
      return merged;
    }
    merged = next.node;
  }
  return merged;
}

type Merged = { readonly node: Node; readonly values: number };

/** `tell` leads what is said of the leaf's own text to the template that it comes from; nodes know their places themselves. */
function mergeWith(
  leaf: LocatedLeaf,
  merged: Node | undefined,
  { list, report, addresses, tell: tellOfText }: Given & { tell: Report },
): Merged | undefined {
  const { part, mergeType } = leaf;
  const config = readConfig(part, addresses);
  if (!config.ok) {
    tellOfText(config.refusal);
    return undefined;
  }
  remarkOnConfig(list, leaf, config);
  const node = readNode(config, leaf);
  const entries = new Map(listEntries(node));
  const key = strategyKeys.find((name) => (entries.get(name)?.value ?? null) !== null);
  const said = [...(key === undefined ? [] : [config.raw[key]]), ...(mergeType === undefined ? [] : [mergeType])];
  const tell = (problem: StrategyProblem): void => {
    const { severity, code, path, message } = problem;
    const place = key === undefined ? { source: part.source } : locateBelow(node.origin, [key, ...path]);
    report({ severity, code, ...place, message: severity === 'error' ? `${message}; the part is left out` : message });
  };
  const strategy = said.length === 0 ? partStrategy : readStrategy(said, tell);
  if (strategy === undefined && said.some((value) => value !== '')) return undefined;
  for (const name of strategyKeys) entries.delete(name);
  const own = makeMap(entries, node);
  const values = countValues(config.raw, maxValues, maxDepth);
  if (merged === undefined) return { node: own, values };
  const onLoss = (loss: Loss): void => tellLoss(loss, { report, isAsked: strategy !== partStrategy });
  return { node: mergeNodes(merged, own, { strategy: strategy ?? partStrategy, onLoss }), values };
}

/** The document as it was read, without what cannot be used. */
function readNode({ raw, parsed, dropped = [] }: ConfigText & { ok: true }, leaf: LocatedLeaf): Node {
  if (dropped.length === 0) return makeNode(raw, makeText(leaf, parsed.locate));
  const pruned = createPrunedValue(raw as Record<string, unknown>);
  pruned.remove(dropped);
  return makeNode(
    pruned.value,
    makeText(leaf, (path) => parsed.locate(pruned.toOriginal(path))),
  );
}

function makeText({ part, toFile }: LocatedLeaf, locate: Text['locate']): Text {
  return { source: part.source, locate: (path) => (toFile === undefined ? locate(path) : toFile(locate(path))) };
}

/** What is lost by the default strategy comes as a surprise to most people who lose it; what a strategy asks for does not. */
function tellLoss({ kind, loser, winner }: Loss, { report, isAsked }: { report: Report; isAsked: boolean }): void {
  const there = formatPlace(locateBelow(winner.origin, []));
  const place = { ...locateBelow(loser.origin, []), ...namePath(loser.origin.path) };
  if (kind === 'cut') {
    const message = `list() merges entry by entry: entries beyond the length of the list at ${there} are left out; list(append) keeps them`;
    report({ severity: 'warning', code: 'conflict', ...place, message });
  } else if (kind === 'misfit') {
    const message = `cannot be merged with what stands at ${there}, which is of another type; left out`;
    report({ severity: 'error', code: 'conflict', ...place, message });
  } else {
    const isWhole = !isAsked && (Array.isArray(loser.value) || isMap(loser.value));
    const advice = isWhole
      ? '; to keep both: merge_how: "list(append)+dict(recurse_list)+str()" in the later part'
      : '';
    const message = `replaced by what stands at ${there}${advice}`;
    report({ severity: isWhole ? 'warning' : 'note', code: 'conflict', ...place, message });
  }
}

function patchWith(leaf: LocatedLeaf, merged: Node | undefined, report: Report): Merged | undefined {
  const { part } = leaf;
  const { source } = part;
  // Blanks in place of the first line keep every column.
  const header = /^#\s*cloud-config-jsonp/i.exec(part.text.slice(part.headerOffset))?.[0] ?? '';
  const start = part.headerOffset + header.length;
  const parsed = parseJsonLocated(part.text.slice(0, start).replaceAll(/\S/g, ' ') + part.text.slice(start));
  if (!parsed.ok) {
    const { line, column, reason } = parsed;
    const code = isOverLimit(reason) ? 'limit' : 'syntax';
    report({ severity: 'error', code, source, line, column, message: `${reason}; the patch is left out` });
    return undefined;
  }
  const text = makeText(leaf, parsed.locate);
  const base = merged ?? makeNode(Object.create(null), text);
  const patched = applyPatch(base, makeNode(withoutPrototypes(parsed.value), text));
  if (!patched.ok) {
    const { code, path, message } = patched.problem;
    const problem: Diagnostic = { severity: 'error', code, source, ...parsed.locate(path), ...namePath(path), message };
    report({ ...problem, message: `${message}; the whole patch is left out` });
    return undefined;
  }
  if (isMap(patched.node.value)) return { node: patched.node, values: 0 };
  const message = 'the patch makes something else of the document than a map; left out';
  report({ severity: 'error', code: 'type', source, line: part.headerLine, column: 1, message });
  return undefined;
}

/** JSON's objects as the YAML reader has them: `__proto__` is a key like any other. */
function withoutPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrototypes);
  if (!isMap(value)) return value;
  const plain: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value)) plain[key] = withoutPrototypes(value[key]);
  return plain;
}

/** Lays `layers` over each other, the strongest first. */
export function joinLayers(
  layers: readonly (Node | undefined)[],
  strategy: Strategy,
  report: Report,
): Node | undefined {
  let joined: Node | undefined;
  for (const layer of layers) {
    if (layer === undefined) continue;
    joined =
      joined === undefined
        ? layer
        : mergeNodes(joined, layer, { strategy, onLoss: (loss) => tellCovered(loss, report) });
  }
  return joined;
}

/** Single values are there to be overridden; a list of commands that is not run is worth a word. */
function tellCovered({ loser, winner }: Loss, report: Report): void {
  if (typeof loser.value !== 'object' || loser.value === null) return;
  const message = `not used: ${formatPlace(locateBelow(winner.origin, []))} says the same key`;
  report({
    severity: 'note',
    code: 'conflict',
    ...locateBelow(loser.origin, []),
    ...namePath(loser.origin.path),
    message,
  });
}
