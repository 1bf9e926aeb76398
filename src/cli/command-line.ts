// The command line of people: yargs, one file a command.

import yargs, { type CommandModule } from 'yargs';
import { exitCodes } from '../core/error.ts';
import { collectLogsCommand } from './collect-logs.ts';
import { completionCommand } from './completion.ts';
import { driveCommand } from './drive.ts';
import { describeVersion } from './full-version.ts';
import { planCommand } from './plan.ts';
import { queryCommand } from './query.ts';
import { rehearseCommand } from './rehearse.ts';
import { reportCommand } from './report.ts';
import { runCommandModule } from './run.ts';
import { schemaCommand } from './schema.ts';
import { sealCommand } from './seal.ts';
import { statusCommand } from './status.ts';
import { licencesCommand, sbomCommand } from './supply.ts';
import { undoCommand } from './undo.ts';
import { validateCommand } from './validate.ts';

/** Runs one command and gives its exit code; 64 for words that make none. Handlers leave their code in `process.exitCode`. */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  const commands = [
    runCommandModule,
    planCommand,
    rehearseCommand,
    validateCommand,
    statusCommand,
    queryCommand,
    undoCommand,
    reportCommand,
    collectLogsCommand,
    driveCommand,
    sealCommand,
    schemaCommand,
    completionCommand,
    sbomCommand,
    licencesCommand,
  ];
  const parser = yargs([...words], '/')
    .scriptName('guest-init')
    .usage(
      '$0 <command>\n\nFirst-boot agent for clouds without DHCP: config drive in, address, users and user_data applied.',
    )
    .locale('en')
    .version(`guest-init ${describeVersion()}`)
    .help()
    .alias({ h: 'help', V: 'version' })
    .command(commands as unknown as CommandModule[])
    .demandCommand(1, 'Which command? See: guest-init --help')
    .strict()
    .recommendCommands()
    .parserConfiguration({
      'parse-numbers': false,
      'boolean-negation': false,
      'camel-case-expansion': false,
    })
    .middleware(refuseRepetition, true)
    .wrap(Math.min(100, process.stdout.columns ?? 80))
    .exitProcess(false)
    .fail((message, error) => {
      // A message is a complaint about the words, even where yargs has made an error of it; without one a handler has failed.
      if (typeof message === 'string' && message !== '') throw new UsageError(message);
      throw error;
    });
  try {
    process.exitCode = exitCodes.ok;
    await parser.parseAsync();
    return Number(process.exitCode);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`guest-init: ${error.message}\n`);
    return exitCodes.usage;
  }
}

/** Options and words that are lists; yargs makes a list of any other that is said twice. */
const lists: readonly string[] = ['_', 'file', 'dns', 'module', 'except', 'ssh-key'];

/** Which of two values was meant, nobody knows. */
function refuseRepetition(given: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (Array.isArray(value) && !lists.includes(name)) {
      throw new UsageError(`--${name}: expected once, found ${value.length} times`);
    }
  }
}

class UsageError extends Error {}
