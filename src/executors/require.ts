// A program that must be there, where nothing is known that would install it: what an image lacks, its owner is told.

import type { RequireAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Executor } from './executor.ts';
import { hasProgram } from './program.ts';

export const require: Executor<RequireAction> = {
  inspect(action, host) {
    if (hasProgram(action.program, host)) return { state: 'same' };
    return { state: 'differs', changes: [{ op: '~', what: describeAbsence(action) }] };
  },

  apply({ packages, ...action }) {
    const wanted = packages.join(', ');
    throw new AgentError(exitCodes.internal, describeAbsence({ ...action, packages }), {
      hint: `install it in the image, or by user_data: packages: [${wanted}]`,
    });
  },
};

function describeAbsence({ program, purpose, packages }: RequireAction): string {
  const bring = packages.length === 0 ? '' : ` (package ${packages.join(' or ')})`;
  return `${program}, ${purpose}, is not installed${bring}`;
}
