// docs/install.md quotes the example scripts to the letter: what it shows is what was tried.

import assert from 'node:assert/strict';
import { accessSync, constants, existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../support/built-program.ts';

const page = join(repositoryRoot, 'docs/install.md');
const text = readFileSync(page, 'utf8');
const scripts = globSync('docs/examples/images/*.sh', { cwd: repositoryRoot }).sort();

test('there are examples', () => assert.ok(scripts.length >= 4, scripts.join()));

for (const script of scripts) {
  test(`${basename(script)} is quoted whole, and can be run`, () => {
    const path = join(repositoryRoot, script);
    assert.ok(text.includes(`\n\`\`\`sh\n${readFileSync(path, 'utf8')}\`\`\`\n`), 'the page shows another text');
    accessSync(path, constants.X_OK);
  });
}

test('no other script of that form is shown', () => {
  const quoted = [...text.matchAll(/^# .*: ([a-z]+\.sh) [A-Z]/gm)].map(([, name]) => name);
  assert.deepEqual(
    quoted.sort(),
    scripts.map((script) => basename(script)),
  );
});

test('links lead somewhere, those within the page to a heading', () => {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const [, target = ''] of text.matchAll(/\]\(([^)]+)\)/g)) {
    if (target.startsWith('#')) assert.ok(headings.includes(target.slice(1)), target);
    else assert.ok(existsSync(join(dirname(page), target)), target);
  }
});
