// The page of a rich run in Chromium: light and dark, wide and on a phone; no complaint, no request, nothing wider than the screen.
// GUEST_INIT_SCREENSHOTS names a folder that keeps what was seen.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type Look, withBrowser } from '../support/browser.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { describeSandbox } from '../support/main-job.ts';
import { richTree } from '../support/rich-run.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();
/** For a machine that has other things to do. */
const patient = { timeoutMs: 240_000 };
const folder = process.env['GUEST_INIT_SCREENSHOTS'];

const looks: Record<string, Look> = {
  'desktop-light': { width: 1280, height: 900, scheme: 'light' },
  'desktop-dark': { width: 1280, height: 900, scheme: 'dark' },
  'phone-light': { width: 390, height: 844, scheme: 'light', mobile: true },
  'phone-dark': { width: 390, height: 844, scheme: 'dark', mobile: true },
};

/** Asked of the page itself, with every part of it open. */
const measure = `(() => {
  for (const one of document.querySelectorAll('details')) one.open = true;
  const width = document.documentElement.clientWidth;
  // What scrolls in its own box, is cut off by dots or hidden from eyes may be wider.
  const isBoxed = (one) => one.closest('pre, .scroll, thead, .name') !== null;
  const wide = [...document.querySelectorAll('body *')].filter((one) => !isBoxed(one) && one.getBoundingClientRect().right > width + 1);
  return {
    title: document.title,
    width: document.scrollingElement.scrollWidth,
    wide: wide.map((one) => one.outerHTML.slice(0, 120)),
    ground: getComputedStyle(document.body).backgroundColor,
    size: parseFloat(getComputedStyle(document.body).fontSize),
    headings: [...document.querySelectorAll('h1, h2')].map((one) => one.textContent),
    unnamed: [...document.querySelectorAll('[tabindex]')].filter((one) => !one.getAttribute('aria-label') && !one.getAttribute('aria-labelledby')).length,
  };
})()`;

type Measured = {
  title: string;
  width: number;
  wide: string[];
  ground: string;
  size: number;
  headings: string[];
  unnamed: number;
};

/** A page that does what a report must not do: without it, silence would prove nothing. */
const control = `<!doctype html><title>x</title><img src="http://10.0.0.254/x.png"><script>console.error('seen')</script>
<div style="width: 3000px">wide</div>`;

async function makePage(): Promise<{ page: string; picture: string }> {
  return withSandbox(describeSandbox({ tree: richTree() }), async (box) => {
    assert.equal((await box.run(['guest-init', 'run'], patient)).status, 2);
    const page = await box.exec(['guest-init', 'report', '--html', '-']);
    return { page, picture: await box.exec(['guest-init', 'report', '--svg', '-']) };
  });
}

describe('the report in Chromium', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('can be read everywhere, complains of nothing and asks for nothing', async () => {
    const { page, picture } = await makePage();
    await withBrowser(
      { '/srv/page.html': page, '/srv/time.svg': picture, '/srv/control.html': control },
      async (browser) => {
        const bad = await browser.look('/srv/control.html', looks['desktop-light'] as Look, measure);
        assert.ok(bad.requests.includes('http://10.0.0.254/x.png'), 'requests go unnoticed');
        assert.ok(bad.complaints.length > 0, 'complaints go unnoticed');
        assert.ok((bad.value as Measured).wide.length > 0, 'width goes unnoticed');

        for (const [name, look] of Object.entries(looks)) {
          const { png, complaints, requests, value } = await browser.look('/srv/page.html', look, measure);
          if (folder !== undefined) writeFileSync(join(folder, `report-${name}.png`), png);
          const { title, width, wide, ground, size, headings, unnamed } = value as Measured;
          assert.deepEqual(
            { complaints, requests, wide },
            { complaints: [], requests: ['file:///srv/page.html'], wide: [] },
            name,
          );
          assert.equal(title, 'web-1: degraded (guest-init)', 'something of the guest was obeyed');
          assert.equal(width, look.width, name);
          assert.equal(ground, look.scheme === 'light' ? 'rgb(247, 248, 249)' : 'rgb(19, 23, 27)', name);
          assert.ok(size >= 15, `${name}: ${size} px`);
          assert.equal(unnamed, 0, `${name}: a box that takes the focus has no name`);
          assert.deepEqual(headings.slice(0, 6), [
            'web-1',
            'Needs a look',
            'What took how long',
            'Network',
            'Files',
            'Commands',
          ]);
          assert.ok(png.length > 50_000, `${name}: nothing was painted`);
        }

        const { png, complaints, requests } = await browser.look('/srv/time.svg', {
          width: 1000,
          height: 700,
          scheme: 'dark',
        });
        if (folder !== undefined) writeFileSync(join(folder, 'timeline.png'), png);
        assert.deepEqual({ complaints, requests }, { complaints: [], requests: ['file:///srv/time.svg'] });
      },
    );
  });
});
