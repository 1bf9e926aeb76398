// Notes for `guest-init undo` what the steps of a stage change. A guest gets its keys even when they cannot be noted.

import { AgentError } from '../core/error.ts';
import type { Step } from '../core/plan.ts';
import type { Host } from '../host/host.ts';
import { type Change, type ChangeLog, type Effect, openChangeLog, type UndoneMark } from '../state/changes.ts';
import { createChangeObserver } from '../state/observed-host.ts';
import { findEffects, isObserved } from './note-effects.ts';

export type ChangeNotes = {
  /** Notes what the step is known to do, and gives the host that notes the rest. */
  beginStep(step: Step): Host;
  /** Notes what stays of a step that did something. */
  endStep(step: Step): void;
  close(): void;
};

/** Opens the notes of the instance whose folder this is. */
export function openChangeNotes(host: Host, instanceDirectory: string): ChangeNotes {
  let log: ChangeLog | undefined;
  try {
    log = openChangeLog(host.resolve(instanceDirectory));
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return { beginStep: () => host, endStep: () => undefined, close: () => undefined };
  }
  const { standing, append, close } = log;
  // A full disk fails the write that is noted, too, and tells of it better.
  const tolerant = (entry: Change | UndoneMark): void => {
    try {
      append(entry);
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
    }
  };
  const observer = createChangeObserver({ standing, append: tolerant, close });
  const note = ({ id, module }: Step, effects: readonly Effect[]): void => {
    for (const effect of effects) tolerant({ event: 'effect', step: id, module, effect });
  };
  let lasting: readonly Effect[] = [];
  return {
    beginStep(step) {
      const effects = findEffects(step, host);
      lasting = effects.filter(({ kind }) => kind === 'lasting');
      note(
        step,
        effects.filter(({ kind }) => kind !== 'lasting'),
      );
      return isObserved(step) ? observer.observe(host, step) : host;
    },
    endStep: (step) => note(step, lasting),
    close,
  };
}
