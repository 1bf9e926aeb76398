// packages: software of the distribution, its lists and its updates. Follows cloud-init's keys of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planPackages } from './plan.ts';
import { Packages } from './schema.ts';

export const packages = defineModule({
  name: 'packages',
  keys: ['packages', 'package_update', 'package_upgrade', 'apt_update', 'apt_upgrade'],
  after: ['apk-repos', 'apt', 'swap', 'users', 'yum-repos', 'zypper'],
  schema: Packages,
  plan: planPackages,
});
