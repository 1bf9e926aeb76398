// Entry point: the exact words of the boot units go straight to the job, and --version to its answer; everything else that people type goes
// through yargs.

import { writeOutput } from './cli/standard-output.ts';
import { parseUnitArguments } from './cli/unit-arguments.ts';
import { AgentError } from './core/error.ts';
import { forbidCoreDumps } from './host/core-dump.ts';

async function main(): Promise<number> {
  forbidCoreDumps();
  const words = process.argv.slice(2);
  const unit = parseUnitArguments(words);
  if (unit !== undefined) {
    const { runCommand } = await import('./cli/run-command.ts');
    return runCommand(unit);
  }
  if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) {
    const { describeVersion } = await import('./cli/full-version.ts');
    writeOutput(`guest-init ${describeVersion()}\n`);
    return 0;
  }
  const { runCommandLine } = await import('./cli/command-line.ts');
  return runCommandLine(words);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    const isTold = error instanceof AgentError;
    // The stack is for a report of the bug; the last line is the one that is read.
    if (!isTold && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`guest-init: ${isTold ? message : `FAILED (1) internal error: ${message}`}\n`);
    process.exit(isTold ? error.code : 1);
  },
);
