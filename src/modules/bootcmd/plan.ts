// Plans one step per entry of bootcmd, at every boot.

import type { ModuleContext } from '../../core/define.ts';
import { instanceName } from '../../core/instance-config.ts';
import type { Step } from '../../core/plan.ts';
import { listCommands } from '../runcmd/command-list.ts';
import type { Bootcmd } from './schema.ts';

/** Steps `bootcmd/N`, N counting from 0 in the user's list. */
export function planBootcmd(context: ModuleContext<Bootcmd>): Step[] {
  const env = { INSTANCE_ID: instanceName(context.instance.id) };
  let previous: string | undefined;
  return listCommands('bootcmd', context.config.bootcmd ?? [], context).map(({ index, position, command, word }) => {
    const id = `bootcmd/${index}`;
    const needs = context.policy.stop_on_error && previous !== undefined ? { needs: [previous] } : {};
    previous = id;
    return {
      id,
      module: 'bootcmd',
      stage: 'early',
      action: { kind: 'exec', label: `bootcmd[${index}] ${word}`, command, env },
      summary: word,
      source: context.place(['bootcmd', position]),
      frequency: 'boot',
      ...needs,
    };
  });
}
