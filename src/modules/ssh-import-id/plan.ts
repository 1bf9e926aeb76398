// Plans the import of the login user's keys.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { resolveLoginUser } from '../users/login-user.ts';
import { planImports } from './imports.ts';
import type { SshImportId } from './schema.ts';

/** Steps `ssh_import_id/USER/ID`. */
export function planSshImportId(context: ModuleContext<SshImportId>): Step[] {
  const ids = context.config.ssh_import_id ?? [];
  if (ids.length === 0) return [];
  const { name } = resolveLoginUser(context);
  // The module of users says so.
  if (name === undefined) return [];
  return planImports(ids, {
    ...{ user: name, module: 'ssh-import-id', source: context.place(['ssh_import_id']) },
    needs: name === 'root' ? [] : [`users/${name}`],
  });
}
