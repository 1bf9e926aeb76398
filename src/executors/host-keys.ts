// The host keys of sshd, ssh-keygen(1): images that are made well ship none, and sshd does not start without.

import type { HostKeysAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { describeFailure } from '../host/commands.ts';
import type { Host } from '../host/host.ts';
import type { Applied, Executor } from './executor.ts';

const folder = '/etc/ssh';
const privateKey = /^ssh_host_\w+_key$/;

export const hostKeys: Executor<HostKeysAction> = {
  inspect(_action, host) {
    return listKeys(host).length > 0
      ? { state: 'same' }
      : { state: 'differs', changes: [{ op: '+', what: `${folder}/ssh_host_*_key` }] };
  },

  apply(_action, host): Applied {
    const result = host.run(['ssh-keygen', '-A']);
    if (result.status !== 0) {
      throw new AgentError(exitCodes.internal, `no host keys: ${describeFailure('ssh-keygen', result)}`);
    }
    return {
      made: listKeys(host).flatMap((name) => [{ path: `${folder}/${name}` }, { path: `${folder}/${name}.pub` }]),
    };
  },
};

function listKeys(host: Host): string[] {
  return host.list(folder).filter((name) => privateKey.test(name));
}
