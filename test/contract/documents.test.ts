// docs/troubleshooting.md and docs/security.md: every code that somebody may meet is explained, and every test that a promise rests on is there.

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { installedFiles } from '../../scripts/package/installed-files.ts';
import { exitCodes } from '../../src/core/error.ts';
import { repositoryRoot } from '../support/built-program.ts';

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8');

test('every code of a problem has a row, and no other', () => {
  const union = /export type DiagnosticCode =([\s\S]*?);/.exec(read('src/core/diagnostic.ts'))?.[1] ?? '';
  const codes = [...union.matchAll(/^ {2}\| '([a-z-]+)'/gm)].map(([, code]) => code ?? '');
  assert.ok(codes.length > 10, codes.join());
  const [, section = ''] = read('docs/troubleshooting.md').split('\n## Codes of problems in the input\n');
  const rows = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `([a-z-]+)` \| \S/gm)].map(([, code]) => code ?? '');
  assert.deepEqual(rows.sort(), codes.sort());
});

test('every exit code is explained', () => {
  const text = read('docs/exit-codes.md');
  for (const code of Object.values(exitCodes)) assert.match(text, new RegExp(`^\\| ${code} \\| \\S`, 'm'));
});

test('links between files hold', () => {
  const documents = globSync(
    ['README.md', 'docs/*.md', 'docs/modules/*.md', 'src/*/README.md', 'src/modules/*/README.md'],
    { cwd: repositoryRoot },
  );
  const broken = documents.flatMap((document) =>
    [...read(document).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target]) => join(dirname(document), target ?? ''))
      .filter((target) => !existsSync(join(repositoryRoot, target)))
      .map((target) => `${document}: ${target}`),
  );
  assert.ok(documents.length > 10);
  assert.deepEqual(broken, []);
});

test('links between installed pages hold in the guest', () => {
  const folder = '/usr/share/doc/guest-init/';
  const installed = installedFiles.filter(({ path }) => path.startsWith(folder)).map(({ path }) => path);
  const pages = installed.filter((path) => path.endsWith('.md'));
  const broken = pages.flatMap((page) =>
    [...read(join('docs', page.slice(folder.length))).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target]) => join(dirname(page), target ?? ''))
      .filter(
        (target) => !installed.some((path) => path === target || (target.endsWith('/') && path.startsWith(target))),
      )
      .map((target) => `${page}: ${target}`),
  );
  assert.ok(pages.length > 40);
  assert.deepEqual(broken, []);
});

test('every promise names a test', () => {
  const [, section = ''] = read('docs/security.md').split('\n## Promises, and what holds them\n');
  const rows = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => /^\| (?!promise|---)/.test(line));
  assert.ok(rows.length > 15);
  for (const row of rows) assert.match(row, /\]\(\.\.\/\S+\.test\.ts\)/, row);
});
