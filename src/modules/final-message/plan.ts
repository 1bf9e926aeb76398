// Plans the last words: checked now, said at the end of every boot's run.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { fillMessage, listUnknownNames, messageNames } from './fill.ts';
import type { FinalMessage } from './schema.ts';

/** One step; none for a template that cannot be filled in. */
export function planFinalMessage({ config, place, report }: ModuleContext<FinalMessage>): Step[] {
  const { final_message: template } = config;
  if (template === undefined || template.trim() === '') return [];
  const tried = fillMessage(template, Object.fromEntries(messageNames.map((name) => [name, ''])));
  if ('problem' in tried) {
    report({ severity: 'error', code: 'syntax', message: tried.problem }, ['final_message']);
    return [];
  }
  for (const name of listUnknownNames(template)) {
    const message = `nobody fills in $${name}; it stays as it is (known: ${messageNames.join(', ')})`;
    report({ severity: 'warning', code: 'value', message }, ['final_message']);
  }
  return [
    {
      ...{ id: 'final_message', module: 'final-message', stage: 'late', source: place(['final_message']) },
      ...{ summary: 'for the console', frequency: 'boot' },
      action: { kind: 'message', template, names: { datasource: 'DataSourceConfigDrive' } },
    },
  ];
}
