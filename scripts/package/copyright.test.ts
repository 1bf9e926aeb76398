import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { listBundledPackages } from '../build/bundled-packages.ts';
import { renderCopyright } from './copyright.ts';

/** A tree whose bundle holds code of one package, `licence` being what its package.json says. */
function withPackage(options: { licence?: string; text?: string }, body: (root: string) => void): void {
  const root = mkdtempSync(join(tmpdir(), 'guest-init-copyright-'));
  try {
    const folder = join(root, 'node_modules/@scope/name');
    mkdirSync(folder, { recursive: true });
    const { licence, text } = options;
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: '@scope/name', version: '1.2.3', license: licence }),
    );
    if (text !== undefined) writeFileSync(join(folder, 'LICENSE.md'), text);
    const inputs = { 'src/main.ts': {}, 'node_modules/@scope/name/lib/index.js': {} };
    writeFileSync(join(root, 'meta.json'), JSON.stringify({ outputs: { 'dist/guest-init.cjs': { inputs } } }));
    body(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const list = (root: string) => listBundledPackages({ root, metafile: join(root, 'meta.json') });

test('names each package whose code is in the bundle, with the text of its licence', () => {
  withPackage({ licence: 'MIT', text: 'Permission is granted\n' }, (root) => {
    const packages = list(root);
    assert.deepEqual(packages, [
      {
        ...{ name: '@scope/name', version: '1.2.3', licence: 'MIT', text: 'Permission is granted' },
        folder: 'node_modules/@scope/name',
      },
    ]);
    writeFileSync(join(root, 'LICENSE'), 'text of Node');
    writeFileSync(join(root, 'package.json'), JSON.stringify({ version: '24.0.0' }));
    const text = renderCopyright({ nodeFolder: root, packages });
    for (const part of ['@scope/name 1.2.3 (MIT)', 'Permission is granted', 'Node.js 24.0.0', 'text of Node']) {
      assert.equal(text.includes(part), true, part);
    }
  });
});

test('a licence that nobody has allowed stops the packaging', () => {
  withPackage({ licence: 'GPL-3.0-only', text: 'x' }, (root) =>
    assert.throws(() => list(root), /found the licence GPL-3\.0-only/),
  );
  withPackage({ text: 'x' }, (root) => assert.throws(() => list(root), /found the licence undefined/));
});

test('so does a package without the text of its licence', () => {
  withPackage({ licence: 'MIT' }, (root) => assert.throws(() => list(root), /no licence file/));
});
