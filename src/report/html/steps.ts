// Every step, one line each.

import { formatDuration, stages } from '../../core/plan.ts';
import type { Report, ReportStep } from '../view.ts';
import { statusWords } from '../words.ts';
import { html, type Markup } from './markup.ts';

/** Closed, because what matters of it is above; nothing where there is none. */
export function renderSteps({ steps }: Report): Markup | undefined {
  if (steps.length === 0) return undefined;
  const groups = stages.map((name) => ({ name, own: steps.filter(({ stage }) => stage === name) }));
  return html`<section aria-labelledby="steps"><details><summary><h2 class="inline" id="steps">All ${steps.length} steps</h2></summary>
<div class="scroll" tabindex="0" role="region" aria-labelledby="steps">
<table class="cards steps"><thead><tr><th scope="col">Step</th><th scope="col">What</th><th scope="col" class="num">Time</th></tr></thead>
${groups.map(({ name, own }) => (own.length === 0 ? undefined : html`<tbody><tr class="group"><th colspan="3" scope="rowgroup">${name}</th></tr>${own.map(renderStep)}</tbody>`))}</table></div>
</details></section>`;
}

function renderStep({ label, summary, status, source, ms, guess, message }: ReportStep): Markup {
  const tone = { changed: 'good', unchanged: 'same', failed: 'bad', skipped: 'same' }[status];
  const sign = { changed: '+', unchanged: '=', failed: '✗', skipped: '–' }[status];
  const details = [status === 'changed' ? undefined : statusWords[status], message, source].filter(isSaid).join(' · ');
  const said = details === '' ? undefined : html`<div class="muted small isolate">${details}</div>`;
  const guessed = guess === undefined ? undefined : html` <span class="badge warn" title="${guess}">guessed</span>`;
  return html`<tr><th scope="row" class="isolate"><span class="mark ${tone}" role="img" aria-label="${statusWords[status]}:">${sign}</span>${label}</th><td class="what isolate">${summary}${guessed}${said}</td><td class="num">${status === 'skipped' ? '' : formatDuration(ms)}</td></tr>`;
}

function isSaid(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}
