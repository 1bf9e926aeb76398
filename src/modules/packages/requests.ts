// The entries of `packages` in all their shapes as one list.

import type { PackageManager, PackageRequest } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { Packages } from './schema.ts';

/** `manager` undefined: whatever the guest has. */
export type ListedPackage = { readonly manager: PackageManager | undefined; readonly wanted: PackageRequest };

type Entry = string | readonly string[];

/** In the order of the document. A manager that is neither the guest's own nor snap is told of and left out. */
export function listRequests({ config, facts, report }: ModuleContext<Packages>): ListedPackage[] {
  const { packages = [] } = config;
  const entries = typeof packages === 'string' ? [packages] : packages;
  return entries.flatMap((entry, index): ListedPackage[] => {
    if (typeof entry === 'string' || isList(entry)) return [{ manager: undefined, wanted: toRequest(entry) }];
    return (Object.keys(entry) as PackageManager[]).flatMap((manager) => {
      const list = entry[manager] ?? [];
      if (manager !== 'snap' && !isSameKind(manager, facts.packageManager)) {
        const message = `${manager} is not the package manager of this guest; these packages are left out`;
        report({ severity: 'warning', code: 'guest', message }, ['packages', index, manager]);
        return [];
      }
      const own = manager === 'snap' ? manager : facts.packageManager;
      return list.map((inner): ListedPackage => ({ manager: own, wanted: toRequest(inner) }));
    });
  });
}

function isList(entry: unknown): entry is readonly string[] {
  return Array.isArray(entry);
}

function toRequest(entry: Entry): PackageRequest {
  if (typeof entry === 'string') return { name: entry };
  const [name = '', version] = entry;
  return version === undefined ? { name } : { name, version };
}

/** dnf is yum's successor: documents name either. */
function isSameKind(manager: PackageManager, own: PackageManager | undefined): boolean {
  const isYum = (name: string | undefined): boolean => name === 'dnf' || name === 'yum';
  return manager === own || (isYum(manager) && isYum(own));
}
