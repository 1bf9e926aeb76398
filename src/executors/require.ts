// A program that must be there. It is never installed by itself: what an image lacks, its owner is told.

import type { RequireAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Host } from '../host/host.ts';
import type { Executor } from './executor.ts';

export const require: Executor<RequireAction> = {
  inspect(action, host) {
    if (isInstalled(action, host)) return { state: 'same' };
    return { state: 'differs', changes: [{ op: '~', what: describeAbsence(action) }] };
  },

  apply({ packages, ...action }) {
    const wanted = packages.join(', ');
    throw new AgentError(exitCodes.internal, describeAbsence({ ...action, packages }), {
      hint: `install it in the image, or by user_data: packages: [${wanted}]`,
    });
  },
};

function isInstalled({ program }: RequireAction, host: Host): boolean {
  return program.startsWith('/') ? host.stat(program) !== undefined : host.which(program) !== undefined;
}

function describeAbsence({ program, purpose, packages }: RequireAction): string {
  const bring = packages.length === 0 ? '' : ` (package ${packages.join(' or ')})`;
  return `${program}, ${purpose}, is not installed${bring}`;
}
