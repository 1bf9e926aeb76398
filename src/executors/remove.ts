// A file of an earlier run that nothing asks for any more. What somebody has changed since is theirs.

import type { RemoveAction } from '../core/action.ts';
import { sha256 } from '../host/crypto.ts';
import type { Executor } from './executor.ts';

export const remove: Executor<RemoveAction> = {
  inspect({ path }, host) {
    return host.stat(path) === undefined ? { state: 'same' } : { state: 'differs', changes: [{ op: '-', what: path }] };
  },

  apply({ path, sha256: wanted }, host) {
    const isOurs = host.stat(path)?.kind === 'file' && sha256(host.readFile(path) ?? new Uint8Array()) === wanted;
    if (isOurs) host.remove(path);
    return { forgotten: [path], ...(isOurs ? {} : { message: `${path} was changed since; left as it is` }) };
  },
};
