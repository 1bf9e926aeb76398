// Does what the plan of undo says, one item after another. Each can be repeated: what was done is `settled` the next time.

import { AgentError, exitCodes } from '../core/error.ts';
import { findUser } from '../executors/account-files.ts';
import { runAccountTool } from '../executors/account-tool.ts';
import { notify } from '../executors/notify.ts';
import { tellService } from '../executors/service.ts';
import { describeFailure } from '../host/commands.ts';
import type { Host } from '../host/host.ts';
import type { PathState } from '../state/changes.ts';
import { removeHome } from './remove-home.ts';
import type { UndoDeed, UndoItem } from './undo-item.ts';

const timeoutMs = 30_000;

/** Gives a remark for people where there is one. Throws AgentError when it could not be done. */
export function carryOut({ subject, deed }: UndoItem, host: Host): string | undefined {
  switch (deed.kind) {
    case 'remove':
      host.remove(subject);
      return undefined;
    case 'restore':
      restore(subject, deed, host);
      return undefined;
    case 'takeOut': {
      const stat = host.stat(subject);
      if (stat?.kind !== 'file') throw new AgentError(exitCodes.internal, `${subject}: is no file any more`);
      host.writeFile(subject, deed.content, stat);
      return undefined;
    }
    case 'disable':
      run(['systemctl', '--no-reload', ...(deed.runtime ? ['--runtime'] : []), 'disable', subject], host);
      return 'what runs of it goes on until the next boot';
    case 'disableOpenrc':
      run(['rc-update', 'del', subject, 'default'], host);
      return 'what runs of it goes on until the next boot';
    case 'removeSwap':
      if (host.live && isSwapping(subject, host)) run(['swapoff', subject], host);
      host.remove(subject);
      return undefined;
    case 'rename':
      host.writeKernelVariable('/proc/sys/kernel/hostname', deed.to);
      return undefined;
    case 'removeUser':
      return removeUser(subject.replace(/^user /, ''), host);
    case 'removeGroup':
      runAccountTool(host, ['groupdel', subject.replace(/^group /, '')]);
      return undefined;
    case 'refresh':
      return refresh(deed.effect, host);
    default:
      return undefined;
  }
}

function restore(path: string, { to, content }: Extract<UndoDeed, { kind: 'restore' }>, host: Host): void {
  if (to.kind === 'symlink') host.makeSymlink(path, to.target);
  else if (to.kind === 'file') host.writeFile(path, content ?? readPresent(path, host), attributesOf(to));
}

function readPresent(path: string, host: Host): Uint8Array {
  const content = host.readFile(path);
  if (content === undefined) throw new AgentError(exitCodes.internal, `${path}: is gone`);
  return content;
}

function attributesOf({ mode, uid, gid }: Extract<PathState, { kind: 'file' }>) {
  return { mode, uid, gid };
}

/** The account, and of its home what nobody has written to. */
function removeUser(name: string, host: Host): string | undefined {
  const user = findUser(host, name);
  if (user === undefined) return undefined;
  runAccountTool(host, ['userdel', name]);
  const rest = removeHome(user, host);
  return rest === undefined ? undefined : `${user.home} stays: ${rest}`;
}

function refresh(effect: Extract<UndoDeed, { kind: 'refresh' }>['effect'], host: Host): string | undefined {
  if (effect.kind === 'service') {
    tellService(effect, host);
    return undefined;
  }
  // Without the tool there is nobody who has read the files.
  if (!host.live || host.which(effect.argv[0] ?? '') === undefined) return undefined;
  const action = { kind: 'notify', argv: effect.argv, onChangeOf: effect.of } as const;
  const context = { commandTimeoutMs: timeoutMs, instanceDirectory: '', environment: {}, stepId: 'undo' };
  void notify.apply(action, host, context);
  return undefined;
}

function isSwapping(path: string, host: Host): boolean {
  return (host.readText('/proc/swaps') ?? '').split('\n').some((line) => line.startsWith(`${path} `));
}

function run(argv: readonly string[], host: Host): void {
  const result = host.run(argv, { timeoutMs });
  if (result.status !== 0)
    throw new AgentError(exitCodes.internal, describeFailure(argv.slice(0, 2).join(' '), result));
}
