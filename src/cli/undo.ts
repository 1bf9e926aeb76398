// guest-init undo: the list of what would be taken back; with --yes it is done.

import * as fs from 'node:fs';
import type { CommandModule } from 'yargs';
import { AgentError, exitCodes } from '../core/error.ts';
import { makeRuntimeDirectories } from '../host/drive-mount.ts';
import { takeLock } from '../host/lock.ts';
import { createRealHost } from '../host/real.ts';
import { performUndo, prepareUndo, type UndoneItem, widenModules } from '../undo/undo.ts';
import type { UndoItem } from '../undo/undo-item.ts';
import { reportFailure } from './report-failure.ts';
import { writeOutput } from './standard-output.ts';
import { printUndo, viewUndo } from './undo-text.ts';

type Arguments = { module?: readonly string[]; yes: boolean; users: boolean; json: boolean; root?: string };

export const undoCommand: CommandModule<object, Arguments> = {
  command: 'undo [module..]',
  describe: 'Take back what runs for this instance made and nobody has changed since (root)',
  builder: (parser) =>
    parser
      .positional('module', {
        type: 'string',
        array: true,
        describe: 'Only what these modules did, such as write-files or network',
      })
      .option('yes', { type: 'boolean', default: false, describe: 'Do it; without, it is only shown' })
      .option('users', { type: 'boolean', default: false, describe: 'Remove users and groups that were made, too' })
      .option('json', { type: 'boolean', default: false, describe: 'The same as JSON' })
      .option('root', {
        type: 'string',
        requiresArg: true,
        normalize: true,
        describe: 'Undo in the unpacked root below this folder',
      })
      .check(({ root }) => root === undefined || isFolder(String(root)) || `root: ${root}: no such folder`) as never,
  handler: async (given) => {
    process.exitCode = await reportFailure(() => undo(given));
  },
};

function undo({ module = [], yes, users, json, root }: Arguments): number {
  if (process.geteuid?.() !== 0)
    throw new AgentError(exitCodes.notRoot, 'only root may read what was done, and take it back');
  process.umask(0o077);
  const host = createRealHost(root === undefined ? {} : { root });
  const wish = { users, ...(module.length === 0 ? {} : { modules: widenModules(module) }) };
  const tell = (items: readonly (UndoItem | UndoneItem)[], isApplied: boolean): number => {
    const view = viewUndo(items, {
      isApplied,
      isDone: yes,
      users,
      modules: module,
      ...(root === undefined ? {} : { root }),
    });
    writeOutput(json ? `${JSON.stringify(view, null, 2)}\n` : printUndo(view));
    return view.exitCode;
  };
  if (!yes) {
    const plan = prepareUndo(host, wish);
    return tell(plan?.items ?? [], plan !== undefined);
  }
  makeRuntimeDirectories();
  // A run in progress changes what is to be compared.
  const lock = takeLock();
  try {
    const plan = prepareUndo(host, wish);
    return plan === undefined ? tell([], false) : tell(performUndo(host, plan, wish), true);
  } finally {
    lock.release();
  }
}

function isFolder(path: string): boolean {
  return fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
