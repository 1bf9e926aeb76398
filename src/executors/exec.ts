// Commands of the user (reliability.md I6): run by the host port, logged to the instance's folder, ended by their exit code. What the shell is
// to read lies in a file of root's: words of a command line are shown to every user by ps(1). A script that went well is removed, one that
// failed stays, so that one can look.

import type { ExecAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { sha256 } from '../host/crypto.ts';
import type { ExecResult, Host } from '../host/host.ts';
import { provideCloudInitPer } from './cloud-init-per.ts';
import type { Applied, ApplyContext, Executor, Inspection } from './executor.ts';
import { makeInstanceFolder } from './instance-folder.ts';
import { findInterpreter, isNoexec, isProgram } from './script-file.ts';

export const exec: Executor<ExecAction> = { inspect: inspectExec, apply: applyExec };

function inspectExec(action: ExecAction, host: Host): Inspection {
  if (action.ifInstalled === true && !isInstalled(action, host)) return { state: 'same' };
  return { state: 'unknown', changes: [{ op: '~', what: action.label }] };
}

function isInstalled({ command }: ExecAction, host: Host): boolean {
  const program = 'argv' in command ? command.argv[0] : undefined;
  if (program === undefined) return true;
  return program.startsWith('/') ? host.stat(program) !== undefined : host.which(program) !== undefined;
}

async function applyExec(action: ExecAction, host: Host, context: ApplyContext): Promise<Applied> {
  const { instanceDirectory, interrupted } = context;
  const name = toFileName(context.stepId);
  const { argv, input, made, hint } = prepare(action, host, context, name);
  makeInstanceFolder(instanceDirectory, 'output', host);
  const timeoutMs = action.timeoutMs ?? context.commandTimeoutMs;
  const extraPath = provideCloudInitPer(action, host, instanceDirectory);
  const result = await host.exec(argv, {
    env: {
      ...context.environment,
      ...action.env,
      ...(interrupted === undefined ? {} : { GUEST_INIT_RERUN: String(interrupted.tries) }),
    },
    timeoutMs,
    log: `${instanceDirectory}/output/${name}.log`,
    cwd: '/',
    ...(extraPath === undefined ? {} : { extraPath }),
  });
  const failed = describeEnding(result, timeoutMs, hint);
  const isKept = made !== undefined && failed !== undefined;
  if (input !== undefined && !isKept) host.remove(input);
  return {
    ...(result.exitCode === undefined ? {} : { exitCode: result.exitCode }),
    ...(result.tail.length === 0 ? {} : { tail: result.tail }),
    ...(failed === undefined ? {} : { failed }),
    ...(isKept ? { made } : {}),
    ...(made === undefined || isKept ? {} : { forgotten: made.map(({ path }) => path) }),
  };
}

type Prepared = {
  readonly argv: readonly string[];
  /** The file that is run or read, gone when it has done its work. */
  readonly input?: string;
  readonly made?: Applied['made'];
  /** What to say when the command ends with "not found". */
  readonly hint?: string;
};

function prepare({ command }: ExecAction, host: Host, context: ApplyContext, name: string): Prepared {
  if ('shell' in command) {
    const folder = makeInstanceFolder(context.volatileDirectory ?? context.instanceDirectory, 'commands', host);
    const input = `${folder}/${name}`;
    host.writeFile(input, `${command.shell}\n`, { mode: 0o600, uid: 0, gid: 0 });
    return { argv: ['/bin/sh', input], input };
  }
  if ('argv' in command) return { argv: command.argv };
  return prepareScript(command, host, context, name);
}

/** Writes the script where only root can reach it and runs the file itself, so that the kernel reads its #! line. */
function prepareScript(
  command: { script: Uint8Array; name: string; prefix?: readonly string[] },
  host: Host,
  context: ApplyContext,
  name: string,
): Prepared {
  const { script } = command;
  const interpreter = findInterpreter(script);
  if (interpreter === undefined && !isProgram(script)) {
    throw new AgentError(exitCodes.internal, `${command.name}: its first line names no interpreter`, {
      hint: 'begin the script with a line such as #!/bin/sh',
    });
  }
  if (interpreter !== undefined && host.stat(interpreter.path) === undefined) {
    throw new AgentError(
      exitCodes.internal,
      `${command.name}: its interpreter ${interpreter.path} does not exist on this guest`,
      {
        hint: 'correct the #! line, or have the interpreter installed in the image',
      },
    );
  }
  const folder = makeInstanceFolder(context.instanceDirectory, 'scripts', host);
  const path = `${folder}/${name}`;
  host.writeFile(path, script, { mode: 0o700, uid: 0, gid: 0 });
  const made = [{ path, sha256: sha256(script) }];
  const { prefix = [] } = command;
  if (interpreter === undefined) return { argv: [...prefix, path], input: path, made };
  const hint = `${interpreter.program}, the interpreter of its #! line, or a command at its end was not found`;
  // The kernel's own way is not open on a file system mounted noexec; reading the file is.
  const argv = isNoexec(folder, host) ? [interpreter.path, ...interpreter.arguments, path] : [path];
  return { argv: [...prefix, ...argv], input: path, made, hint };
}

/** Undefined when the command ended well; `hint` says what exit code 127 means. */
export function describeEnding(
  { exitCode, signal, timedOut }: ExecResult,
  timeoutMs: number,
  hint?: string,
): string | undefined {
  if (timedOut) return `ended after its time of ${formatSeconds(timeoutMs)} s`;
  if (signal !== undefined) return `killed by ${signal}`;
  if (exitCode === undefined) return 'ended in an unknown way';
  if (exitCode === 0) return undefined;
  return exitCode === 127 && hint !== undefined ? `exited 127: ${hint}` : `exited ${exitCode}`;
}

function formatSeconds(ms: number): string {
  return ms >= 10_000 ? String(Math.round(ms / 1000)) : (ms / 1000).toFixed(1);
}

/** Step ids are ours, yet may hold a name of the user: only harmless characters become a file name. */
export function toFileName(stepId: string): string {
  const name = stepId.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^\.+/, '-');
  return name.length <= 100 ? name : `${name.slice(0, 80)}-${sha256(stepId).slice(0, 16)}`;
}
