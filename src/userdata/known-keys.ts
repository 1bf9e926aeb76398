// Which top-level keys of cloud-config this version applies, and what to do instead of the others.

import { combiningKeys, documentedKeys, remedies } from './cloud-init-keys.ts';

/** `module`: the folder that owns the key. `combines`: says how documents are merged. Neither: recognised, and left undone. */
export type KnownKey = {
  readonly key: string;
  readonly module?: string;
  readonly combines?: true;
  /** What does the same. */
  readonly remedy?: string;
};

/** Every key of the modules and every documented one of cloud-init, by name. */
export function listKeys(modules: readonly { readonly name: string; readonly keys: readonly string[] }[]): KnownKey[] {
  const owners = new Map(modules.flatMap(({ name, keys }) => keys.map((key) => [key, name] as const)));
  return [...new Set([...owners.keys(), ...documentedKeys])].sort().map((key) => {
    const module = owners.get(key);
    if (module !== undefined) return { key, module };
    if (combiningKeys.has(key)) return { key, combines: true };
    const remedy = Object.hasOwn(remedies, key) ? remedies[key] : undefined;
    return { key, ...(remedy === undefined ? {} : { remedy }) };
  });
}
