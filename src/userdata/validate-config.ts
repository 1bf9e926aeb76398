// The engine: hands each top-level key to the module that owns it, and names every key that nobody applies (decisions.md D10, D14).

import type { ModuleDefinition } from '../core/define.ts';
import type { DiagnosticList } from '../core/diagnostic-list.ts';
import { combiningKeys, documentedKeys, remedies } from './cloud-init-keys.ts';
import { quoteKey } from './key-names.ts';
import { type KeyPath, type ModuleSection, makeEmptySection } from './module-section.ts';
import { findNearestKey } from './nearest-key.ts';
import { type Locate, validateSection } from './validate-section.ts';

export type ConfigInput = {
  /** The top-level map of the document. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly locate: Locate;
  readonly source: string;
  readonly modules: readonly ModuleDefinition[];
  readonly list: DiagnosticList;
  /** Values that count as not given; what there is to say of them is said. */
  readonly dropped?: readonly KeyPath[] | undefined;
};

/** Entries of a key's list: each becomes at least one step, and a hundred thousand of them do not fit into a small guest. */
const maxEntries = 20_000;

/**
 * Validates a document. The sections are by module name, in the order of `modules`: those with a key in the document, and those
 * that always have work.
 */
export function validateConfig({
  raw,
  locate,
  source,
  modules,
  list,
  dropped = [],
}: ConfigInput): Map<string, ModuleSection> {
  const shares = distributeKeys({ raw, locate, source, modules, list });
  const sections = new Map<string, ModuleSection>();
  for (const module of modules) {
    const keys = shares.get(module);
    if (keys !== undefined) sections.set(module.name, validateSection({ module, keys, locate, source, list, dropped }));
    else if (module.always) sections.set(module.name, makeEmptySection(module, source));
  }
  return sections;
}

function distributeKeys({ raw, locate, modules, list }: ConfigInput): Map<ModuleDefinition, Record<string, unknown>> {
  const owners = new Map(modules.flatMap((module) => module.keys.map((key) => [key, module] as const)));
  const shares = new Map<ModuleDefinition, Record<string, unknown>>();
  for (const key of Object.keys(raw)) {
    const owner = owners.get(key);
    if (owner === undefined) {
      reportForeignKey({ key, locate, list, owners });
    } else if (raw[key] === null) {
      list.add('note', () => {
        return {
          code: 'missing',
          ...locate([key]),
          path: key,
          message: 'nothing stands under this key; it asks for nothing',
        };
      });
    } else if (isTooLong(raw[key])) {
      list.add('error', () => {
        const message = `more than ${maxEntries} entries; nothing of it is used`;
        return { code: 'limit', ...locate([key]), path: key, message };
      });
    } else {
      let share = shares.get(owner);
      if (share === undefined) {
        share = Object.create(null) as Record<string, unknown>;
        shares.set(owner, share);
      }
      share[key] = raw[key];
    }
  }
  return shares;
}

function isTooLong(value: unknown): boolean {
  return Array.isArray(value) && value.length > maxEntries;
}

type ForeignKey = {
  readonly key: string;
  readonly locate: Locate;
  readonly list: DiagnosticList;
  readonly owners: ReadonlyMap<string, unknown>;
};

function reportForeignKey({ key, locate, list, owners }: ForeignKey): void {
  if (combiningKeys.has(key)) {
    const message = `${quoteKey(key)} says how documents combine; with one document it asks for nothing`;
    list.add('note', () => ({ code: 'unsupported-key', ...locate([key]), message }));
  } else if (documentedKeys.has(key)) {
    const remedy = Object.hasOwn(remedies, key) ? ` (${remedies[key]})` : '';
    const message = `${quoteKey(key)} is not supported yet by this version; it is left undone${remedy}`;
    list.add('error', () => ({ code: 'unsupported-key', ...locate([key]), message }));
  } else {
    list.add('error', () => {
      const nearest = findNearestKey(key, owners.keys()) ?? findNearestKey(key, documentedKeys);
      const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
      return { code: 'unknown-key', ...locate([key]), message: `unknown key ${quoteKey(key)}${hint}` };
    });
  }
}
