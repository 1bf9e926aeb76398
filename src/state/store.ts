// Where a run keeps its memory: below /var/lib, or, when that cannot be written (full, read-only), below /run for this boot. A guest
// must get its address and keys all the same; the verdict then says that the memory will not last (exit 30).

import { dirname } from 'node:path';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Host } from '../host/host.ts';
import { type Journal, openJournal } from './journal.ts';
import { removeLeftovers } from './leftovers.ts';
import { fallbackDirectory, type InstanceRecord, saveRecord, stateDirectory } from './record.ts';

export type Store = {
  /** Folder of this instance: command logs in output/, scripts in scripts/. */
  readonly instanceDirectory: string;
  readonly journal: Journal;
  save(record: InstanceRecord): void;
  /** Why the memory of this run will not last; undefined while it will. */
  failure(): string | undefined;
  close(): void;
};

/** Opens the store and saves `record`, so that a run that dies now is taken up again. Throws AgentError 30 when not even /run can be written. */
export function openStore(options: { host: Host; record: InstanceRecord; fresh: boolean }): Store {
  try {
    return openIn(stateDirectory, options, undefined);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return openIn(fallbackDirectory, options, error.message);
  }
}

function openIn(
  directory: string,
  { host, record, fresh }: { host: Host; record: InstanceRecord; fresh: boolean },
  reason: string | undefined,
): Store {
  const instanceDirectory = makeInstanceDirectory(host, directory, record.name);
  // The journal first: a record that names this instance makes the journal's lines count, also those of an earlier life of it.
  const journal = openJournal(host.resolve(instanceDirectory), { fresh });
  let failure = reason;
  const attempt = (effect: () => void): void => {
    try {
      effect();
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      failure ??= error.message;
    }
  };
  try {
    saveRecord(host, directory, record);
  } catch (error) {
    journal.close();
    throw error;
  }
  return {
    instanceDirectory,
    journal: { ...journal, append: (entry, durable) => attempt(() => journal.append(entry, durable)) },
    save: (next) => attempt(() => saveRecord(host, directory, next)),
    failure: () => failure,
    close: journal.close,
  };
}

/** Folder of an instance below a state folder: `/var/lib/guest-init/instances/i-0000000a`. The id is untrusted and becomes one harmless name. */
export function nameInstanceFolder(directory: string, name: string): string {
  return `${directory}/instances/${name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 128)}`;
}

function makeInstanceDirectory(host: Host, directory: string, name: string): string {
  const instance = nameInstanceFolder(directory, name);
  const own = { mode: 0o700, uid: 0, gid: 0 };
  try {
    // A run that was killed while it made these has no journal to tell of it.
    for (const folder of [dirname(directory), directory]) removeLeftovers(folder, host);
    for (const folder of [directory, `${directory}/instances`, instance, `${instance}/output`, `${instance}/scripts`]) {
      host.makeDirectory(folder, own);
    }
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    throw new AgentError(exitCodes.stateUnwritable, error.message, {
      hint: 'free space or make the file system writable, then: guest-init run',
      cause: error,
    });
  }
  return instance;
}
