// Each text rule must find its breach and leave the neighbouring legal spelling alone.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findForbiddenText } from './static-gates.ts';

const random = ['Math', 'random'].join('.');
const open = ['TO', 'DO'].join('');
const focus = ['test', 'only'].join('.');

const cases: { name: string; file: string; text: string; found: number }[] = [
  { name: 'random source in src', file: 'src/a.ts', text: `const x = ${random}();\n`, found: 1 },
  { name: 'random source in a script', file: 'scripts/a.ts', text: `const x = ${random}();\n`, found: 0 },
  { name: 'open end without an issue', file: 'src/a.ts', text: `// ${open}: later\n`, found: 1 },
  { name: 'open end with an issue', file: 'src/a.ts', text: `// ${open}(#12): later\n`, found: 0 },
  { name: 'focused test', file: 'src/a.test.ts', text: `${focus}('x', () => {});\n`, found: 1 },
  { name: 'read-only is no focus', file: 'src/a.test.ts', text: "const mode = 'read-only';\n", found: 0 },
  { name: 'empty file name', file: 'src/core/utils.ts', text: '', found: 1 },
  { name: 'empty folder name', file: 'src/helpers/mount.ts', text: '', found: 1 },
  { name: 'a name that contains one', file: 'src/core/mime-types.ts', text: '', found: 0 },
];

for (const { name, file, text, found } of cases) {
  test(name, () => {
    const root = mkdtempSync(join(tmpdir(), 'guest-init-gates-'));
    try {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
      assert.equal(findForbiddenText(root).length, found);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
}
