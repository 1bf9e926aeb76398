// guest-init status: what happened, what the network is, what failed and what to do. The exit code is the run's own.

import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandModule } from 'yargs';
import { exitCodes } from '../core/error.ts';
import { createRealHost } from '../host/real.ts';
import { hasCloudInitEnded } from '../pipeline/cloud-init.ts';
import type { PublicStatus } from '../pipeline/public-status.ts';
import { lookAtStatus, readStatus } from './current-status.ts';
import { reportFailure } from './report-failure.ts';
import { writeOutput } from './standard-output.ts';
import { printStatus } from './status-text.ts';

type Arguments = { json: boolean; wait: boolean; timeout?: string };

const pollMs = 200;

export const statusCommand: CommandModule<object, Arguments> = {
  command: 'status',
  describe: 'Say what the last run did and what to do next',
  builder: (parser) =>
    parser
      .option('json', { type: 'boolean', default: false, describe: 'The same facts as JSON' })
      .option('wait', { type: 'boolean', default: false, describe: 'Wait until a run of this boot has ended' })
      .option('timeout', {
        type: 'string',
        requiresArg: true,
        describe: 'With --wait: give up after this many seconds (exit 50)',
      })
      .check(({ timeout }) => timeout === undefined || Number(timeout) >= 0 || 'timeout: expected seconds') as never,
  handler: async ({ json, wait, timeout }) => {
    process.exitCode = await reportFailure(async () => {
      if (wait && !(await waitForEnd(timeout === undefined ? Number.POSITIVE_INFINITY : Number(timeout) * 1000))) {
        process.stderr.write(`guest-init: still not done after ${timeout} s\n`);
        return exitCodes.deadline;
      }
      const { view } = lookAtStatus(createRealHost());
      writeOutput(json ? `${JSON.stringify(view, null, 2)}\n` : printStatus(view));
      return view.exitCode;
    });
  },
};

async function waitForEnd(timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!hasEnded(readStatus())) {
    if (performance.now() > deadline) return false;
    await sleep(pollMs);
  }
  return true;
}

function hasEnded(status: PublicStatus | undefined): boolean {
  if (status === undefined || status.state === 'running') return false;
  // What starts us once per instance comes last in cloud-init's boot; at most boots it does not come at all.
  return status.state !== 'yielded' || hasCloudInitEnded(createRealHost());
}
