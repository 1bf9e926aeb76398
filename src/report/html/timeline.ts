// The timeline as rows of a list, so that it can be read on a phone and by a reader aloud; only the bars are pictures.

import { formatDuration } from '../../core/plan.ts';
import { formatTick } from '../svg.ts';
import { type Bar, drawTimeline, type StageBars, type Timeline } from '../timeline.ts';
import type { Report } from '../view.ts';
import { formatTime } from '../words.ts';
import { html, type Markup } from './markup.ts';

/** Percent of the width that even the shortest bar has. */
const leastWidth = 0.4;

/** Nothing where no step has a time. */
export function renderTimeline(report: Report): Markup | undefined {
  const timeline = drawTimeline(report);
  if (timeline === undefined) return undefined;
  const repeated = report.stages.find(({ repeatedAt }) => repeatedAt !== undefined)?.repeatedAt;
  const again =
    repeated === undefined
      ? undefined
      : html`<p class="muted small">Some of it was done again at the boot of ${formatTime(repeated)}; those steps have no bar.</p>`;
  return html`<section aria-labelledby="timeline"><h2 id="timeline">What took how long</h2>
${timeline.stages.map((stage) => renderStage(stage, timeline))}
<div class="row ticks" aria-hidden="true"><span class="name"></span><svg class="axis">${timeline.ticks.map((tick) => renderTick(tick, timeline))}</svg><span class="time"></span></div>
<div class="key" aria-hidden="true">${renderKey(timeline)}</div>
${again}
</section>`;
}

function renderStage({ name, ms, bars }: StageBars, timeline: Timeline): Markup {
  return html`<div class="stage"><span>${name}</span><span class="muted">${formatDuration(ms)}</span></div>
<ol class="plain">${bars.map((bar) => renderBar(bar, timeline))}</ol>`;
}

function renderBar(bar: Bar, timeline: Timeline): Markup {
  const width = Math.max(leastWidth, percent(bar.ms, timeline));
  const x = Math.min(100 - width, percent(bar.from, timeline));
  const word =
    bar.status === 'failed' || bar.status === 'skipped'
      ? html` <span class="mark bad">${bar.status}</span>`
      : undefined;
  const marks = timeline.ticks
    .slice(1)
    .map(
      (tick) =>
        html`<line x1="${round(percent(tick, timeline))}%" x2="${round(percent(tick, timeline))}%" y1="0" y2="100%"/>`,
    );
  return html`<li class="row"><span class="name isolate" title="${bar.label}: ${bar.detail}">${bar.label}${word} <span class="muted">${bar.detail}</span></span><svg class="bar" aria-hidden="true">${marks}<rect class="${kindOf(bar)}" x="${round(x)}%" width="${round(width)}%" y="0" height="100%" rx="2"/></svg><span class="time">${formatDuration(bar.ms)}</span></li>`;
}

function renderTick(tick: number, timeline: Timeline): Markup {
  const at = percent(tick, timeline);
  const anchor = tick === 0 ? 'start' : at > 94 ? 'end' : 'middle';
  return html`<text x="${round(at)}%" y="14" text-anchor="${anchor}">${formatTick(tick)}</text>`;
}

const kinds = {
  changed: 'changed',
  command: 'your command',
  unchanged: 'looked at, already so',
  failed: 'failed',
  skipped: 'skipped',
} as const;

/** Only the colours that are there. */
function renderKey({ stages }: Timeline): Markup[] {
  const used = new Set(stages.flatMap(({ bars }) => bars.map(kindOf)));
  return Object.entries(kinds).flatMap(([kind, words]) =>
    used.has(kind as keyof typeof kinds)
      ? [html`<span><svg><rect class="${kind}" width="100%" height="100%" rx="2"/></svg>${words}</span>`]
      : [],
  );
}

function kindOf({ status, isCommand }: Bar): keyof typeof kinds {
  return status === 'changed' && isCommand ? 'command' : status;
}

function percent(ms: number, timeline: Timeline): number {
  return timeline.ms <= 0 ? 0 : (100 * ms) / timeline.ms;
}

function round(value: number): string {
  return String(Number(value.toFixed(2)));
}
