// All sources to one interpretation: each is unpacked, its documents are merged in their order, the layers are laid over each other
// (user_data over vendor data over the image's own documents), and only the result is validated.

import type { ModuleDefinition } from '../../core/define.ts';
import type { Diagnostic } from '../../core/diagnostic.ts';
import { createDiagnosticList } from '../../core/diagnostic-list.ts';
import type { RawUserData } from '../../core/instance-config.ts';
import type { Interpretation } from '../interpret.ts';
import type { ConfigDocument } from '../part-format.ts';
import { validateConfig } from '../validate-config.ts';
import type { WantedDocument } from './include.ts';
import { joinLayers, readLayerConfig } from './layer-config.ts';
import { readScripts } from './layer-scripts.ts';
import { layerStrategy } from './merge-strategy.ts';
import { locateBelow } from './node.ts';
import type { Sources } from './sources.ts';
import { type Leaf, type LocatedLeaf, type Report, readDocument, unpackSource } from './unpack.ts';
import { readVendorSettings } from './vendor-settings.ts';

/** Interprets all sources together; every problem is a diagnostic with its part and place. Never throws on any bytes. */
export async function composeSources(sources: Sources, modules: readonly ModuleDefinition[]): Promise<Interpretation> {
  const { userData, vendorData = [], localDocuments = [] } = sources;
  const source = userData?.source ?? vendorData[0]?.blobs[0]?.source ?? localDocuments[0]?.source ?? 'user_data';
  const list = createDiagnosticList(source);
  let hasErrors = false;
  const report = (problem: Diagnostic): void => {
    hasErrors ||= problem.severity === 'error';
    list.add(problem.severity, () => problem);
  };
  const silent = (): void => {};

  const wanted = new Map<string, WantedDocument>();
  const want = (document: WantedDocument): void => {
    const { url, once } = document;
    wanted.set(url, { url, once: once && wanted.get(url)?.once !== false });
  };
  const tools = { report, includes: { fetched: sources.fetched ?? new Map(), want } };
  const fill = openTemplates(sources, report);
  const userLeaves = await fill(userData === undefined ? [] : unpackSource(userData, 'user_data', tools));
  const { addresses } = sources;
  const user = readLayerConfig(userLeaves, { list, report, addresses });
  const localLeaves = await fillEach(localDocuments.toReversed(), (raw) => fill(readLocal(raw, tools)));
  const local = joinLayers(
    localLeaves.map((leaves) => readLayerConfig(leaves, { list, report, addresses })),
    layerStrategy,
    report,
  );
  const own = joinLayers([user, local], layerStrategy, silent);
  const vendor = await fillEach(vendorData, async ({ key, blobs }) => {
    const { enabled, prefix } = readVendorSettings(own, key);
    if (enabled) return { prefix, leaves: await fill(unpackBlobs(blobs, key, tools)) };
    const message = `not applied: ${key}.enabled is not true`;
    for (const { source: file } of blobs)
      report({ severity: 'note', code: 'unsupported-format', source: file, message });
    return { prefix, leaves: [] };
  });
  const layers = vendor.toReversed().map(({ leaves }) => readLayerConfig(leaves, { list, report, addresses }));
  const node = joinLayers([user, ...layers, local], layerStrategy, report);
  const scripts = [
    ...vendor.flatMap(({ leaves, prefix }) => readScripts(leaves, report, { isVendor: true, ...prefix })),
    ...readScripts(userLeaves, report),
  ];

  let document: ConfigDocument | undefined;
  if (node !== undefined) {
    const raw = node.value as Readonly<Record<string, unknown>>;
    const locate = (path: readonly (string | number)[]) => locateBelow(node.origin, path);
    document = { raw, sections: validateConfig({ raw, locate, source, modules, list }) };
  }
  return {
    ...(document === undefined ? {} : { document }),
    ...(scripts.length === 0 ? {} : { scripts }),
    ...(wanted.size === 0 ? {} : { wanted: [...wanted.values()] }),
    diagnostics: list.close(),
    usable: document !== undefined || scripts.length > 0 || !hasErrors,
  };
}

/** A document, whatever its first line says; or a list of addresses. */
function readLocal(raw: RawUserData, tools: Parameters<typeof unpackSource>[2]): Leaf[] {
  const isList = /^\s*#include\b/.test(Buffer.from(raw.bytes.subarray(0, 64)).toString('latin1'));
  return isList ? unpackSource(raw, 'config.d', tools) : readDocument(raw, 'config.d', tools.report);
}

function unpackBlobs(blobs: readonly RawUserData[], key: string, tools: Parameters<typeof unpackSource>[2]): Leaf[] {
  return blobs.flatMap((raw, index) => unpackSource(raw, blobs.length === 1 ? key : `${key}-${index + 1}`, tools));
}

/** What fills in the templates of one source; the code for it, and the names, are loaded when the first one comes. */
function openTemplates(
  { templateNames }: Sources,
  report: Report,
): (leaves: readonly Leaf[]) => Promise<LocatedLeaf[]> {
  return async (leaves) => {
    if (!leaves.some(({ kind }) => kind === 'template')) return leaves as LocatedLeaf[];
    const { fillTemplates } = await import('./fill-templates.ts');
    return fillTemplates(leaves, await templateNames?.(), report);
  };
}

/** One after the other: what is reported stays in the order of the sources. */
async function fillEach<From, To>(sources: readonly From[], fill: (source: From) => Promise<To>): Promise<To[]> {
  const filled: To[] = [];
  for (const source of sources) filled.push(await fill(source));
  return filled;
}
