import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interpretUserData } from '../../interpret.ts';

const scripts: readonly (readonly [
  title: string,
  text: string,
  expected: string | { code: string; column: number },
])[] = [
  ['plain', '#!/bin/sh\necho hi\n', '/bin/sh'],
  ['CRLF', '#!/bin/bash -e\r\necho hi\r\n', '/bin/bash'],
  ['blanks before the path', '#! \t/usr/bin/env python3\n', '/usr/bin/env'],
  ['blank lines before', '\n\n#!/bin/sh\n', '/bin/sh'],
  ['no path', '#!\necho\n', { code: 'missing', column: 3 }],
  ['only blanks', '#!  \necho\n', { code: 'missing', column: 5 }],
  ['relative path', '#! bash\n', { code: 'value', column: 4 }],
  ['lone carriage return', '#!/bin/sh\recho\r', { code: 'value', column: 3 }],
  ['too long for Linux', `#!/${'x'.repeat(300)}\n`, { code: 'limit', column: 3 }],
];

for (const [title, text, expected] of scripts) {
  test(`script: ${title}`, () => {
    const { scripts, diagnostics, usable } = interpretUserData({ bytes: Buffer.from(text), source: 'u' }, []);
    const [script] = scripts ?? [];
    if (typeof expected === 'string') {
      assert.equal(script?.interpreter, expected);
      assert.equal(Buffer.from(script.bytes).toString(), text.trimStart().replaceAll('\r\n', '\n'));
      assert.ok(usable);
    } else {
      assert.equal(script, undefined);
      assert.equal(usable, false);
      const { code, column } = diagnostics.at(-1) ?? {};
      assert.deepEqual({ code, column }, expected);
    }
  });
}
