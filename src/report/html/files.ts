// What was done to files: a diff where everybody on the guest may read the file, else that it changed.

import type { Change } from '../../core/plan.ts';
import { pathOf } from '../build.ts';
import type { Report, ReportFile } from '../view.ts';
import { explainMissingDiff } from '../words.ts';
import { html, type Markup } from './markup.ts';

/** Diffs beyond this many begin closed. */
const mostOpen = 8;

/** Nothing where none was made. */
export function renderFiles({ files }: Report): Markup | undefined {
  if (files.length === 0) return undefined;
  const shown = files.filter(({ changes }) => changes.some(({ diff }) => diff !== undefined));
  const known = files.filter((file) => file.changes.length > 0 && !shown.includes(file));
  const rest = files.filter(({ changes }) => changes.length === 0);
  return html`<section aria-labelledby="files"><h2 id="files">Files</h2>
${shown.map((file, index) => renderFile(file, index < mostOpen))}
${known.map(renderKnown)}
${rest.length === 0 ? undefined : html`<div class="item"><h3>Also made or replaced</h3><ul class="plain paths">${rest.map(({ path, step }) => html`<li><span class="mono isolate">${path}</span><span class="muted small isolate">${step ?? ''}</span></li>`)}</ul></div>`}
</section>`;
}

function renderFile(file: ReportFile, isOpen: boolean): Markup {
  const { step, sha256, changes } = file;
  return html`<details class="item"${isOpen ? html` open` : undefined}><summary>${renderName(file)}</summary>
${changes.map((change, index) => renderChange(change, index === 0 ? [sha256 === undefined ? '' : `sha256 ${sha256.slice(0, 16)}…`, step ?? ''] : []))}</details>`;
}

function renderName({ path, changes: [first] }: ReportFile): Markup {
  const mark = first?.op ?? '~';
  const tone = { '+': 'good', '~': 'warn', '-': 'bad' }[mark];
  const word = { '+': 'new:', '~': 'changed:', '-': 'removed:' }[mark];
  return html`<span class="name-line"><span class="mark ${tone}" role="img" aria-label="${word}">${mark}</span><span class="mono isolate">${path}</span></span>`;
}

function renderKnown(file: ReportFile): Markup {
  const words = file.changes.map(({ what }) => withoutPath(what));
  const reason = explainMissingDiff(file);
  const said = [...words, file.step ?? '', reason ?? ''].filter((text) => text !== '').join(' · ');
  return html`<div class="item">${renderName(file)}<p class="muted small isolate">${said}</p></div>`;
}

function renderChange({ what, diff }: Change, more: readonly string[]): Markup {
  const said = [withoutPath(what), ...more].filter((text) => text !== '').join(' · ');
  return html`${said === '' ? undefined : html`<p class="muted small isolate">${said}</p>`}${diff === undefined ? undefined : html`<pre class="diff isolate" tabindex="0" role="group" aria-label="changes of ${pathOf(what) ?? 'the file'}">${diff.map(renderLine)}</pre>`}`;
}

/** `0644 root:root, 6 bytes` of `/etc/motd  0644 root:root  6 bytes`. */
function withoutPath(what: string): string {
  const path = pathOf(what) ?? '';
  return what.slice(path.length).trim().replace(/^-> /, 'to ').replace(/ {2,}/g, ', ').replace(/ -> /g, ' → ');
}

function renderLine(line: string): Markup {
  const kind = line.startsWith('+') ? 'add' : line.startsWith('-') ? 'del' : 'ctx';
  return html`<span class="${kind}">${line}</span>`;
}
