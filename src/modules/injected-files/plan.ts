// Plans the files that the launch request asked to inject (OpenStack's "personality").

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { explainUnusablePath, normalisePath } from '../write-files/guest-path.ts';
import type { InjectedFiles } from './schema.ts';

/** Steps `injected_files/N`, N counting from 0 in the metadata's list. */
export function planInjectedFiles({ instance, report }: ModuleContext<InjectedFiles>): Step[] {
  return instance.files.flatMap((file, index): Step[] => {
    const expected = explainUnusablePath(file.path);
    if (expected !== undefined) {
      const message = `injected file ${index} of the metadata: expected ${expected}`;
      report({ severity: 'error', code: 'value', source: file.source, message }, undefined);
      return [];
    }
    const path = normalisePath(file.path);
    return [
      {
        id: `injected_files/${index}`,
        module: 'injected-files',
        stage: 'early',
        // 0660 as cloud-init: the launch request may have put secrets in them.
        action: { kind: 'file', path, content: file.content, mode: 0o660, owner: 'root', group: 'root' },
        summary: path,
        source: file.source,
      },
    ];
  });
}
