// Plans /etc/apk/repositories.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { describeContent } from '../yum-repos/ini.ts';
import type { ApkRepos } from './schema.ts';

const path = '/etc/apk/repositories';

/** cloud-init's. */
const defaultUrl = 'https://alpine.global.ssl.fastly.net/alpine';

/** One step, or none where the list of the image stays. */
export function planApkRepos({ config, facts, place, report }: ModuleContext<ApkRepos>): Step[] {
  const given = config.apk_repos;
  if (given === undefined || given.preserve_repositories === true) return [];
  if (facts.packageManager !== 'apk') {
    report({ severity: 'warning', code: 'guest', message: 'this guest has no apk' }, ['apk_repos']);
    return [];
  }
  const { alpine_repo: alpine, local_repo_base_url: local } = given;
  if (alpine === undefined || alpine === null) {
    if (local !== undefined) {
      const message = 'without effect: the version is that of alpine_repo, which is missing';
      report({ severity: 'warning', code: 'missing', message }, ['apk_repos', 'local_repo_base_url']);
    }
    return [];
  }
  const { version } = alpine;
  const base = (alpine.base_url ?? defaultUrl).replace(/\/+$/, '');
  if (alpine.testing_enabled === true && version !== 'edge') {
    const message = `packages of testing are made for edge and may not fit ${version}`;
    report({ severity: 'note', code: 'value', message }, ['apk_repos', 'alpine_repo', 'testing_enabled']);
  }
  const lines = [
    `${base}/${version}/main`,
    ...(alpine.community_enabled === true ? [`${base}/${version}/community`] : []),
    ...(alpine.testing_enabled === true ? [`${base}/edge/testing`] : []),
    ...(local === undefined ? [] : [`${local.replace(/\/+$/, '')}/${version}`]),
  ];
  const content = `# Written by guest-init: apk_repos.\n${lines.join('\n')}\n`;
  const backup = { mark: 'guest-init', path: `/var/lib/guest-init/backup${path}` };
  return [
    {
      ...{ id: 'apk_repos', module: 'apk-repos', stage: 'late', summary: path, source: place(['apk_repos']) },
      action: { kind: 'file', path, ...describeContent(content), backup },
    },
  ];
}
