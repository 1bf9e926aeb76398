// guest-init sbom and guest-init licences: what the program is made of, as the build has written it down.

import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import type { CommandModule } from 'yargs';
import { AgentError, exitCodes } from '../core/error.ts';
import { reportFailure } from './report-failure.ts';
import { writeOutput } from './standard-output.ts';
import { licencesDocument, sbomDocument } from './supply-names.ts';

export const sbomCommand: CommandModule = {
  command: 'sbom',
  describe: 'Print the bill of materials of this program (CycloneDX 1.6)',
  handler: () => print(sbomDocument),
};

export const licencesCommand: CommandModule = {
  command: 'licences',
  describe: 'Print the licences of this program and of all that is in it',
  handler: () => print(licencesDocument),
};

async function print(name: string): Promise<void> {
  process.exitCode = await reportFailure(() => {
    writeOutput(readDocument(name));
    return exitCodes.ok;
  });
}

/** From the executable itself, or beside the bundle that another Node runs. */
function readDocument(name: string): string {
  const sea = process.getBuiltinModule('node:sea');
  if (sea.isSea()) return sea.getAsset(name, 'utf8');
  const path = join(dirname(fs.realpathSync(process.argv[1] ?? '.')), name);
  try {
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    throw new AgentError(exitCodes.internal, `${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      hint: 'a built program has it: npm run build',
    });
  }
}
