// The status for somebody at a console: verdict first, then what it rests on, failures with their last words, guesses, next boot.

import type { NetworkCheck } from '../core/network-check.ts';
import { formatDuration, labelStep } from '../core/plan.ts';
import type { CloudInitRole } from '../pipeline/cloud-init.ts';
import { describeDiagnostic } from '../pipeline/verdict.ts';
import type { StatusView } from './status-view.ts';
import { cleanLine, openTerminal, type Terminal } from './terminal.ts';

const cloudInitRoles: Record<CloudInitRole, string> = {
  'in charge': 'is in charge and runs guest-init once per instance',
  replaced: 'is kept from starting (config: with_cloud_init)',
};

/** Plain lines, at most about a screenful for a healthy guest. */
export function printStatus(view: StatusView, terminal: Terminal = openTerminal()): string {
  const { style } = terminal;
  const word =
    view.state === 'ok'
      ? style.green('OK')
      : ['running', 'yielded', 'never'].includes(view.state)
        ? view.state.toUpperCase()
        : style.red(view.state.toUpperCase());
  const lines = [
    `${word} (${view.exitCode}) ${withoutCode(view.message)}${view.hint === undefined ? '' : `; ${withoutItself(view.hint)}`}`,
  ];
  if (view.instance !== undefined) {
    const when = view.startedAt === undefined ? '' : `, ${new Date(view.startedAt * 1000).toISOString().slice(0, 19)}Z`;
    const took = view.ms === undefined ? '' : `, took ${formatDuration(view.ms)}`;
    lines.push(`instance ${view.instance}, from ${view.source ?? 'unknown'}${when}${took}`);
  }
  if (view.cloudInit !== undefined && view.state !== 'yielded')
    lines.push(`cloud-init ${cloudInitRoles[view.cloudInit]}`);
  lines.push(
    ...describeNetwork(view, terminal),
    ...describeChecks(view, terminal),
    ...describeFailures(view, terminal),
  );
  lines.push(
    ...view.notices.map((notice) => `notice   ${notice}`),
    ...shorten(view.diagnostics.map((problem) => `input    ${problem.severity}: ${describeDiagnostic(problem)}`)),
    ...view.guesses.map((guess) => `guessed  ${guess}`),
  );
  const done = view.steps.filter(({ status }) => status === 'changed' || status === 'unchanged').length;
  if (view.steps.length > 0) lines.push(`steps    ${done} of ${view.steps.length} done`);
  if (view.undone !== undefined) {
    const things = view.undone.items === 1 ? '1 thing' : `${view.undone.items} things`;
    const when = new Date(view.undone.at * 1000).toISOString().slice(0, 19);
    lines.push(`undone   ${things} by guest-init undo, ${when}Z`);
  }
  lines.push(`next boot: ${view.nextBoot}`);
  return `${lines.map(cleanLine).join('\n')}\n`;
}

/** What was asked for; where some of it is missing, or nothing was asked, what there is. */
function describeNetwork({ network, links }: StatusView, { style }: Terminal): string[] {
  const asked = network.map(
    ({ wanted, present, guess }) =>
      `network  ${present ? '=' : style.red('x missing:')} ${wanted}${guess === undefined ? '' : '   ~ guessed'}`,
  );
  if (network.length > 0 && network.every(({ present }) => present)) return asked;
  const present = links.map(({ name, mac, up, addresses }) => {
    return `now      ${name} ${mac} ${up ? 'up' : 'down'}, ${addresses.length === 0 ? 'no address' : addresses.join(', ')}`;
  });
  return [...asked, ...(present.length === 0 ? ['now      no NIC'] : shorten(present))];
}

/** A line for each link: what was found when it had been set up. */
function describeChecks({ checks }: StatusView, { style }: Terminal): string[] {
  const names = [...new Set(checks.map(({ link }) => link))];
  const lines = names.map((name) => {
    const mine = checks.filter(({ link }) => link === name);
    const mark = mine.some(({ result }) => result === 'trouble') ? style.red('!') : '=';
    return `checked  ${mark} ${name}: ${mine.map(describeCheck).join(', ')}`;
  });
  return shorten(lines);
}

function describeCheck({ what, subject, result, detail }: NetworkCheck): string {
  const unknown = `not asked (${detail ?? 'unknown'})`;
  if (what === 'carrier') return result === 'ok' ? 'carrier' : 'NO CARRIER';
  const answer =
    result === 'ok'
      ? `answers${detail === undefined ? '' : ` (${detail})`}`
      : result === 'trouble' || result === 'silent'
        ? 'DOES NOT ANSWER'
        : unknown;
  if (what === 'gateway') return `gateway ${subject} ${answer}`;
  if (what === 'address-free') return `${subject} ${result === 'ok' ? 'free' : unknown}`;
  return `${subject} ${result === 'ok' ? 'there' : 'MISSING'}`;
}

function describeFailures({ steps, outputFolder }: StatusView, { style }: Terminal): string[] {
  const troubled = steps.filter(({ status }) => status === 'failed' || status === 'skipped');
  // Two failures may take half of a small console between them, more of them must share it.
  const tailLines = troubled.filter(({ tail }) => tail !== undefined).length > 2 ? 1 : 5;
  const blocks = troubled.map((step) => {
    const exit = step.exitCode === undefined ? '' : ` exit ${step.exitCode}`;
    const place = step.source === undefined ? '' : ` (${step.source})`;
    return [
      `${step.status === 'failed' ? style.red('failed ') : 'skipped'}  ${labelStep(step)} ${step.summary}${exit}${place}${step.message === undefined ? '' : `: ${step.message}`}`,
      ...(step.tail?.slice(-tailLines) ?? []).map((text) => `         | ${text}`),
      ...(step.hint === undefined ? [] : [`         ${step.hint}`]),
    ];
  });
  const ran = outputFolder !== undefined && troubled.some(({ exitCode, tail }) => (exitCode ?? tail) !== undefined);
  return [...shorten(blocks).flat(), ...(ran ? [`output   all that commands printed: ${outputFolder}/`] : [])];
}

const mostListed = 4;

/** A console has 25 lines and cannot scroll back. */
function shorten<T extends string | string[]>(entries: readonly T[]): (T | string)[] {
  if (entries.length <= mostListed) return [...entries];
  return [
    ...entries.slice(0, mostListed - 1),
    `         and ${entries.length - mostListed + 1} more: guest-init status --json`,
  ];
}

/** The last line sends people here: what comes after that is said instead. */
function withoutItself(hint: string): string {
  return /^see: guest-init status\b/.test(hint) ? 'mend what is named below, then: guest-init run --force' : hint;
}

/** The last line of a failed run begins with its code, which stands before it here. */
function withoutCode(message: string): string {
  return message.replace(/^\(\d+\) /, '');
}
