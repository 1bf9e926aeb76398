// parseJsonLocated: values as JSON.parse, refusals with a place, places on demand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertLinear } from '../../test/support/cpu-time.ts';
import { parseJsonLocated } from './json.ts';

function refuse(text: string): string {
  const result = parseJsonLocated(text);
  assert.ok(!result.ok, JSON.stringify(text.slice(0, 60)));
  return `${result.line}:${result.column} ${result.reason}`;
}

test('refusals have a place and our own sentence', () => {
  const table: readonly (readonly [string, string])[] = [
    ['', '1:1 the text ends too early'],
    ['{"a": 1,}', '1:9 a key in double quotes is expected here'],
    ['{"a": 1\n "b": 2}', '2:2 a "," or "}" is expected here'],
    ['{"a" 1}', '1:6 a ":" is expected here'],
    ["{'a': 1}", '1:2 a key in double quotes is expected here'],
    ['[1, 2', '1:6 a "[" is never closed'],
    ['{"a": {"b": 1}', '1:15 a "{" is never closed'],
    ['[1, ]', '1:5 a value is expected here'],
    ['[NaN]', '1:2 a value is expected here'],
    ['[-Infinity]', '1:2 a value is expected here'],
    ['[01]', '1:2 a value is expected here'],
    ['[1.]', '1:2 a value is expected here'],
    ['[1] x', '1:5 the text should end here'],
    ['["a\n"]', '1:4 a line break or control character in a string'],
    ['["a\\x"]', '1:4 a wrong escape in a string'],
    ['{"a": "b', '1:7 a string that starts here is never closed'],
    ['// c\n{}', '1:1 a value is expected here'],
    ['\ufeff{"a"}', '1:5 a ":" is expected here'],
    [`${'['.repeat(101)}${']'.repeat(101)}`, '1:101 nested too deeply'],
    ['['.repeat(20_000), '1:101 nested too deeply'],
  ];
  for (const [text, expected] of table) assert.equal(refuse(text), expected, JSON.stringify(text.slice(0, 60)));
});

test('the scanner refuses and accepts exactly what JSON.parse does', () => {
  const seeds = ['{"a":[1,-2.5e+3,"x\\u00e9\\n",true,null],"b":{"c":{}}, "d":[]}', ' [ "" , 0 , {"k" : false } ]\n'];
  let state = 12_345;
  const random = (limit: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * limit);
  };
  const marks = '{}[]",:\\0-1.eE+ntu \n\u0001x';
  for (let round = 0; round < 4000; round++) {
    let text = seeds[round % seeds.length] as string;
    for (let edits = random(3) + 1; edits > 0; edits--) {
      const at = random(text.length + 1);
      text =
        text.slice(0, at) +
        (random(2) === 0 ? (marks[random(marks.length)] as string) : '') +
        text.slice(at + random(2));
    }
    let valid = true;
    try {
      JSON.parse(text);
    } catch {
      valid = false;
    }
    const result = parseJsonLocated(text);
    assert.equal(result.ok, valid, JSON.stringify(text));
    if (result.ok) result.locate(['b']);
    else assert.notEqual(result.reason, 'not valid JSON', JSON.stringify(text));
  }
});

test('values, a byte order mark, lone surrogates and __proto__', () => {
  const result = parseJsonLocated('\ufeff{"__proto__": {"x": 1}, "s": "\\ud800", "t": "\ud801"}');
  assert.ok(result.ok);
  const value = result.value as Record<string, unknown>;
  assert.deepEqual(Object.keys(value), ['__proto__', 's', 't']);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.equal(value['s'], '\ud800');
  assert.deepEqual(result.locate(['__proto__', 'x']), { line: 1, column: 16 });
});

test('places and repeated keys', () => {
  const result = parseJsonLocated(
    '{\n  "links": [\n    {"id": 1, "mtu": 1500},\n    {"\\u0069d": 2, "id": 3}\n  ],\n  "links2": {}\n}',
  );
  assert.ok(result.ok);
  assert.deepEqual(result.locate(['links', 0, 'mtu']), { line: 3, column: 15 });
  assert.deepEqual(result.locateValue(['links', 0, 'mtu']), { line: 3, column: 22 });
  assert.deepEqual(result.locate(['links', 1]), { line: 4, column: 5 });
  assert.deepEqual(result.locate(['links', 1, 'id']), { line: 4, column: 20 });
  assert.deepEqual(result.locate(['links', 7, 'id']), { line: 2, column: 3 });
  assert.deepEqual(result.locate(['none']), { line: 1, column: 1 });
  assert.deepEqual(result.findDuplicates(), [{ path: ['links', 1, 'id'], line: 4, column: 20 }]);
});

test('nothing of a broken text comes back', () => {
  const canary = 'S3cr3tC4naryT0ken';
  const texts = [
    '{"p": X}',
    '{"p": "X}',
    '{X: 1}',
    '{"p" "X"}',
    '["X" 1]',
    '["\\X"]',
    '[1] X',
    '{"X": nul}',
    '["a\nX"]',
    '{"X"}',
  ];
  for (const text of texts) {
    const result = parseJsonLocated(text.replace('X', canary));
    assert.ok(!result.ok);
    for (let start = 0; start + 6 <= canary.length; start++) {
      assert.ok(!JSON.stringify(result).includes(canary.slice(start, start + 6)), text);
    }
  }
});

test('large texts stay linear', async () => {
  await assertLinear(1_000_000, (size) => {
    const text = `{"a": "${'\\n'.repeat(size)}"}`;
    return () => assert.ok(parseJsonLocated(text).ok);
  });
  await assertLinear(2_000_000, (size) => {
    const text = `{"a": "${'x'.repeat(size)}`;
    return () => assert.match(refuse(text), /never closed/);
  });
  await assertLinear(190_000, (size) => {
    const text = `[${'1,'.repeat(size)}`;
    return () => assert.match(refuse(text), /ends too early/);
  });
  assert.equal(refuse(`[${'1,'.repeat(200_000)}1]`), '1:400000 too many values');
});

test('repeated keys are found by counting: escaped, deep, under __proto__, and not where colons are text', () => {
  const places = (text: string): string[] => {
    const result = parseJsonLocated(text);
    assert.ok(result.ok, text);
    return result.findDuplicates().map(({ path, line, column }) => `${path.join('.')} ${line}:${column}`);
  };
  assert.deepEqual(places('[{"a": {"b": 1, "\\u0062": 2}}, {"a": 1, "b": 2}]'), ['0.a.b 1:17']);
  assert.deepEqual(places('{"__proto__": 1, "__proto__": 2}'), ['__proto__ 1:18']);
  assert.deepEqual(places('{"a:": ":\\":", "b": {"a:": null}, "c": [":", {}]}'), []);
  assert.deepEqual(places('"a:b"'), []);
});
