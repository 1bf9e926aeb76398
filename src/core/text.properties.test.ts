// What holds for all bytes and all lists of problems.

import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { bytesOf, checkProperty } from '../../test/support/property.ts';
import { decodeText } from './decode-text.ts';
import type { Diagnostic } from './diagnostic.ts';
import { limitDiagnostics, maxDiagnostics } from './diagnostic-list.ts';

checkProperty(
  'bytes are UTF-8, or the first one that is not has its offset, line and column',
  fc.property(fc.array(bytesOf(['a', '\n', '\r', '\u0085', '\u00e9', '😀', '\ufeff']), { maxLength: 4 }), (parts) => {
    const bytes = Buffer.concat(parts);
    const decoded = decodeText(bytes);
    assert.equal(decoded.ok, isUtf8(bytes));
    if (decoded.ok) return;
    const before = bytes.subarray(0, decoded.offset);
    assert.ok(isUtf8(before));
    for (const length of [1, 2, 3, 4])
      if (decoded.offset + length <= bytes.length)
        assert.ok(!isUtf8(bytes.subarray(decoded.offset, decoded.offset + length)));
    const lines = before
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .split(/\r\n|[\r\n\u0085]/);
    assert.deepEqual([decoded.line, decoded.column], [lines.length, [...(lines.at(-1) ?? '')].length + 1]);
  }),
);

checkProperty(
  'a list is told whole or cut to fifty with the number of the others, and no error gives way to another problem',
  fc.property(
    fc.array(fc.constantFrom<Diagnostic['severity']>('error', 'warning', 'note'), { maxLength: 120 }),
    (list) => {
      const all = list.map(
        (severity, at): Diagnostic => ({ severity, code: 'value', source: `s${at}`, message: `${at}` }),
      );
      const told = limitDiagnostics(all, 's');
      const shown = told.filter(({ code }) => code !== 'more');
      assert.equal(shown.length, Math.min(all.length, maxDiagnostics));
      const more = told.find(({ code }) => code === 'more');
      assert.equal(more === undefined ? 0 : Number(/^\d+/.exec(more.message)?.[0]), all.length - shown.length);
      const errors = all.filter(({ severity }) => severity === 'error');
      const hidden = errors.filter(({ message }) => !shown.some((one) => one.message === message));
      assert.equal(hidden.length, Math.max(0, errors.length - maxDiagnostics));
    },
  ),
);
