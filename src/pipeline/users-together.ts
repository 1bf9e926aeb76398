// Many new users at once: one small shell starts their useradd(8) in turn, which costs little more than these do by themselves.

import type { Step } from '../core/plan.ts';
import { addUsersInTurn } from '../executors/account-tool.ts';
import { user } from '../executors/user.ts';
import type { Host } from '../host/host.ts';
import { type EarlyResult, shareResults } from './early-result.ts';

/** They share one deadline, and a signal is heard after them. */
const most = 64;
/** Bytes of all their words: the shell takes its script as one argument, and the kernel no longer one than 128 KiB. */
const mostBytes = 16 * 1024;

export type UsersTogether = {
  readonly results: ReadonlyMap<string, EarlyResult>;
  /** False when one could not be made: the rest had better go one by one. */
  readonly isSound: boolean;
};

/** Kinds that neither need a later user nor change what useradd does: users are made ahead of them. */
const overtaken: ReadonlySet<Step['action']['kind']> = new Set(['password', 'authorizedKeys']);

/**
 * Makes the user of the first of `steps` and those that follow it, in their order: it decides who gets which uid. `isFree` tells of a step
 * whether anything but the guest speaks against it; `begin` notes one that is about to be done. No results, and nothing done, where there is
 * nobody but the first. Of the first step that could not be done because of something else than its own failure nothing is said.
 */
export function makeUsersTogether(
  steps: readonly Step[],
  host: Host,
  { isFree, begin }: { isFree(step: Step): boolean; begin(step: Step): void },
): UsersTogether {
  if (host.which('useradd') === undefined) return { results: new Map(), isSound: false };
  const chosen = choose(steps, withOneLook(host), isFree);
  if (chosen.length < 2) return { results: new Map(), isSound: true };
  for (const { step } of chosen) begin(step);
  const startedAt = host.monotonic();
  const done = addUsersInTurn(
    host,
    chosen.map(({ argv }) => argv),
  );
  const results = shareResults(
    chosen.map(({ step: { id }, argv }) => ({ id, commands: [argv] })),
    { ...done, startedAt, ms: host.monotonic() - startedAt },
  );
  return { results, isSound: done.completed === chosen.length };
}

function choose(
  steps: readonly Step[],
  host: Host,
  isFree: (step: Step) => boolean,
): { readonly step: Step; readonly argv: readonly string[] }[] {
  const chosen: { readonly step: Step; readonly argv: readonly string[] }[] = [];
  let bytes = 0;
  for (const step of steps) {
    const { action } = step;
    if (overtaken.has(action.kind)) continue;
    if (action.kind !== 'user' || chosen.length === most || !isFree(step)) break;
    const [argv] = user.plainCommands?.(action, host) ?? [];
    if (argv === undefined) break;
    bytes += Buffer.byteLength(argv.join(' '));
    if (bytes > mostBytes) break;
    chosen.push({ step, argv });
  }
  return chosen;
}

/** Nothing changes while we choose, so each file is read once. */
function withOneLook(host: Host): Host {
  const texts = new Map<string, string | undefined>();
  return {
    ...host,
    readText(path) {
      if (!texts.has(path)) texts.set(path, host.readText(path));
      return texts.get(path);
    },
  };
}
