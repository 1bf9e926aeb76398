// One line per step for a person: most important word first, its own time last; a running step shows itself on a terminal.

import * as fs from 'node:fs';
import { formatPlace, formatProblem } from '../core/diagnostic.ts';
import { listTroubles } from '../core/network-check.ts';
import { formatDuration, labelStep, type Outcome, type OutcomeStatus, type Step } from '../core/plan.ts';
import type { Reporter } from '../pipeline/reporter.ts';
import { cleanLine, openTerminal, type Terminal } from './terminal.ts';
import { version } from './version.ts';

const marks: Record<OutcomeStatus, string> = { changed: '+', unchanged: '=', failed: 'x', skipped: '-' };

/** Writes to standard output, synchronously: the last line must be out before the process ends. */
export function createConsoleReporter(terminal: Terminal = openTerminal()): Reporter {
  const { style } = terminal;
  const write = (text: string): void => {
    try {
      fs.writeSync(1, text);
    } catch {
      // Nobody listens; the log and the status file still tell.
    }
  };
  const print = (line: string): void => write(`${terminal.clearLine}${cleanLine(line)}\n`);
  return {
    start: ({ instance, os, source, firstBoot }) => {
      print(`guest-init ${version}   instance ${instance}${firstBoot ? ' (first boot)' : ''}   ${os}   ${source}`);
    },
    stage: (stage) => print(`  ${style.bold(stage)}`),
    begin: (step) => {
      if (terminal.live) write(`${terminal.clearLine}${cleanLine(`  . ${describe(step)}`)}`);
    },
    outcome: (outcome) => {
      for (const line of describeOutcome(outcome, terminal)) print(line);
    },
    diagnostic: (diagnostic) => {
      const mark = diagnostic.severity === 'error' ? style.red('!') : style.yellow('!');
      print(`  ${mark} ${formatPlace(diagnostic)}  ${diagnostic.severity}  ${formatProblem(diagnostic)}`);
    },
    note: (message) => print(`  ${message}`),
    end: (verdict, ms, lines) => {
      for (const line of lines) print(`  host key ${line}`);
      const word = verdict.word === 'OK' ? style.green('OK') : style.red(verdict.word);
      const hint = verdict.hint === undefined ? '' : `; ${verdict.hint}`;
      print(`guest-init: ${word} ${verdict.message} [${formatDuration(ms)}]${hint}`);
    },
  };
}

function describeOutcome(outcome: Outcome, { style }: Terminal): string[] {
  const { step, status } = outcome;
  const mark = marks[status];
  const hasTrouble = listTroubles(outcome.checks).length > 0;
  const painted = hasTrouble
    ? style.yellow('!')
    : status === 'changed'
      ? style.green(mark)
      : status === 'failed'
        ? style.red(mark)
        : style.dim(mark);
  // Which setting says it better, plan and status tell; here the line must stay short.
  const guess = step.guess === undefined ? '' : `  ~ guessed: ${step.guess.replace(/ \(config: .*\)$/, '')}`;
  const detail = outcome.message ?? (outcome.exitCode ? `exit ${outcome.exitCode}` : '');
  const time = status === 'changed' || status === 'failed' ? `  ${style.dim(formatDuration(outcome.ms))}` : '';
  const line = `  ${painted} ${describe(step)}${guess}${detail === '' ? '' : `  ${detail}`}${time}`;
  const tail = status === 'failed' ? (outcome.tail ?? []) : [];
  return [line, ...tail.slice(-3).map((text) => `      | ${text}`), ...(outcome.lines ?? [])];
}

function describe(step: Pick<Step, 'id' | 'module' | 'summary'>): string {
  return `${labelStep(step).padEnd(16)} ${step.summary}`;
}
