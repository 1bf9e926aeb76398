// Seeds for the kernel's random numbers, random(4): what is written is mixed in and counts for nothing, so a bad seed does no harm.

import type { FileAction, RandomSeedAction } from '../core/action.ts';
import type { Executor } from './executor.ts';
import { file } from './file.ts';

export const randomSeed: Executor<RandomSeedAction> = {
  inspect({ path }, host) {
    // An image below a folder has no devices of its own.
    if (!host.live && path.startsWith('/dev/')) return { state: 'same' };
    return { state: 'unknown', changes: [{ op: '~', what: path }] };
  },

  apply(action, host, context) {
    const { path, seed } = action;
    if (host.stat(path)?.kind !== 'other') return file.apply(describeFile(action), host, context);
    host.writeDevice(path, seed.reveal());
    return undefined;
  },

  token(action, host) {
    return host.stat(action.path)?.kind === 'other' ? undefined : file.token?.(describeFile(action), host);
  },
};

function describeFile({ path, seed }: RandomSeedAction): FileAction {
  return { kind: 'file', path, content: seed.reveal(), mode: 0o600, append: true };
}
