// Plans a file for each repository of yum or dnf.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { describeContent, renderRepository } from './ini.ts';
import type { YumRepos } from './schema.ts';

/** Steps `yum_repos/ID`; two names that are one file count once. */
export function planYumRepos({ config, facts, place, report }: ModuleContext<YumRepos>): Step[] {
  const repositories = Object.entries(config.yum_repos ?? {});
  if (repositories.length === 0) return [];
  if (facts.packageManager !== 'dnf' && facts.packageManager !== 'yum') {
    report({ severity: 'warning', code: 'guest', message: 'this guest has neither dnf nor yum' }, ['yum_repos']);
    return [];
  }
  const folder = (config.yum_repo_dir ?? '/etc/yum.repos.d').replace(/\/+$/, '');
  const seen = new Set<string>();
  return repositories.flatMap(([name, options]): Step[] => {
    const id = name.trim().replaceAll(' ', '-');
    if (seen.has(id)) {
      report({ severity: 'error', code: 'value', message: `${id} is there twice; the first counts` }, [
        'yum_repos',
        name,
      ]);
      return [];
    }
    seen.add(id);
    const path = `${folder}/${id}.repo`;
    const lower = Object.fromEntries(Object.entries(options).map(([key, value]) => [key.toLowerCase(), value]));
    const text = `# Written by guest-init: yum_repos.\n${renderRepository(id, lower)}`;
    const backup = { mark: 'guest-init', path: `/var/lib/guest-init/backup${path}` };
    return [
      {
        ...{
          id: `yum_repos/${id}`,
          module: 'yum-repos',
          stage: 'late',
          summary: path,
          source: place(['yum_repos', name]),
        },
        action: { kind: 'file', path, ...describeContent(text), backup },
      },
    ];
  });
}
