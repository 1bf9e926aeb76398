import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCappedOutput } from './capped-output.ts';
import { formatTail } from './output-tail.ts';

const cases: [name: string, input: string, lines: string[]][] = [
  ['nothing', '', []],
  ['one line without an end', 'a', ['a']],
  ['empty lines go', 'a\n\n \nb\n', ['a', 'b']],
  ['CRLF', 'a\r\nb\r\n', ['a', 'b']],
  ['a progress bar shows its last state', '10%\r50%\r100%\ndone\n', ['100%', 'done']],
  ['colours go', '\u001b[1;31mred\u001b[0m', ['red']],
  ['a terminal title goes', '\u001b]0;title\u0007text', ['text']],
  ['controls go', 'a\u0000b\u0008c\u009b31m', ['abc31m']],
  ['text that turns its direction does not', 'a\u202eb', ['ab']],
  ['tabs become blanks', 'a\tb', ['a b']],
  ['long lines are cut with a mark', 'é'.repeat(300), [`${'é'.repeat(199)}…`]],
];
for (const [name, input, lines] of cases) {
  test(name, () => assert.deepEqual(formatTail(Buffer.from(input)), lines));
}

test('the last twenty lines', () => {
  const text = Array.from({ length: 50 }, (_, index) => `line ${index}`).join('\n');
  assert.deepEqual([formatTail(Buffer.from(text)).length, formatTail(Buffer.from(text))[0]], [20, 'line 30']);
});

test('capped output keeps both ends, however the chunks fall', () => {
  const whole = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));
  for (const size of [1, 3, 7, 16, 33, 1000]) {
    const head: Uint8Array[] = [];
    const capped = createCappedOutput(16, (chunk) => head.push(Uint8Array.from(chunk)));
    for (let at = 0; at < whole.length; at += size) capped.add(whole.subarray(at, at + size));
    assert.deepEqual(Buffer.concat(head), whole.subarray(0, 16), `head, chunks of ${size}`);
    assert.deepEqual(capped.end(), whole.subarray(-16), `end, chunks of ${size}`);
    assert.equal(capped.omitted(), 1000 - 32);
    assert.deepEqual(capped.last(5), whole.subarray(-5));
  }
});

test('capped output without a gap gives everything back', () => {
  const capped = createCappedOutput(16, () => {});
  capped.add(Buffer.from('0123456789'));
  capped.add(Buffer.from('abcdefghij'));
  assert.equal(capped.last(100).toString(), '0123456789abcdefghij');
  assert.deepEqual([capped.end().toString(), capped.omitted()], ['ghij', 0]);
});
