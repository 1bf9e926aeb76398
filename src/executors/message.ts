// Words of the user for whoever watches the console, and for the log.

import type { MessageAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { fillMessage } from '../modules/final-message/fill.ts';
import type { Executor } from './executor.ts';

/** A console is not a file. */
const mostLines = 100;

export const message: Executor<MessageAction> = {
  inspect() {
    return { state: 'unknown', changes: [] };
  },

  apply({ template, names }, host) {
    const [uptime = ''] = (host.readText('/proc/uptime') ?? '').split(' ');
    const version = typeof __VERSION__ === 'string' ? __VERSION__ : 'unbuilt';
    const timestamp = new Date(host.now() * 1000).toUTCString().replace('GMT', '+0000');
    const filled = fillMessage(template, { ...names, uptime, version, timestamp });
    if ('problem' in filled) throw new AgentError(exitCodes.internal, filled.problem);
    return { lines: filled.text.trimEnd().split('\n').slice(0, mostLines) };
  },
};
