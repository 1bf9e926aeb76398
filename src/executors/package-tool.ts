// One call of a package manager after the other, within the time of one step: each with a log of its own, tried again while another
// manager is at work.

import type { Host } from '../host/host.ts';
import { describeEnding, toFileName } from './exec.ts';
import type { ApplyContext } from './executor.ts';
import { makeInstanceFolder } from './instance-folder.ts';
import { lockWaitSeconds, type ManagerCommands } from './package-managers.ts';

const pauseMs = 2000;

export type CallResult = {
  /** Why the call failed, in the manager's own words where it has some. */
  readonly failure?: string;
  readonly isIdle: boolean;
  /** The time of the step is used up. */
  readonly isOver: boolean;
  readonly tail: readonly string[];
};

export type PackageTool = {
  readonly commands: ManagerCommands;
  /** Arguments without the program. */
  call(args: readonly string[]): Promise<CallResult>;
};

/** Calls share `context.commandTimeoutMs`; their logs are the step's, counted from the second on; what is tried again has the same. */
export function createPackageTool(commands: ManagerCommands, host: Host, context: ApplyContext): PackageTool {
  const deadline = host.monotonic() + context.commandTimeoutMs;
  const folder = makeInstanceFolder(context.instanceDirectory, 'output', host);
  const name = toFileName(context.stepId);
  let calls = 0;
  let isRepaired = false;

  async function run(argv: readonly string[]): Promise<CallResult> {
    const timeoutMs = Math.max(1000, deadline - host.monotonic());
    const result = await host.exec(argv, {
      env: { LC_ALL: 'C.UTF-8', ...commands.environment },
      timeoutMs,
      log: `${folder}/${name}${calls === 1 ? '' : `-${calls}`}.log`,
      cwd: '/',
    });
    const { tail, exitCode } = result;
    const isFine = exitCode !== undefined && commands.successes?.includes(exitCode) === true;
    const ending = isFine ? undefined : describeEnding(result, timeoutMs);
    const words =
      commands.complaints.flatMap((pattern) => tail.find((line) => pattern.test(line)) ?? [])[0] ?? tail.at(-1);
    return {
      ...(ending === undefined ? {} : { failure: words === undefined || result.timedOut ? ending : words }),
      isIdle: commands.idle !== undefined && tail.some((line) => commands.idle?.test(line) === true),
      isOver: result.timedOut || host.monotonic() >= deadline,
      tail,
    };
  }

  async function call(args: readonly string[]): Promise<CallResult> {
    calls += 1;
    const patience = Math.min(deadline, host.monotonic() + lockWaitSeconds * 1000);
    for (;;) {
      const result = await run([commands.program, ...args]);
      if (result.failure === undefined || result.isOver) return result;
      const says = (pattern: RegExp | undefined): boolean =>
        pattern !== undefined && result.tail.some((line) => pattern.test(line));
      if (!isRepaired && commands.repair !== undefined && says(commands.broken)) {
        isRepaired = true;
        await run(commands.repair);
        calls += 1;
      } else if (says(commands.lock) && host.monotonic() + pauseMs < patience) {
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      } else return result;
    }
  }

  return { commands, call };
}
