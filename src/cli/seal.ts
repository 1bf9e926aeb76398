// guest-init seal: takes out of an image what is of one machine, or says what is left.

import * as fs from 'node:fs';
import { join } from 'node:path';
import type { CommandModule } from 'yargs';
import { AgentError, exitCodes } from '../core/error.ts';
import { defaultPolicy } from '../core/policy.ts';
import { makeRuntimeDirectories } from '../host/drive-mount.ts';
import type { Host } from '../host/host.ts';
import { takeLock } from '../host/lock.ts';
import { createRealHost } from '../host/real.ts';
import { loadPolicy } from '../pipeline/policy-file.ts';
import { type FindOptions, unreadable } from '../seal/find-leftovers.ts';
import { readImageRecord } from '../seal/image-record.ts';
import { leftoverClasses } from '../seal/registry.ts';
import { checkTemplate, type Sealed, sealTemplate } from '../seal/seal.ts';
import { reportFailure } from './report-failure.ts';
import { explainBadRoot } from './root-folder.ts';
import { printSeal, type SealMode, viewSeal } from './seal-view.ts';
import { writeOutput } from './standard-output.ts';

type Arguments = {
  check: boolean;
  yes: boolean;
  root?: string;
  'authorized-keys': boolean;
  caches: boolean;
  except?: readonly string[];
  json: boolean;
};

export const sealCommand: CommandModule<object, Arguments> = {
  command: 'seal',
  describe: 'Make this guest or an image a template, or say what still makes it none',
  builder: (parser) =>
    parser
      .option('check', { type: 'boolean', default: false, describe: 'Only look; exit 42 where something is left' })
      .option('yes', {
        type: 'boolean',
        default: false,
        describe: 'Act also on a terminal, where seal else only looks',
      })
      .option('root', {
        type: 'string',
        requiresArg: true,
        normalize: true,
        describe: 'The unpacked or mounted image below this folder, in place of this guest',
      })
      .option('authorized-keys', {
        type: 'boolean',
        default: false,
        describe: "Remove users' authorized_keys as well",
      })
      .option('caches', { type: 'boolean', default: false, describe: 'Package caches and temporary files as well' })
      .option('except', {
        type: 'string',
        array: true,
        requiresArg: true,
        choices: [...leftoverClasses.map(({ name }) => name), unreadable],
        describe: 'Leave what is of this class in the image, and do not count it',
      })
      .option('json', { type: 'boolean', default: false, describe: 'The same facts as JSON' })
      .check(({ check, yes }) => !(check && yes) || 'check: changes nothing; leave it or --yes out')
      .check(({ root }) => checkRoot(root as string | undefined)) as never,
  handler: async (given) => {
    process.exitCode = await reportFailure(() => seal(given));
  },
};

async function seal(given: Arguments): Promise<number> {
  const { root, json, check, yes } = given;
  const mode: SealMode = check ? 'check' : yes || !isOnTerminal() ? 'act' : 'dry';
  const isRoot = process.geteuid?.() === 0;
  // An image that somebody has unpacked for themselves they may look at.
  if (!isRoot && (root === undefined || mode === 'act'))
    throw new AgentError(
      exitCodes.notRoot,
      `only root can ${mode === 'act' ? 'seal an image' : 'look at all of this guest'}`,
    );
  const host = createRealHost(root === undefined ? {} : { root });
  const options: FindOptions = {
    asked: { authorizedKeys: given['authorized-keys'], caches: given.caches },
    except: given.except ?? [],
    userDataPath: await findUserDataPath(host),
    record: readImageRecord(host),
  };
  const sealed = mode === 'act' ? await sealAlone(host, options) : checkTemplate(host, options);
  const view = viewSeal(sealed, { mode, root: root ?? '/' });
  writeOutput(json ? `${JSON.stringify(view, null, 2)}\n` : printSeal(view));
  return view.template ? exitCodes.ok : exitCodes.leftovers;
}

/** A run that is under way in this guest would write down again what is taken out. */
async function sealAlone(host: Host, options: FindOptions): Promise<Sealed> {
  process.umask(0o077);
  if (!host.live) return sealTemplate(host, options);
  makeRuntimeDirectories();
  const lock = takeLock();
  try {
    leaveJournal(host);
    return await sealTemplate(host, options);
  } finally {
    lock.release();
  }
}

/** journald goes on in /run, else it would write what is to come into the journal that is taken out (journalctl(1)). */
function leaveJournal(host: Host): void {
  const journalctl = host.which('journalctl');
  if (journalctl !== undefined) host.run([journalctl, '--relinquish-var'], { timeoutMs: 20_000 });
}

/** Settings that cannot be read say nothing of where the image keeps its user_data. */
async function findUserDataPath(host: Host): Promise<string | undefined> {
  const policy = await loadPolicy(host).catch((error: unknown) => {
    if (error instanceof AgentError) return defaultPolicy;
    throw error;
  });
  const { path } = policy.user_data_file;
  return path === 'none' ? undefined : path;
}

function isOnTerminal(): boolean {
  return process.stdin.isTTY === true || process.stdout.isTTY === true;
}

/** In a folder that is no system nothing is left, and that proves nothing. */
function checkRoot(root: string | undefined): true | string {
  if (root === undefined) return true;
  const problem = explainBadRoot(root);
  if (problem !== undefined) return problem;
  const isSystem = ['etc', 'usr', 'var'].every((name) => fs.lstatSync(join(root, name), { throwIfNoEntry: false }));
  return isSystem || `root: ${root}: expected the root of a system, with etc, usr and var in it`;
}
