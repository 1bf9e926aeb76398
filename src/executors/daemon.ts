// A service that user_data configures: enabled for later boots and started, by systemctl(1), or by OpenRC where that is in charge.

import type { DaemonAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { describeFailure } from '../host/commands.ts';
import type { Host } from '../host/host.ts';
import type { Executor } from './executor.ts';

const unitFolders = ['/etc/systemd/system', '/run/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];
const timeoutMs = 30_000;

type Manager = { isSet(): boolean; enable: readonly string[]; start: readonly string[] };

export const daemon: Executor<DaemonAction> = {
  inspect(action, host) {
    const { name } = action;
    const manager = findManager(action, host);
    if (manager === undefined) return { state: 'differs', changes: [{ op: '+', what: `${name}: not installed` }] };
    return manager.isSet()
      ? { state: 'same' }
      : { state: 'differs', changes: [{ op: '+', what: `${name} enabled and started` }] };
  },

  apply(action, host) {
    const { name, packages, wait } = action;
    const manager = findManager(action, host);
    if (manager === undefined) {
      const one = packages.length === 1 ? 'package' : 'packages';
      throw new AgentError(
        exitCodes.internal,
        `${name}: the service is not installed (${one} ${packages.join(', ')})`,
        {
          hint: `have the image or \`packages\` bring it, then: guest-init run --force`,
        },
      );
    }
    const commands = host.live ? [manager.enable, manager.start] : [manager.enable];
    for (const argv of commands) {
      const result = host.run(argv, { timeoutMs: (argv === manager.start ? wait : undefined) ?? timeoutMs });
      if (result.status !== 0)
        throw new AgentError(exitCodes.internal, `${name}: ${describeFailure(argv.slice(0, 2).join(' '), result)}`);
    }
    return undefined;
  },
};

/** Undefined where no manager knows the service. */
function findManager({ name, wait }: DaemonAction, host: Host): Manager | undefined {
  const succeeds = (argv: readonly string[]): boolean => host.run(argv, { timeoutMs }).status === 0;
  const unit = `${name}.service`;
  const template = unit.replace(/@[^.]+(?=\.)/, '@');
  if (unitFolders.some((folder) => host.stat(`${folder}/${template}`) !== undefined)) {
    // Without waiting: a wait inside the boot can be a wait for ourselves.
    const start = ['systemctl', 'start', ...(wait === undefined ? ['--no-block'] : []), unit];
    return {
      ...{ enable: ['systemctl', 'enable', unit], start },
      isSet: () =>
        succeeds(['systemctl', '--quiet', 'is-enabled', unit]) &&
        (!host.live || succeeds(['systemctl', '--quiet', 'is-active', unit])),
    };
  }
  if (host.stat(`/etc/init.d/${name}`) === undefined || host.which('rc-update') === undefined) return undefined;
  return {
    ...{ enable: ['rc-update', 'add', name, 'default'], start: ['rc-service', '--ifstopped', name, 'start'] },
    isSet: () =>
      host.stat(`/etc/runlevels/default/${name}`) !== undefined &&
      (!host.live || succeeds(['rc-service', '--quiet', name, 'status'])),
  };
}
