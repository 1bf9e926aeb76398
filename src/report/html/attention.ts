// What somebody has to look at: failures and what was left out because of them, guesses, problems of the input.

import { describeProblem } from '../build.ts';
import type { Report, ReportStep } from '../view.ts';
import { describeExit } from '../words.ts';
import { renderOutput } from './commands.ts';
import { html, type Markup } from './markup.ts';

/** Nothing where all is well and nothing was guessed. */
export function renderAttention(report: Report): Markup | undefined {
  const troubled = report.steps.filter(({ status }) => status === 'failed' || status === 'skipped');
  const { missing } = report.network;
  const { guesses, problems, notices } = report;
  if (troubled.length + missing.length + notices.length + guesses.length + problems.length === 0) return undefined;
  return html`<section aria-labelledby="attention"><h2 id="attention">Needs a look</h2>
${troubled.map(renderTrouble)}
${missing.map((sentence) => renderNote('bad', 'missing', sentence))}
${notices.map((sentence) => renderNote('warn', 'notice', sentence))}
${problems.map((problem) => renderNote(problem.severity === 'error' ? 'bad' : 'warn', problem.severity, describeProblem(problem)))}
${guesses.map((guess) => renderNote('warn', 'guessed', guess))}
</section>`;
}

function renderTrouble(step: ReportStep): Markup {
  const { label, summary, status, source, message, hint, tail } = step;
  const badge =
    status === 'failed' ? html`<span class="badge bad">failed</span>` : html`<span class="badge">skipped</span>`;
  const place = source === undefined ? undefined : html`<span class="muted small mono isolate">${source}</span>`;
  const isExit = step.exitCode !== undefined;
  const exit = isExit ? html`<span class="badge">${describeExit(step)}</span>` : undefined;
  const cause = isExit ? undefined : message;
  return html`<div class="item"><div class="head">${badge}<h3 class="isolate">${label}</h3><span class="isolate">${summary}</span>${exit}${place}</div>
${cause === undefined ? undefined : html`<p class="isolate">${cause}</p>`}
${hint === undefined ? undefined : html`<p class="muted isolate">${hint}</p>`}
${tail === undefined ? undefined : renderOutput(tail, `last lines of ${label}`)}</div>`;
}

function renderNote(tone: 'bad' | 'warn', word: string, sentence: string): Markup {
  return html`<div class="item"><div class="head"><span class="badge ${tone}">${word}</span><span class="isolate">${sentence}</span></div></div>`;
}
