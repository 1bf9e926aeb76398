// From ids to steps, for the user one logs in as and for those of the list of users.

import type { KeySource } from '../../core/action.ts';
import type { Step } from '../../core/plan.ts';

/** One step an id, late, when the network is up: one that cannot be had costs itself. */
export function planImports(
  ids: readonly string[] | undefined,
  given: { user: string; module: string; source: string; needs: readonly string[] },
): Step[] {
  const { user, module, source, needs } = given;
  return [...new Set(ids?.map(withSite))].map((id): Step => {
    const [prefix, name = ''] = id.split(':');
    const from: KeySource = { site: prefix === 'gh' ? 'github' : 'launchpad', name };
    return {
      ...{ id: `ssh_import_id/${user}/${id}`, module, stage: 'late', source },
      summary: `${user}: the keys of ${id}`,
      ...(needs.length === 0 ? {} : { needs }),
      action: { kind: 'importKeys', user, from },
    };
  });
}

/** ssh-import-id(1) asks Launchpad unless it is told otherwise. */
function withSite(id: string): string {
  return id.includes(':') ? id : `lp:${id}`;
}
