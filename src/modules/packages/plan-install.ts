// The software that another module's key cannot do without, as cloud-init installs it: by the guest's own package manager, before the
// steps that configure it.

import type { PackageRequest } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';

/** `program` is a name or an absolute path: where it is there nothing is installed. `anyOf`: one of `packages` will do, the first first. */
export type Software = {
  readonly packages: readonly PackageRequest[];
  readonly program?: string;
  readonly anyOf?: true;
};

/** A late step, or undefined where there is nothing to install, or no package manager that is known. */
export function planInstall(
  { facts, validated }: Pick<ModuleContext<unknown>, 'facts' | 'validated'>,
  step: Pick<Step, 'id' | 'module' | 'source'>,
  { packages, program, anyOf }: Software,
): Step | undefined {
  const manager = facts.packageManager;
  if (manager === undefined || packages.length === 0) return undefined;
  const isFetched = ['package_update', 'package_upgrade', 'apt_update', 'apt_upgrade'].some(
    (key) => validated[key] === true,
  );
  return {
    ...{ ...step, stage: 'late', summary: packages.map(({ name }) => name).join(anyOf ? ' or ' : ', ') },
    action: {
      ...{ kind: 'packages', manager, task: 'install', packages },
      // The step of those keys comes first, and has fetched the lists.
      ...(isFetched ? {} : { refreshFirst: true }),
      ...(anyOf ? { anyOf } : {}),
      ...(program === undefined ? {} : { program }),
    },
  };
}
