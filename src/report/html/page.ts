// The report as one page that needs nothing else: no script, no font, no picture from anywhere, and a policy that forbids all of them.

import { createHash } from 'node:crypto';
import { formatDuration } from '../../core/plan.ts';
import { nameState } from '../build.ts';
import type { Report } from '../view.ts';
import { describeMachine, formatTime } from '../words.ts';
import { renderAttention } from './attention.ts';
import { renderCommands } from './commands.ts';
import { renderFiles } from './files.ts';
import { html, Markup } from './markup.ts';
import { renderNetwork } from './network.ts';
import { renderSteps } from './steps.ts';
import { styleSheet } from './style.ts';
import { renderTimeline } from './timeline.ts';

/** A whole document, UTF-8. */
export function renderHtml(report: Report): string {
  const title = report.hostname ?? report.instance ?? 'this guest';
  const policy = `default-src 'none'; style-src '${digest(styleSheet)}'; base-uri 'none'; form-action 'none'`;
  const style = new Markup(`<style>${styleSheet}</style>`);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title}: ${report.state} (guest-init)</title>
${style}
</head>
<body>
<main>
${renderHead(report, title)}
${renderAttention(report)}
${renderTimeline(report)}
${renderNetwork(report)}
${renderFiles(report)}
${renderCommands(report)}
${renderSteps(report)}
</main>
<footer>
<p>Made ${formatTime(report.madeAt)} by ${report.program}. This page loads nothing and sends nothing.</p>
</footer>
</body>
</html>
`.text;
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

const tones = { ok: 'good', failed: 'bad', degraded: 'warn', running: '', yielded: '', never: '' } as const;

const notices = {
  whole: undefined,
  public:
    'Made without root: outputs of commands, changes of files and problems of the input are only in the report that root makes.',
  shareable: 'Made to be given away: outputs of commands and what user_data put into files are left out.',
} as const;

function renderHead(report: Report, title: string): Markup {
  const { state, exitCode, message, hint, scope } = report;
  const notice = notices[scope];
  return html`<header>
<div class="over">guest-init report</div>
<h1 class="isolate">${title}</h1>
<div class="verdict"><span class="badge ${tones[state]}">${nameState(report)}${exitCode === 0 ? '' : ` (${exitCode})`}</span><p class="isolate">${message}</p></div>
${hint === undefined ? undefined : html`<p class="hint isolate">${hint}</p>`}
${notice === undefined ? undefined : html`<p class="notice">${notice}</p>`}
${renderFacts(report)}
</header>`;
}

function renderFacts(report: Report): Markup {
  const { instance, source, startedAt, ms, counts, guesses, nextBoot, machine } = report;
  const steps = [
    [counts.changed, 'changed'],
    [counts.unchanged, 'already so'],
    [counts.failed, 'failed'],
    [counts.skipped, 'skipped'],
    [guesses.length, guesses.length === 1 ? 'guess' : 'guesses'],
  ].filter(([count]) => count !== 0);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Instance', instance],
    ['Source', source],
    ['Started', startedAt === undefined ? undefined : formatTime(startedAt)],
    ['Took', ms === undefined ? undefined : formatDuration(ms)],
    ['Steps', steps.length === 0 ? undefined : steps.map((pair) => pair.join(' ')).join(', ')],
    ['Next boot', nextBoot],
    ...describeMachine(machine),
  ];
  return html`<dl class="facts">${facts.map(([name, value]) =>
    value === undefined || value === ''
      ? undefined
      : html`<div class="${value.length > 24 ? 'wide' : 'narrow'}"><dt>${name}</dt><dd class="isolate">${value}</dd></div>`,
  )}</dl>`;
}
