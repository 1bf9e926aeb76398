// yum_repos: repositories of yum and dnf. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planYumRepos } from './plan.ts';
import { YumRepos } from './schema.ts';

export const yumRepos = defineModule({
  name: 'yum-repos',
  keys: ['yum_repos', 'yum_repo_dir'],
  after: [],
  schema: YumRepos,
  plan: planYumRepos,
});
