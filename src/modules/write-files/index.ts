// write_files: files with the content that the user gives. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planWriteFiles } from './plan.ts';
import { WriteFiles } from './schema.ts';

export const writeFiles = defineModule({
  name: 'write-files',
  keys: ['write_files'],
  after: ['bootcmd', 'injected-files', 'packages', 'users'],
  wholeEntries: true,
  schema: WriteFiles,
  plan: planWriteFiles,
});
