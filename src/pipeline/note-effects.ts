// What a step does that is no path the agent writes itself: noted before it is done, so that `guest-init undo` can take it back, or say
// that it stays. Nothing of a user's command or password is kept.

import type { Action } from '../core/action.ts';
import type { Step } from '../core/plan.ts';
import { findUser, hasGroup } from '../executors/account-files.ts';
import type { Host } from '../host/host.ts';
import type { Effect } from '../state/changes.ts';

/** Kinds whose files belong to the instance, or hold nothing that anybody would want back. */
const unobserved: ReadonlySet<Action['kind']> = new Set<Action['kind']>(['hostKeys', 'password', 'randomSeed', 'exec']);

/** Whether what the step writes is noted path by path. The network that is set up now is put back by its own rollback. */
export function isObserved({ module, action }: Step): boolean {
  return module !== 'network' && !unobserved.has(action.kind);
}

/** The effects of a step that is about to be applied. */
export function findEffects(step: Step, host: Host): Effect[] {
  const { action } = step;
  const lasting = (what: string): Effect[] => [{ kind: 'lasting', what }];
  switch (action.kind) {
    case 'user':
      return findUser(host, action.name) === undefined
        ? [{ kind: 'user', name: action.name }]
        : lasting(`user ${action.name} keeps the groups that were added`);
    case 'group':
      return hasGroup(host, action.name)
        ? lasting(`group ${action.name} keeps the members that were added`)
        : [{ kind: 'group', name: action.name }];
    case 'unit':
      if (action.verb === 'unmask') return [];
      return action.verb === 'enable'
        ? [{ kind: 'enabled', unit: action.unit, ...(action.runtime === undefined ? {} : { runtime: true as const }) }]
        : lasting(`${action.unit} was told to ${action.verb}`);
    case 'daemon':
      return isEnabled(action.name, host) ? [] : [findDaemon(action.name, host)];
    case 'swapFile':
      return host.stat(action.path) === undefined ? [{ kind: 'swapFile', path: action.path }] : [];
    case 'notify':
      return [{ kind: 'notify', argv: action.argv, of: action.onChangeOf }];
    case 'service':
      return [{ kind: 'service', units: action.units, verb: action.verb, of: action.onChangeOf }];
    case 'exec':
      return lasting(`${describeExec(step)}: what a command did is not known`);
    case 'password':
      return lasting(`the password of ${action.user}`);
    case 'hostKeys':
      return lasting('host keys of sshd: they are those of this instance');
    case 'packages':
      return action.task === 'refresh' ? [] : lasting(`packages: ${step.summary}`);
    case 'debconf':
      return lasting('answers to questions of packages');
    case 'partitionTable':
    case 'fileSystem':
    case 'growPartition':
    case 'growFileSystem':
      return lasting(`disk: ${step.summary}`);
    case 'mount':
      return lasting(`mounted until the next boot: ${step.summary}`);
    case 'locale':
      return action.generator === undefined ? [] : lasting(`the locale ${action.name} that was made`);
    default:
      return [];
  }
}

function describeExec({ id, summary }: Step): string {
  return id === summary ? id : `${id} (${summary})`;
}

function isEnabled(name: string, host: Host): boolean {
  if (host.stat(`/etc/runlevels/default/${name}`) !== undefined) return true;
  if (host.which('systemctl') === undefined) return false;
  return host.run(['systemctl', '--quiet', 'is-enabled', `${name}.service`], { timeoutMs: 30_000 }).status === 0;
}

function findDaemon(name: string, host: Host): Effect {
  return host.which('systemctl') === undefined
    ? { kind: 'openrc', name }
    : { kind: 'enabled', unit: `${name}.service` };
}
