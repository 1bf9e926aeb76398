// Entry point: the exact words of the boot units go straight to the job; everything people type goes through yargs.

import { parseUnitArguments } from './cli/unit-arguments.ts';
import { forbidCoreDumps } from './host/core-dump.ts';

async function main(): Promise<number> {
  forbidCoreDumps();
  const words = process.argv.slice(2);
  const unit = parseUnitArguments(words);
  if (unit !== undefined) {
    const { runCommand } = await import('./cli/run-command.ts');
    return runCommand(unit);
  }
  const { runCommandLine } = await import('./cli/command-line.ts');
  return runCommandLine(words);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(
      `guest-init: FAILED (1) internal error: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
    process.exit(1);
  },
);
