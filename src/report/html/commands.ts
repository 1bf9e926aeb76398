// The commands of the user, each with its exit code, its time and the last that it printed.

import { formatDuration } from '../../core/plan.ts';
import { isCommand } from '../build.ts';
import type { Report, ReportStep } from '../view.ts';
import { describeExit } from '../words.ts';
import { html, type Markup } from './markup.ts';

/** Nothing where none was run. */
export function renderCommands(report: Report): Markup | undefined {
  const commands = report.steps.filter(isCommand);
  if (commands.length === 0) return undefined;
  return html`<section aria-labelledby="commands"><h2 id="commands">Commands</h2>
${commands.map(renderCommand)}
</section>`;
}

function renderCommand(step: ReportStep): Markup {
  const { label, summary, status, ms, tail = [], log } = step;
  const where =
    log === undefined ? undefined : html`<p class="muted small">All of it: <span class="mono">${log}</span></p>`;
  return html`<div class="item"><div class="head"><h3 class="isolate">${label}</h3><span class="isolate">${summary}</span><span class="end"><span class="badge ${status === 'failed' ? 'bad' : 'good'}">${describeExit(step)}</span> <span class="muted small">${formatDuration(ms)}</span></span></div>
${tail.length === 0 ? html`<p class="muted small">${log === undefined ? 'What it printed is not in this report.' : 'It printed nothing.'}</p>` : html`${renderOutput(tail, `last lines of ${label}`)}${where}`}</div>`;
}

export function renderOutput(lines: readonly string[], name: string): Markup {
  return html`<pre class="isolate" tabindex="0" role="group" aria-label="${name}">${lines.join('\n')}</pre>`;
}
