// Files that the launch request injected ("personality"). Follows cloud-init's config drive source; see README.md.

import { defineModule } from '../../core/define.ts';
import { planInjectedFiles } from './plan.ts';
import { InjectedFiles } from './schema.ts';

export const injectedFiles = defineModule({
  name: 'injected-files',
  keys: [],
  after: ['bootcmd'],
  always: true,
  schema: InjectedFiles,
  plan: planInjectedFiles,
});
