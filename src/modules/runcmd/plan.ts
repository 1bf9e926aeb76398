// Plans one step per entry of runcmd (decisions.md D13).

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { listCommands } from './command-list.ts';
import type { Runcmd } from './schema.ts';

/** Steps `runcmd/N`, N counting from 0 in the user's list. */
export function planRuncmd(context: ModuleContext<Runcmd>): Step[] {
  let previous: string | undefined;
  return listCommands('runcmd', context.config.runcmd ?? [], context).map(({ index, position, command, word }) => {
    const id = `runcmd/${index}`;
    const needs = context.policy.stop_on_error && previous !== undefined ? { needs: [previous] } : {};
    previous = id;
    return {
      id,
      module: 'runcmd',
      stage: 'late',
      action: { kind: 'exec', label: `runcmd[${index}] ${word}`, command },
      summary: word,
      source: context.place(['runcmd', position]),
      ...needs,
    };
  });
}
