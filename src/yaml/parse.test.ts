// parseYaml: places, refusals, limits and secrecy. What values come out is the business of parity.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertLinear } from '../../test/support/cpu-time.ts';
import { parseYaml, type YamlDocument, type YamlOptions } from './parse.ts';

function accept(text: string, options?: YamlOptions): YamlDocument {
  const result = parseYaml(text, options);
  assert.ok(result.ok, result.ok ? '' : `${result.line}:${result.column} ${result.reason}`);
  return result;
}

function refuse(text: string, options?: YamlOptions): string {
  const result = parseYaml(text, options);
  assert.ok(!result.ok, `accepted: ${JSON.stringify(text.slice(0, 60))}`);
  return `${result.line}:${result.column} ${result.reason}`;
}

function at(document: YamlDocument, ...path: (string | number)[]): string {
  const key = document.locate(path);
  const value = document.locateValue(path);
  return `${key.line}:${key.column} ${value.line}:${value.column}`;
}

const REFUSALS: readonly (readonly [string, string])[] = [
  ['a:\n\tb: 1\n', '2:1 a tab is used as indentation; use spaces'],
  ['a: [\t1]\n', '1:5 a tab cannot stand here; use spaces'],
  ['\ta: 1\n', '1:1 a tab is used as indentation; use spaces'],
  ['a: 1\n\tb: 2\n', '2:1 a tab is used as indentation; use spaces'],
  ['a: |\n\tx\n', '2:1 a tab is used as indentation; use spaces'],
  ['a:\n  b: 1\n c: 2\n', '3:2 wrong indentation, or something that cannot stand here'],
  ['a:\n  - b\n - c\n', '3:2 wrong indentation, or something that cannot stand here'],
  ['a: b: c\n', '1:5 a ":" cannot stand here; quote the value, or check the indentation'],
  ['a: @x\n', '1:4 a value cannot start with "@", "%" or a backquote; quote it'],
  ['k: v\na: "x\nb: 2\n', '2:4 a quoted string that starts here is never closed'],
  ["k: v\na: 'x\n", '2:4 a quoted string that starts here is never closed'],
  ['a: [1, 2\nb: 3\n', '1:4 a "[" or "{" that starts here is never closed'],
  ['a: {x: [1, 2}\n', '1:13 a comma or a closing bracket is missing before this'],
  ['a: "\\q"\n', '1:6 unknown escape after "\\" in a double-quoted string'],
  ['a: "\\xZZ"\n', '1:7 a hexadecimal digit is missing in an escape'],
  ['a: &x 1\nb: &x 2\n', '2:4 this anchor name is already in use above'],
  ['a: 1\nb: *x\n', '2:4 this alias names no anchor above it'],
  ['a: &x\n  - *x\n', '2:5 this alias stands inside what it names'],
  ['a: 1\n---\nb: 2\n', '2:1 a second document starts here; only one is allowed'],
  ['---\na: |\n  ---\n---\n', '4:1 a second document starts here; only one is allowed'],
  ['---\n---\n', '2:1 a second document starts here; only one is allowed'],
  ['a: !!python/object/apply:os.system [x]\n', '1:4 this tag is not allowed; only the tags of plain YAML data are'],
  ['a: !Ref x\n', '1:4 this tag is not allowed; only the tags of plain YAML data are'],
  ['a: !!int x\n', '1:4 this does not have the form of its type'],
  ['a: !!map [1]\n', '1:4 this tag does not fit what follows it'],
  ['? [a]\n: 1\n', '1:3 a key must be a plain value, not a list or a mapping'],
  ['a: &x [1]\n*x : 1\n', '2:1 a key must be a plain value, not a list or a mapping'],
  ['a:\n  <<: 1\n', '2:7 what "<<" merges must be a mapping or a list of mappings'],
  ['a: <<\n', '1:4 a lone "<<" or "=" must be quoted here'],
  ['!!omap [{a: 1, b: 2}]\n', '1:9 each entry of !!omap and !!pairs must be a mapping with one key'],
  ['a: x\u0000y\n', '1:5 a character that YAML does not allow (a control character)'],
  ['a: x\n# \u0007\n', '2:3 a character that YAML does not allow (a control character)'],
  ['a: \ud800\n', '1:4 a character that YAML does not allow (a control character)'],
  ['a: \u{1f600}\nb: "\u{1f600}" x\n', '2:8 wrong indentation, or something that cannot stand here'],
  ['\ufeff@\n', '1:1 a value cannot start with "@", "%" or a backquote; quote it'],
  ['a: 1\r\nb: [\r\n  2\r\n', '2:4 a "[" or "{" that starts here is never closed'],
  ['a: 1\nb\n', '3:1 a ":" is missing after a key, or the key spans lines'],
  ['%FOO\na: 1\n', '2:1 "---" is missing after a "%" directive'],
];

test('every refusal has the place and the sentence', () => {
  for (const [text, expected] of REFUSALS) assert.equal(refuse(text), expected, JSON.stringify(text));
});

test('an empty text, and one of comments only, is null', () => {
  for (const text of ['', '\n', '# a\n', '---\n', '\ufeff', '---\n...\n']) assert.equal(accept(text).value, null);
});

test('CRLF, a lone CR, NEL and a byte order mark do not change values', () => {
  const wanted = { ...(accept('a: |\n  x\n  y\nb: 1\n').value as object) };
  for (const text of ['a: |\r\n  x\r\n  y\r\nb: 1\r\n', 'a: |\r  x\r  y\rb: 1\r', '\ufeffa: |\n  x\n  y\nb: 1\n']) {
    assert.deepEqual({ ...(accept(text).value as object) }, wanted, JSON.stringify(text));
  }
  const nel = accept('a: 1\x85b: [\x852]\n');
  assert.deepEqual({ ...(nel.value as object) }, { a: 1, b: [2] });
  assert.equal(at(nel, 'b', 0), '3:1 3:1');
});

test('maps have no prototype, so that hostile keys are data', () => {
  const { value } = accept('__proto__: {polluted: true}\nconstructor: 1\n');
  assert.equal(Object.getPrototypeOf(value), null);
  assert.deepEqual(Object.keys(value as object), ['__proto__', 'constructor']);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  const merged = accept('a: &a {__proto__: {polluted: true}}\nb:\n  <<: *a\n  c: 1\n').value as Record<string, object>;
  assert.deepEqual(Object.keys(merged['b'] as object), ['__proto__', 'c']);
});

test('places in block style', () => {
  const document = accept(
    "#cloud-config\nusers:\n  - default\n  - name: bob\n    ssh: [a,\n      b]\nempty:\nfiles:\n- path: /x\n  content: |\n    [text]\n  last: 'q'\n-\n- # note\n  z: 1\n",
  );
  assert.equal(at(document, 'users'), '2:1 3:3');
  assert.equal(at(document, 'users', 0), '3:5 3:5');
  assert.equal(at(document, 'users', 1, 'name'), '4:5 4:11');
  assert.equal(at(document, 'users', 1, 'ssh', 1), '6:7 6:7');
  assert.equal(at(document, 'empty'), '7:1 7:1');
  assert.equal(at(document, 'files', 0, 'content'), '10:3 10:12');
  assert.equal(at(document, 'files', 0, 'last'), '12:3 12:9');
  assert.equal(at(document, 'files', 1), '13:1 13:1');
  assert.equal(at(document, 'files', 2, 'z'), '15:3 15:6');
  assert.equal(at(document, 'files', 9, 'nope'), '8:1 9:1');
  assert.equal(at(document, 'nope'), '2:1 2:1');
});

test('places in flow style and for keys that are not strings', () => {
  const document = accept('{a: {b: [1, {c: "x"}]},\n 0644: yes, ~: &k !!str 5, on: z}\n');
  assert.equal(at(document, 'a', 'b', 1, 'c'), '1:14 1:17');
  assert.equal(at(document, '420'), '2:2 2:8');
  assert.equal(at(document, 'null'), '2:13 2:16');
  assert.equal(at(document, 'true'), '2:28 2:32');
});

test('places through aliases and merges lead to where the text is written', () => {
  const document = accept(
    'base: &b\n  x: 1\n  y: 2\nuse: *b\nm:\n  <<: *b\n  y: 3\nl:\n  <<: [{p: 1}, {p: 2, q: 3}]\n',
  );
  assert.equal(at(document, 'use'), '4:1 4:6');
  assert.equal(at(document, 'use', 'x'), '2:3 2:6');
  assert.equal(at(document, 'm', 'x'), '2:3 2:6');
  assert.equal(at(document, 'm', 'y'), '7:3 7:6');
  assert.equal(at(document, 'l', 'p'), '9:9 9:12');
  assert.equal(at(document, 'l', 'q'), '9:23 9:26');
});

test('under-indented brackets and quotes are read as PyYAML reads them, with places of the original', () => {
  const text =
    'a:\n  packages: [\n  "x]", # ]\n  {b: 1\n}\n]\n  s: "one\n\ntwo\\\n three"\n  t: |\n    [\n  u: plain [\n    text\nz: {\n}\n';
  const document = accept(text);
  assert.deepEqual(JSON.parse(JSON.stringify(document.value)), {
    a: { packages: ['x]', { b: 1 }], s: 'one\ntwothree', t: '[\n', u: 'plain [ text' },
    z: {},
  });
  assert.equal(at(document, 'a', 'packages', 1, 'b'), '4:4 4:7');
  assert.equal(at(document, 'a', 't'), '11:3 11:6');
  assert.equal(at(document, 'z'), '15:1 15:4');
  assert.equal(
    refuse('a: [\nb\n]\nc: d: e\n'),
    '4:5 a ":" cannot stand here; quote the value, or check the indentation',
  );
  assert.equal(
    refuse('a: "x\n---\ny"\n'),
    '2:1 a continued quoted string or "[...]" or "{...}" must be indented further',
  );
});

test('a key given twice is reported and the last one counts', () => {
  const document = accept('a: 1\nb:\n  - c: 1\n    c: 2\na: 3\n1: x\n"1": y\nm: {<<: {k: 1}, k: 2}\n');
  assert.equal(JSON.stringify(document.value), '{"1":"y","a":3,"b":[{"c":2}],"m":{"k":2}}');
  assert.deepEqual(document.duplicates, [
    { path: ['b', 0, 'c'], line: 4, column: 5 },
    { path: ['a'], line: 5, column: 1 },
    { path: ['1'], line: 7, column: 1 },
  ]);
});

test('an explicit timestamp stays a string and is reported', () => {
  const document = accept('a: [!!timestamp 2001-01-01]\n');
  assert.deepEqual(document.tagProblems, [{ path: ['a', 0], line: 1, column: 5, tag: '!!timestamp' }]);
});

test('special collections', () => {
  const { value } = accept(
    's: !!set {b, 1}\no: !!omap [b: 1, a: [2]]\np: !!pairs [x: 1, x: 2]\nx: &x {k: v}\nq: !!omap [*x]\n',
  );
  assert.equal(
    JSON.stringify(value),
    '{"s":["b",1],"o":[["b",1],["a",[2]]],"p":[["x",1],["x",2]],"x":{"k":"v"},"q":[["k","v"]]}',
  );
});

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('');
}

const bomb = `a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n${lines(8, (i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(',')}]\n`)}`;
const tower = `a0: &a0 ${'['.repeat(60)}${']'.repeat(60)}\na1: ${'['.repeat(60)}*a0${']'.repeat(60)}\n`;
const BOMBS: readonly (readonly [string, string, string])[] = [
  ['aliases of aliases', bomb, 'too many values (aliases counted in full)'],
  ['200,000 keys', lines(200_000, (i) => `k${i}: 1\n`), 'too many values (aliases counted in full)'],
  ['10,000 levels of mappings', lines(10_000, (i) => `${' '.repeat(Math.min(i, 300))}a:\n`), 'nested too deeply'],
  ['20,000 brackets', '['.repeat(20_000) + ']'.repeat(20_000), 'nested too deeply'],
  ['20,000 braces', '{a: '.repeat(20_000), 'nested too deeply'],
  ['20,000 dashes', `${'- '.repeat(20_000)}a`, 'nested too deeply'],
  ['depth through an alias', tower, 'nested too deeply'],
  ['aliases', `- &a x\n${'- *a\n'.repeat(2000)}`, 'too many aliases'],
  [
    'merges',
    `b: &b\n${lines(1000, (i) => `  k${i}: 1\n`)}${lines(900, (i) => `m${i}: {<<: *b}\n`)}`,
    'too many values (aliases counted in full)',
  ],
  ['values', `[${'1,'.repeat(250_000)}]`, 'too many values (aliases counted in full)'],
  ['documents', '---\n'.repeat(100_000), 'a second document starts here; only one is allowed'],
  ['unclosed quote', `a: "${'x\n'.repeat(300_000)}`, 'a quoted string that starts here is never closed'],
];

test('bombs end within two seconds of CPU time with their reason', () => {
  for (const [name, text, reason] of BOMBS) {
    const before = process.cpuUsage();
    const result = parseYaml(text);
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 2_000_000, `${name} took ${(user + system) / 1000} ms`);
    assert.equal(result.ok ? 'accepted' : result.reason, reason, name);
  }
});

test('limits are exact', () => {
  assert.ok(parseYaml('['.repeat(100) + ']'.repeat(100)).ok);
  assert.equal(refuse('['.repeat(101) + ']'.repeat(101)), '1:101 nested too deeply');
  accept('[[1]]', { maxDepth: 2 });
  assert.equal(refuse('[[[1]]]', { maxDepth: 2 }), '1:3 nested too deeply');
  accept('- &a x\n- *a\n', { maxAliases: 1, maxNodes: 3 });
  assert.equal(refuse('- &a x\n- *a\n', { maxAliases: 0 }), '2:3 too many aliases');
  assert.equal(refuse('- &a x\n- *a\n', { maxNodes: 2 }), '2:3 too many values (aliases counted in full)');
  assert.equal(refuse('a: 1\nb: 2\n', { maxKeys: 1 }), '2:1 too many keys (merged ones counted too)');
});

test('parsing time grows with the size, not with its square', async () => {
  await assertLinear(32_000, (count) => {
    const text = `a: [\n${lines(count, (i) => `{k${i}: "v\n w"},\n`)}]\n`;
    return () => accept(text, { maxKeys: 1_000_000, maxNodes: 1_000_000 });
  });
});

const CANARY = 'S3cr3tC4naryT0ken';
const BROKEN: readonly string[] = [
  ...[
    '"X',
    "'X",
    '[X',
    '{X',
    '"\\qX"',
    '@X',
    '`X`',
    '%X',
    '*X',
    '!X y',
    '!!X y',
    '!<X y',
    '!X!y z',
    '&X',
    'X: y: z',
  ].map((value) => `password: ${value.replace('X', CANARY)}\n@\n`),
  ...[
    '&X 1\nb: &X 2',
    '!!int X',
    '!!float X',
    '!!bool X',
    '!!binary X',
    '!!python/X y',
    '[X\nb: c',
    '{X: [a}',
    '|X',
    '>9X',
  ].map((value) => `password: ${value.replaceAll('X', CANARY)}\n`),
  ...[
    '%X\na',
    '%TAG X\n---\na',
    '%TAG !X! y\n%TAG !X! z\n---\na',
    '%YAML X\n---\n',
    'a: 1\n---\nX',
    '\tX: 1',
    'X\n: 1',
  ].map((text) => text.replaceAll('X', CANARY)),
  ...[
    '? [X]\n: 1',
    '<<: X',
    'a: X\u0000',
    'a: "X\n---\n',
    'a:\n  X: 1\n X: 2',
    '"X" y',
    '- X\nX: 1',
    'a: "\\xX"',
    '[X]: 1',
  ].map((text) => `${text.replaceAll('X', CANARY)}\n]\n`),
];

test('nothing of a broken document comes back', () => {
  assert.ok(BROKEN.length >= 40);
  for (const text of BROKEN) {
    const result = parseYaml(text);
    assert.ok(!result.ok, JSON.stringify(text));
    const shown = JSON.stringify(result);
    for (let start = 0; start + 6 <= CANARY.length; start++) {
      assert.ok(!shown.includes(CANARY.slice(start, start + 6)), `${JSON.stringify(text)} gave ${shown}`);
    }
  }
});
