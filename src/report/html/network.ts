// The network as a table: what each link was to have, what it has, what was seen when it was set.

import type { NetworkCheck } from '../../core/network-check.ts';
import type { Report, ReportLink, Wanted } from '../view.ts';
import { describeCheck } from '../words.ts';
import { html, type Markup } from './markup.ts';

/** Nothing where the guest has no link. */
export function renderNetwork({ network }: Report): Markup | undefined {
  const { links, backend } = network;
  if (links.length === 0) return undefined;
  const kept =
    backend === undefined
      ? 'Brought up at each boot by guest-init.'
      : `Written down for ${backend}, which brings it up at later boots.`;
  return html`<section aria-labelledby="network"><h2 id="network">Network</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="network">
<table class="cards"><thead><tr><th scope="col">Link</th><th scope="col">Asked for</th><th scope="col">Now</th><th scope="col">Checked when set</th></tr></thead>
<tbody>${links.map(renderLink)}</tbody></table></div>
${links.some(({ wanted }) => wanted.length > 0) ? html`<p class="muted small">${kept}</p>` : undefined}
</section>`;
}

function renderLink({ name, mac, up, wanted, addresses, checks }: ReportLink): Markup {
  const state = up === undefined ? 'not there' : up ? 'up' : 'down';
  return html`<tr><th scope="row"><span class="isolate">${name}</span> <span class="badge ${up === true ? 'good' : up === undefined ? 'bad' : ''}">${state}</span><div class="muted small mono">${mac ?? ''}</div></th>
<td data-title="Asked for">${list(wanted.map(renderWanted), 'nothing')}</td>
<td data-title="Now">${list(
    addresses.map((address) => html`<span class="mono">${address}</span>`),
    'no address',
  )}</td>
<td data-title="Checked when set">${list(checks.map(renderCheck), 'nothing')}</td></tr>`;
}

function list(items: readonly Markup[], none: string): Markup {
  if (items.length === 0) return html`<span class="muted">${none}</span>`;
  return html`<ul class="plain">${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}

function renderWanted({ what, value, present, guess }: Wanted): Markup {
  const mark =
    present === false
      ? html`<span class="mark bad" role="img" aria-label="missing:">✗</span>`
      : html`<span class="mark ${present === true ? 'good' : 'same'}" role="img" aria-label="${present === true ? 'present:' : 'set:'}">${present === true ? '✓' : '·'}</span>`;
  const word = what === 'address' ? '' : what === 'route' ? '' : `${what} `;
  const guessed = guess === undefined ? undefined : html` <span class="badge warn" title="${guess}">guessed</span>`;
  return html`${mark}${word}<span class="mono">${value}</span>${guessed}`;
}

function renderCheck(check: NetworkCheck): Markup {
  const tone = { ok: 'good', trouble: 'bad', silent: 'warn', unknown: 'same' }[check.result];
  const sign = { ok: '✓', trouble: '✗', silent: '!', unknown: '?' }[check.result];
  return html`<span class="mark ${tone}" aria-hidden="true">${sign}</span>${describeCheck(check)}`;
}
