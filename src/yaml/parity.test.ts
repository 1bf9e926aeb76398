// PyYAML 6 is the oracle (decisions.md D11): its answers are pinned in pyyaml-parity.json, and asked again where it is.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { encodeOurs, encodeTheirs } from '../../test/support/parity-encoding.ts';
import { parseYaml } from './parse.ts';

type Answer = { value: unknown } | { refused: readonly [number, number] | true | null };
type Entry = { yaml: string; py: Answer; deviation?: string; ours?: Answer };

const table = JSON.parse(readFileSync(new URL('pyyaml-parity.json', import.meta.url), 'utf8')) as Entry[];
const generator = new URL('../../test/support/pyyaml-parity.py', import.meta.url).pathname;

test('the table is large and its deviations are few and named', () => {
  assert.ok(table.length >= 500);
  const deviating = table.filter((entry) => entry.deviation !== undefined);
  assert.ok(deviating.length < table.length / 10);
  assert.deepEqual([...new Set(deviating.map((entry) => entry.deviation))].sort(), [
    'U+2028 is an ordinary character',
    'a comment needs a space before it',
    'a date or time stays a string',
    'a document end mark alone is an empty document',
    'a key in braces may span lines',
    'a lone dash in brackets is refused',
    'a plain value may start with a colon',
    'a sexagesimal stays a string',
    'a tab that separates is accepted',
    'an empty key is null',
    'an integer that a number cannot hold exactly stays a string',
    'the value key of a tagged mapping is not looked for',
    'true and 1 are two keys',
  ]);
});

test('every document gets the answer of PyYAML, or the pinned deviation', () => {
  for (const { yaml, py, deviation, ours } of table) {
    const result = parseYaml(yaml);
    const expected = deviation === undefined ? py : (ours as Answer);
    const where = JSON.stringify(yaml);
    if ('value' in expected) {
      assert.ok(result.ok, `${where} was refused`);
      const wanted = deviation === undefined ? encodeTheirs(expected.value) : expected.value;
      assert.deepEqual(encodeOurs(result.value), wanted, where);
    } else {
      assert.ok(!result.ok, `${where} was accepted`);
    }
    if (deviation !== undefined && 'value' in py && result.ok) {
      assert.notDeepEqual(encodeOurs(result.value), encodeTheirs(py.value), `${where} no longer deviates`);
    }
  }
});

test('refusals stand where PyYAML puts them, or on the same line or the opener', () => {
  let exact = 0;
  let sameLine = 0;
  let all = 0;
  for (const { yaml, py } of table) {
    const result = parseYaml(yaml);
    if ('value' in py || !Array.isArray(py.refused) || result.ok) continue;
    all++;
    if (result.line === py.refused[0]) sameLine++;
    if (result.line === py.refused[0] && result.column === py.refused[1]) exact++;
  }
  assert.ok(sameLine / all > 0.95, `${sameLine} of ${all} on the same line`);
  assert.ok(exact / all > 0.8, `${exact} of ${all} at the same column`);
});

test('PyYAML still gives the pinned answers', (context) => {
  const probe = spawnSync('python3', ['-c', 'import yaml; print(yaml.__version__)'], { encoding: 'utf8' });
  if (probe.status !== 0 || !probe.stdout.startsWith('6.')) {
    context.skip('python3 with PyYAML 6 is not installed here; the pinned answers are used unverified');
    return;
  }
  const run = spawnSync('python3', [generator, '--print'], { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
  assert.equal(run.status, 0, run.stderr);
  const fresh = JSON.parse(run.stdout) as Answer[];
  assert.deepEqual(
    fresh,
    table.map((entry) => entry.py),
  );
});
