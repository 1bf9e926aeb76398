// Plans the lists, the upgrade and one step for each manager's packages, in the late stage: all of them need the network.

import type { PackageManager, PackageRequest } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { listRequests } from './requests.ts';
import type { Packages } from './schema.ts';

/** Steps `packages/update`, `packages/upgrade` and `packages/MANAGER`. A step that fails leaves the next ones to be tried. */
export function planPackages(context: ModuleContext<Packages>): Step[] {
  const update = readFlag('update', context);
  const upgrade = readFlag('upgrade', context);
  const requests = listRequests(context);
  const first = update ?? upgrade ?? (requests.length > 0 ? 'packages' : undefined);
  if (first === undefined) return [];
  const own = context.facts.packageManager;
  if (own === undefined && requests.every(({ manager }) => manager === undefined)) {
    const message = 'no package manager that is known is on this guest: apt-get, dnf, yum, zypper, apk or pacman';
    context.report({ severity: 'error', code: 'guest', message }, [first]);
    return [];
  }
  const steps: Step[] = [];
  const common = { module: 'packages', stage: 'late' } as const;
  const isRefreshed = own !== undefined && (update ?? upgrade) !== undefined;
  if (isRefreshed) {
    steps.push({
      ...{ ...common, id: 'packages/update', source: context.place([first]) },
      summary: `lists of ${own}`,
      action: { kind: 'packages', manager: own, task: 'refresh' },
    });
  }
  if (own !== undefined && upgrade !== undefined) {
    steps.push({
      ...{ ...common, id: 'packages/upgrade', source: context.place([upgrade]) },
      summary: `all packages of ${own}`,
      action: { kind: 'packages', manager: own, task: 'upgrade' },
    });
  }
  for (const [manager, list] of groupByManager(requests, own)) {
    steps.push({
      ...{ ...common, id: `packages/${manager}`, source: context.place(['packages']) },
      summary: summarise(list),
      action: {
        ...{ kind: 'packages', manager, task: 'install', packages: list },
        ...(isRefreshed && manager === own ? {} : { refreshFirst: true }),
      },
    });
  }
  return steps;
}

/** The key that asks for it, in today's spelling or the old one. */
function readFlag(
  name: 'update' | 'upgrade',
  { config, report }: ModuleContext<Packages>,
): `package_${typeof name}` | `apt_${typeof name}` | undefined {
  const old = `apt_${name}` as const;
  const today = `package_${name}` as const;
  if (config[old] !== undefined) {
    report({ severity: 'note', code: 'deprecated', message: `spelt ${today} today` }, [old]);
  }
  if (config[today] === true) return today;
  return config[old] === true ? old : undefined;
}

/** The manager of the distribution first; a package that is asked for twice counts once. */
function groupByManager(
  requests: readonly { readonly manager: PackageManager | undefined; readonly wanted: PackageRequest }[],
  own: PackageManager | undefined,
): ReadonlyMap<PackageManager, PackageRequest[]> {
  const groups = new Map<PackageManager, PackageRequest[]>(own === undefined ? [] : [[own, []]]);
  for (const { manager = own, wanted } of requests) {
    if (manager === undefined) continue;
    const list = groups.get(manager) ?? [];
    const isKnown = list.some(({ name, version }) => name === wanted.name && version === wanted.version);
    groups.set(manager, isKnown ? list : [...list, wanted]);
  }
  return new Map([...groups].filter(([, list]) => list.length > 0));
}

/** As many names as fit on a line. */
function summarise(list: readonly PackageRequest[]): string {
  const shown = list.slice(0, 6).map(({ name }) => name);
  const more = list.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}
