// A service's own tool told to read changed files. Whether the files changed at all is the pipeline's question.

import type { NotifyAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { describeFailure } from '../host/commands.ts';
import type { Executor } from './executor.ts';

export const notify: Executor<NotifyAction> = {
  inspect({ argv, ifExists }, host) {
    if (!host.live || (ifExists !== undefined && host.stat(ifExists) === undefined)) return { state: 'same' };
    return { state: 'unknown', changes: [{ op: '~', what: argv.join(' ') }] };
  },

  apply({ argv, timeoutMs = 30_000 }, host) {
    const [name = '', ...rest] = argv;
    const path = host.which(name);
    if (path === undefined) throw new AgentError(exitCodes.internal, `${name}: command not found`);
    const result = host.run([path, ...rest], { timeoutMs });
    if (result.status !== 0) throw new AgentError(exitCodes.internal, describeFailure(argv.join(' '), result));
    return undefined;
  },
};
