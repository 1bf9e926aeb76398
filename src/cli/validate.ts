// guest-init validate: every problem of a user_data, a metadata file or a drive's folder, with line and column.

import type { CommandModule } from 'yargs';
import { type Diagnostic, formatPlace, formatProblem } from '../core/diagnostic.ts';
import { exitCodes } from '../core/error.ts';
import { reportFailure } from './report-failure.ts';
import { writeOutput } from './standard-output.ts';
import { cleanLine, openTerminal } from './terminal.ts';
import { validatePath } from './validate-path.ts';

type Arguments = { file: readonly string[]; json: boolean; strict: boolean };

export const validateCommand: CommandModule<object, Arguments> = {
  command: 'validate <file..>',
  describe: 'Check user_data, meta_data.json, network_data.json or a folder with a drive',
  builder: (parser) =>
    parser
      .positional('file', { type: 'string', array: true, describe: 'Files or folders' })
      .option('json', { type: 'boolean', default: false, describe: 'The same problems as JSON' })
      .option('strict', {
        type: 'boolean',
        default: false,
        describe: 'Warnings and old spellings count as errors',
      }) as never,
  handler: async ({ file, json, strict }) => {
    process.exitCode = await reportFailure(async () => {
      const diagnostics: Diagnostic[] = [];
      for (const path of file) for (const found of await validatePath(path)) diagnostics.push(found);
      writeOutput(json ? `${JSON.stringify(diagnostics, null, 2)}\n` : print(diagnostics, file));
      const faulty = diagnostics.some((found) => found.severity === 'error' || (strict && isDoubtful(found)));
      const isOver = diagnostics.some(({ severity, code }) => severity === 'error' && code === 'limit');
      if (isOver) return exitCodes.inputLimit;
      return faulty ? exitCodes.inputInvalid : exitCodes.ok;
    });
  },
};

/** What --strict does not let pass: works today, and may not mean what its author thinks, or not tomorrow. */
function isDoubtful({ severity, code }: Diagnostic): boolean {
  return severity === 'warning' || code === 'deprecated';
}

function print(diagnostics: readonly Diagnostic[], files: readonly string[]): string {
  const { style } = openTerminal();
  const paint = { error: style.red, warning: style.yellow, note: style.dim };
  const lines = diagnostics.map((diagnostic) => {
    const severity = paint[diagnostic.severity](diagnostic.severity);
    return `${formatPlace(diagnostic)}  ${severity}  ${formatProblem(diagnostic)}   (${diagnostic.code})`;
  });
  const count = (severity: Diagnostic['severity'], word: string): string[] => {
    const number = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return number === 0 ? [] : [`${number} ${word}${number === 1 ? '' : 's'}`];
  };
  const counts = [...count('error', 'error'), ...count('warning', 'warning'), ...count('note', 'note')];
  const checked = `${files.length} ${files.length === 1 ? 'file' : 'files'} checked`;
  return `${[...lines, counts.length === 0 ? `no problems, ${checked}` : counts.join(', ')].map(cleanLine).join('\n')}\n`;
}
