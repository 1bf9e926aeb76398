// user_data, vendor data and the image's own documents to what the planners read. One document or one script alone, as most guests get, is
// read without loading what takes messages apart and puts documents together.

import type { ModuleDefinition } from '../core/define.ts';
import type { Sources } from './compound/sources.ts';
import { detectUserData } from './detect.ts';
import { partFormats } from './formats/registry.generated.ts';
import { type Interpretation, interpretUserData, isPacked } from './interpret.ts';

export type { Sources };

/** Interprets everything that was found; every problem is a diagnostic with its place. Never throws on any bytes. */
export async function interpretSources(
  sources: Sources,
  modules: readonly ModuleDefinition[],
): Promise<Interpretation> {
  const { userData, vendorData = [], localDocuments = [] } = sources;
  const isAlone = vendorData.length === 0 && localDocuments.length === 0;
  if (isAlone && userData === undefined) return { diagnostics: [], usable: true };
  if (isAlone && userData !== undefined && !isPacked(detectUserData(userData, partFormats))) {
    return interpretUserData(userData, modules, sources.addresses);
  }
  const { composeSources } = await import('./compound/compose.ts');
  return composeSources(sources, modules);
}
