// The status for somebody at a console: verdict first, then what it rests on, failures with their last words, guesses, next boot.

import { labelStep } from '../core/plan.ts';
import { describeDiagnostic } from '../pipeline/verdict.ts';
import { formatDuration } from './console-reporter.ts';
import type { StatusView } from './status-view.ts';
import { cleanLine, openTerminal, type Terminal } from './terminal.ts';

/** Plain lines, at most about a screenful for a healthy guest. */
export function printStatus(view: StatusView, terminal: Terminal = openTerminal()): string {
  const { style } = terminal;
  const word =
    view.state === 'ok'
      ? style.green('OK')
      : view.state === 'running' || view.state === 'never'
        ? view.state.toUpperCase()
        : style.red(view.state.toUpperCase());
  const lines = [
    `${word} (${view.exitCode}) ${withoutCode(view.message)}${view.hint === undefined ? '' : `; ${view.hint}`}`,
  ];
  if (view.instance !== undefined) {
    const when = view.startedAt === undefined ? '' : `, ${new Date(view.startedAt * 1000).toISOString().slice(0, 19)}Z`;
    const took = view.ms === undefined ? '' : `, took ${formatDuration(view.ms)}`;
    lines.push(`instance ${view.instance}, from ${view.source ?? 'unknown'}${when}${took}`);
  }
  for (const { wanted, present, guess } of view.network) {
    lines.push(
      `network  ${present ? '=' : style.red('x missing:')} ${wanted}${guess === undefined ? '' : `   ~ ${guess}`}`,
    );
  }
  for (const step of view.steps.filter(({ status }) => status === 'failed' || status === 'skipped')) {
    const exit = step.exitCode === undefined ? '' : ` exit ${step.exitCode}`;
    const place = step.source === undefined ? '' : ` (${step.source})`;
    lines.push(
      `${step.status === 'failed' ? style.red('failed ') : 'skipped'}  ${labelStep(step)} ${step.summary}${exit}${place}${step.message === undefined ? '' : `: ${step.message}`}`,
    );
    for (const text of step.tail?.slice(-5) ?? []) lines.push(`         | ${text}`);
    if (step.hint !== undefined) lines.push(`         ${step.hint}`);
  }
  for (const diagnostic of view.diagnostics)
    lines.push(`input    ${diagnostic.severity}: ${describeDiagnostic(diagnostic)}`);
  const done = view.steps.filter(({ status }) => status === 'changed' || status === 'unchanged').length;
  if (view.steps.length > 0) lines.push(`steps    ${done} of ${view.steps.length} done`);
  lines.push(`next boot: ${view.nextBoot}`);
  return `${lines.map(cleanLine).join('\n')}\n`;
}

/** The last line of a failed run begins with its code, which stands before it here. */
function withoutCode(message: string): string {
  return message.replace(/^\(\d+\) /, '');
}
