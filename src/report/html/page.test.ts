// The page and the picture: nothing of a guest can become markup, nothing is loaded, everything that has to be said is there.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { InstanceRecord } from '../../state/record.ts';
import { renderTimelineSvg } from '../svg.ts';
import { makeSample, sampleRecord } from '../testing/sample.ts';
import type { Report } from '../view.ts';
import { escapeText, html } from './markup.ts';
import { renderHtml } from './page.ts';

const hostile = `<script>alert(1)</script>"'&\u202e\u0000\u001b[2J\u009b\u200b]]>--><img src=x onerror=alert(1)>`;

/** Every text of the report replaced by a hostile one; words of a closed list stay. */
function poison(report: Report): Report {
  const closed = ['status', 'stage', 'state', 'scope', 'op', 'what', 'result', 'severity', 'name'];
  const visit = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string') {
      const isClosed = closed.includes(key) && !value.startsWith('/');
      return isClosed ? value : `${value}${hostile}`;
    }
    if (Array.isArray(value)) return value.map((item) => visit(item, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, visit(item, name)]));
  };
  return visit(report) as Report;
}

/** Line breaks are of our own making. */
const unseen = /(?!\n)[\p{Cc}\p{Bidi_Control}]/u;

const tags = (text: string): string[] => [...text.matchAll(/<([a-z!/][a-z0-9]*)/gi)].map(([, name]) => name ?? '');

test('whatever the guest is called and prints, the page has the same elements and no others', () => {
  const plain = renderHtml(makeSample());
  const poisoned = renderHtml(poison(makeSample()));
  assert.deepEqual([...new Set(tags(poisoned))].sort(), [...new Set(tags(plain))].sort());
  assert.ok(!/<(?:script|img|iframe|object|link|base|form)\b/i.test(poisoned));
  assert.ok(!unseen.test(poisoned));
  assert.ok(
    poisoned.includes('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;⟨U+202E⟩⟨U+0000⟩⟨U+001B⟩[2J⟨U+009B⟩'),
  );
  const svg = renderTimelineSvg(poison(makeSample()));
  assert.ok(!/<(?:script|image|foreignObject|a|use)\b/i.test(svg));
  assert.ok(!unseen.test(svg));
});

test('the policy forbids all loading, and the one style sheet is the one that it names', () => {
  const page = renderHtml(makeSample());
  const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
  const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? [];
  const digest = createHash('sha256').update(style).digest('base64');
  assert.equal(
    policy.replaceAll('&#39;', "'"),
    `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`,
  );
  assert.ok(!/\bstyle="|url\(|@import|https?:|\bsrc=|\bhref=/.test(page), 'something would be loaded, or refused');
});

test('it says what the report says', () => {
  const page = renderHtml(makeSample({ ...sampleRecord, notices: ['a copy of another machine'] }));
  assert.ok(page.includes('a copy of another machine'));
  for (const text of ['DEGRADED (2)', 'users/ops', '10.0.0.5/24', '/etc/hostname', '+web-1', 'exit 5', 'token S3cr3t'])
    assert.ok(page.includes(text), text);
  assert.ok(page.includes('content not shown: not everybody may read it'));
  assert.ok(!page.includes('undefined') && !page.includes('[object'));
});

test('every part may be missing', () => {
  const nothing: InstanceRecord = { ...sampleRecord, stages: {}, networkSteps: [], diagnostics: [], made: [] };
  for (const report of [
    makeSample(nothing),
    { ...makeSample(nothing), guesses: [], notices: [], network: { links: [], missing: [] } },
  ]) {
    const page = renderHtml(report);
    assert.ok(page.includes('</html>') && !page.includes('undefined'));
    assert.ok(renderTimelineSvg(report).includes('No step has a time.'));
  }
});

test('a template escapes what is put into it, unless it is a template', () => {
  assert.equal(
    html`<b title="${'"'}">${'<'}${html`<i>`}${undefined}${['&', html`<u>`]}${3}</b>`.text,
    '<b title="&quot;">&lt;<i>&amp;<u>3</b>',
  );
  assert.equal(escapeText('a\tb\n\ud800'), 'a\tb\n\ufffd');
});
