// The timeline as a picture of its own: one SVG file without scripts, references or fonts, light and dark.

import { formatDuration } from '../core/plan.ts';
import { html, type Markup } from './html/markup.ts';
import { cssColours } from './palette.ts';
import { type Bar, drawTimeline, type Timeline } from './timeline.ts';
import type { Report } from './view.ts';

const width = 960;
const left = 220;
const right = 90;
const rowHeight = 26;
const headHeight = 64;
const stageHeight = 34;
const plot = width - left - right;

/** A whole SVG document; its words say the same as its bars. */
export function renderTimelineSvg(report: Report): string {
  const timeline = drawTimeline(report);
  const rows = timeline?.stages.reduce((sum, { bars }) => sum + stageHeight + bars.length * rowHeight, 0) ?? rowHeight;
  const height = headHeight + rows + 40;
  const title = `guest-init on ${report.hostname ?? report.instance ?? 'this guest'}`;
  const took = report.ms === undefined ? '' : `, ${formatDuration(report.ms)}`;
  const picture = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">${title}: ${report.state}${took}</title>
<style>${cssColours(':root')}
svg{background:var(--page);font:13px system-ui,sans-serif}text{fill:var(--text)}.h{font-size:17px;font-weight:600}.m{fill:var(--muted)}.t{font-size:11px;fill:var(--muted)}
.e{text-anchor:end}.g{stroke:var(--line)}.changed{fill:var(--bar)}.command{fill:var(--bar-command)}.unchanged{fill:var(--bar-same)}.failed{fill:var(--bad)}.skipped{fill:var(--bar-same)}.track{fill:var(--track)}</style>
<rect width="100%" height="100%" fill="var(--page)"/>
<text class="h" x="20" y="30">${title}</text>
<text class="m" x="20" y="50">${report.state}${took}</text>
${timeline === undefined ? html`<text class="m" x="20" y="${headHeight + 20}">No step has a time.</text>` : drawRows(timeline, height)}
</svg>
`;
  return picture.text;
}

function drawRows(timeline: Timeline, height: number): Markup {
  const scale = plot / Math.max(timeline.ms, 0.001);
  const at = (ms: number): string => (left + ms * scale).toFixed(1);
  let y = headHeight;
  const stages = timeline.stages.map(({ name, ms, bars }) => {
    y += stageHeight;
    const head = html`<text x="20" y="${y - 10}" font-weight="600">${name}</text><text class="t e" x="${width - 20}" y="${y - 10}">${formatDuration(ms)}</text>`;
    const rows = bars.map((bar) => {
      const row = drawRow(bar, y, { x: at(bar.from), length: Math.max(2, bar.ms * scale).toFixed(1) });
      y += rowHeight;
      return row;
    });
    return html`${head}${rows}`;
  });
  const ticks = timeline.ticks.map(
    (tick) =>
      html`<line class="g" x1="${at(tick)}" x2="${at(tick)}" y1="${headHeight}" y2="${height - 30}"/><text class="t" text-anchor="middle" x="${at(tick)}" y="${height - 14}">${formatTick(tick)}</text>`,
  );
  return html`${ticks}${stages}`;
}

function drawRow(bar: Bar, y: number, { x, length }: { x: string; length: string }): Markup {
  const kind = bar.status === 'changed' && bar.isCommand ? 'command' : bar.status;
  const label = `${bar.label}${bar.status === 'failed' ? ' (failed)' : bar.status === 'skipped' ? ' (skipped)' : ''}`;
  return html`<g><title>${bar.label}: ${bar.detail}, ${bar.status}, ${formatDuration(bar.ms)}</title><text class="e" x="${left - 12}" y="${y + 14}">${shorten(label, 28)}</text><rect class="${kind}" x="${x}" y="${y + 3}" width="${length}" height="14" rx="2"/><text class="t e" x="${width - 20}" y="${y + 14}">${formatDuration(bar.ms)}</text></g>`;
}

/** `0`, `250 ms`, `2.5 s`. */
export function formatTick(ms: number): string {
  if (ms === 0) return '0';
  return ms < 1000 ? `${Number(ms.toFixed(2))} ms` : `${Number((ms / 1000).toFixed(2))} s`;
}

function shorten(text: string, limit: number): string {
  const characters = [...text];
  return characters.length <= limit ? text : `${characters.slice(0, limit - 1).join('')}…`;
}
