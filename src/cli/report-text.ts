// The report for a console: verdict, times, network, files, outputs, in lines of at most 100 columns where they are ours.

import { formatDuration } from '../core/plan.ts';
import { describeProblem, isCommand, nameState } from '../report/build.ts';
import { type Bar, drawTimeline } from '../report/timeline.ts';
import type { Report, ReportFile, ReportLink, ReportStep, Wanted } from '../report/view.ts';
import { describeCheck, describeExit, describeMachine, explainMissingDiff, formatTime } from '../report/words.ts';
import { cleanLine, openTerminal, type Terminal } from './terminal.ts';

const barWidth = 40;

/** Everything that the page says, as text. */
export function printReport(report: Report, terminal: Terminal = openTerminal()): string {
  const lines = [
    ...describeHead(report, terminal),
    ...describeAttention(report, terminal),
    ...describeTimeline(report, terminal),
    ...describeNetwork(report, terminal),
    ...describeFiles(report, terminal),
    ...describeCommands(report, terminal),
    '',
    report.scope === 'public'
      ? 'Outputs of commands, changes of files and problems of the input: sudo guest-init report'
      : 'As a page: guest-init report --html FILE',
  ];
  return `${lines.map(cleanLine).join('\n')}\n`;
}

function describeHead(report: Report, { style }: Terminal): string[] {
  const { state, exitCode, message, hint, instance, source, startedAt, ms, counts, machine } = report;
  const word =
    state === 'ok'
      ? style.green('OK')
      : state === 'failed' || state === 'degraded'
        ? style.red(nameState(report))
        : nameState(report);
  const facts: [string, string | undefined][] = [
    ['instance', instance === undefined ? undefined : `${instance}${source === undefined ? '' : `, from ${source}`}`],
    [
      'started',
      startedAt === undefined
        ? undefined
        : `${formatTime(startedAt)}${ms === undefined ? '' : `, took ${formatDuration(ms)}`}`,
    ],
    [
      'steps',
      report.steps.length === 0
        ? undefined
        : `${counts.changed} changed, ${counts.unchanged} already so, ${counts.failed} failed, ${counts.skipped} skipped`,
    ],
    ...describeMachine(machine).map(([name, value]): [string, string] => [name.toLowerCase(), value]),
    ['next boot', report.nextBoot],
    ['made by', report.program],
  ];
  return [
    `${word} (${exitCode}) ${message.replace(/^\(\d+\) /, '')}${hint === undefined ? '' : `; ${hint}`}`,
    ...facts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(10)} ${value}`])),
  ];
}

function title(words: string, { style }: Terminal): string[] {
  return ['', style.bold(words)];
}

function describeAttention(report: Report, terminal: Terminal): string[] {
  const { style } = terminal;
  const troubled = report.steps.filter(({ status }) => status === 'failed' || status === 'skipped');
  const lines = [
    ...troubled.flatMap((step) => describeTrouble(step, terminal)),
    ...report.network.missing.map((sentence) => `  ${style.red('missing')}  ${sentence}`),
    ...report.notices.map((sentence) => `  ${style.yellow('notice')}   ${sentence}`),
    ...report.problems.map((problem) => `  ${problem.severity.padEnd(8)} ${describeProblem(problem)}`),
    ...report.guesses.map((guess) => `  ${style.yellow('guessed')}  ${guess}`),
  ];
  return lines.length === 0 ? [] : [...title('needs a look', terminal), ...lines];
}

function describeTrouble(step: ReportStep, { style }: Terminal): string[] {
  const { label, summary, status, source, message, hint, tail = [] } = step;
  const word = status === 'failed' ? style.red('failed') : 'skipped';
  const cause = step.exitCode === undefined ? (message ?? '') : describeExit(step);
  const place = source === undefined ? '' : ` (${source})`;
  return [
    `  ${word}${status === 'failed' ? ' ' : ''}  ${label} ${summary}${cause === '' ? '' : `: ${cause}`}${place}`,
    ...tail.slice(-5).map((line) => `           | ${line}`),
    ...(hint === undefined ? [] : [`           ${hint}`]),
  ];
}

function describeTimeline(report: Report, terminal: Terminal): string[] {
  const timeline = drawTimeline(report);
  if (timeline === undefined) return [];
  const rows = timeline.stages.flatMap(({ name, ms, bars }) => [
    `  ${terminal.style.bold(name.padEnd(27))} ${''.padEnd(barWidth)} ${formatDuration(ms).padStart(10)}`,
    ...bars.map((bar) => `  ${drawRow(bar, timeline.ms, terminal)}`),
  ]);
  return [...title('what took how long', terminal), ...rows];
}

function drawRow(bar: Bar, whole: number, { style }: Terminal): string {
  const at = Math.min(barWidth - 1, Math.floor((bar.from / whole) * barWidth));
  const length = Math.min(barWidth - at, Math.max(1, Math.round((bar.ms / whole) * barWidth)));
  const body = '#'.repeat(length);
  const painted =
    bar.status === 'failed' ? style.red(body) : bar.status === 'changed' ? style.green(body) : style.dim(body);
  const label = fitWidth(`${bar.label}  ${bar.detail}`, 27);
  return `${label} ${'.'.repeat(at)}${painted}${'.'.repeat(barWidth - at - length)} ${formatDuration(bar.ms).padStart(10)}`;
}

function describeNetwork({ network }: Report, terminal: Terminal): string[] {
  if (network.links.length === 0) return [];
  const kept = network.backend === undefined ? [] : [`  at later boots by ${network.backend}`];
  return [...title('network', terminal), ...network.links.flatMap((link) => describeLink(link, terminal)), ...kept];
}

function describeLink({ name, mac = '', up, wanted, addresses, checks }: ReportLink, terminal: Terminal): string[] {
  const state = up === undefined ? terminal.style.red('not there') : up ? 'up' : 'down';
  return [
    `  ${name}  ${mac}  ${state}`,
    ...wanted.map((one) => `    ${describeWanted(one, terminal)}`),
    ...(wanted.length === 0 ? [`    nothing asked for; now: ${addresses.join(', ') || 'no address'}`] : []),
    ...(checks.length === 0 ? [] : [`    checked: ${checks.map(describeCheck).join(', ')}`]),
  ];
}

function describeWanted({ what, value, present, guess }: Wanted, { style }: Terminal): string {
  const mark = present === false ? style.red('x missing:') : '=';
  return `${mark} ${what.padEnd(7)} ${value}${guess === undefined ? '' : `   ~ ${guess}`}`;
}

function describeFiles({ files }: Report, terminal: Terminal): string[] {
  return files.length === 0
    ? []
    : [...title('files', terminal), ...files.flatMap((file) => describeFile(file, terminal))];
}

function describeFile(file: ReportFile, { style }: Terminal): string[] {
  const { path, step, changes } = file;
  const [first] = changes;
  const reason = explainMissingDiff(file);
  return [
    `  ${first?.op ?? ' '} ${changes.length === 1 ? (first?.what ?? path) : path}${step === undefined ? '' : `   ${style.dim(step)}`}`,
    ...(changes.length > 1 ? changes.map(({ what }) => `      ${what}`) : []),
    ...changes.flatMap(({ diff = [] }) =>
      diff.map(
        (line) => `      ${line.startsWith('+') ? style.green(line) : line.startsWith('-') ? style.red(line) : line}`,
      ),
    ),
    ...(reason === undefined ? [] : [`      ${reason}`]),
  ];
}

function describeCommands({ steps }: Report, terminal: Terminal): string[] {
  const commands = steps.filter(isCommand);
  if (commands.length === 0) return [];
  return [...title('commands', terminal), ...commands.flatMap(describeCommand)];
}

function describeCommand(step: ReportStep): string[] {
  const { label, summary, ms, tail = [], log } = step;
  return [
    `  ${fitWidth(`${label}  ${summary}`, 60)} ${describeExit(step).padEnd(10)} ${formatDuration(ms).padStart(10)}`,
    ...tail.map((line) => `      | ${line}`),
    ...(tail.length === 0 || log === undefined ? [] : [`      all of it: ${log}`]),
  ];
}

function fitWidth(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text.padEnd(width) : `${characters.slice(0, width - 3).join('')}...`;
}
