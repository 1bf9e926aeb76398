// What a run tells while it goes: the command line shows it, the log writes it down. A run itself never prints.

import type { Diagnostic } from '../core/diagnostic.ts';
import type { Outcome, Stage, Step } from '../core/plan.ts';
import type { Verdict } from './verdict.ts';

export type RunStart = {
  readonly instance: string;
  readonly os: string;
  readonly source: string;
  readonly firstBoot: boolean;
};

export type Reporter = {
  start(start: RunStart): void;
  stage(stage: Stage): void;
  begin(step: Step): void;
  outcome(outcome: Outcome): void;
  diagnostic(diagnostic: Diagnostic): void;
  /** A sentence about the run itself: waiting for a drive, already applied. */
  note(message: string): void;
  end(verdict: Verdict, ms: number, lines: readonly string[]): void;
};

/** Tells several reporters the same, in their order. */
export function combineReporters(reporters: readonly Reporter[]): Reporter {
  const tell = (say: (reporter: Reporter) => void): void => {
    for (const reporter of reporters) say(reporter);
  };
  return {
    start: (start) => tell((reporter) => reporter.start(start)),
    stage: (stage) => tell((reporter) => reporter.stage(stage)),
    begin: (step) => tell((reporter) => reporter.begin(step)),
    outcome: (outcome) => tell((reporter) => reporter.outcome(outcome)),
    diagnostic: (diagnostic) => tell((reporter) => reporter.diagnostic(diagnostic)),
    note: (message) => tell((reporter) => reporter.note(message)),
    end: (verdict, ms, lines) => tell((reporter) => reporter.end(verdict, ms, lines)),
  };
}
