// apk_repos: where packages of Alpine come from. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planApkRepos } from './plan.ts';
import { ApkRepos } from './schema.ts';

export const apkRepos = defineModule({
  name: 'apk-repos',
  keys: ['apk_repos'],
  after: [],
  schema: ApkRepos,
  plan: planApkRepos,
});
