// What holds for all documents that are put together, by every strategy.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkProperty, textOf } from '../../../test/support/property.ts';
import { applyPatch } from './json-patch.ts';
import { mergeNodes } from './merge.ts';
import { layerStrategy, partStrategy, readStrategy } from './merge-strategy.ts';
import { makeNode, type Node } from './node.ts';

const text = { source: 'u', locate: () => ({ line: 1, column: 1 }) };
const key = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(null, true, 0, 1, '', 'x', 'y'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map(toMap),
  ),
}));

const document = fc.array(fc.tuple(key, value), { maxLength: 4 }).map(toMap);

/** As the YAML reader makes maps: without a prototype. */
function toMap(entries: readonly (readonly [string, unknown])[]): unknown {
  const map: Record<string, unknown> = Object.create(null);
  for (const [name, item] of entries) map[name] = item;
  return map;
}

const option = fc.constantFrom(
  ...[
    'replace',
    'no_replace',
    'append',
    'prepend',
    'allow_delete',
    'recurse_dict',
    'recurse_list',
    'recurse_array',
    'recurse_str',
    'none',
  ],
);
const strategyText = fc
  .array(fc.tuple(fc.constantFrom('dict', 'list', 'str'), fc.array(option, { maxLength: 4 })), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => ['dict()', ...parts.map(([name, options]) => `${name}(${options.join(',')})`)].join('+'));

const spell = ({ value: plain }: Node): string => JSON.stringify(plain) ?? '';

checkProperty(
  'any two documents are merged by any strategy, and neither is changed',
  fc.property(value, value, strategyText, (older, newer, how) => {
    const strategy = readStrategy([how], () => undefined);
    assert.ok(strategy !== undefined, how);
    const before = JSON.stringify([older, newer]);
    mergeNodes(makeNode(older, text), makeNode(newer, text), { strategy, onLoss: () => undefined });
    assert.equal(JSON.stringify([older, newer]), before);
    assert.equal(({} as Record<string, unknown>)['a'], undefined);
  }),
);

checkProperty(
  'between layers each keeps all that it says, unless a loss is told',
  fc.property(document, document, (older, newer) => {
    const losers: unknown[] = [];
    const merged = mergeNodes(makeNode(older, text), makeNode(newer, text), {
      strategy: layerStrategy,
      onLoss: ({ loser }) => losers.push(loser.value),
    });
    if (losers.length > 0) return;
    assertKept(older, merged.value);
    assertKept(newer, merged.value);
  }),
);

function assertKept(said: unknown, found: unknown): void {
  if (said !== null && typeof said === 'object' && !Array.isArray(said)) {
    for (const [name, item] of Object.entries(said)) {
      assert.ok(found !== null && typeof found === 'object' && Object.hasOwn(found, name), name);
      assertKept(item, (found as Record<string, unknown>)[name]);
    }
  } else assert.equal(JSON.stringify(found), JSON.stringify(said));
}

checkProperty(
  'between parts a document merged with itself stays as it is, and so does one merged with an empty one',
  fc.property(value, (document) => {
    const node = makeNode(document, text);
    const merge = { strategy: partStrategy, onLoss: () => assert.fail('nothing is lost') };
    assert.equal(spell(mergeNodes(node, node, merge)), spell(node));
    if (document !== null && typeof document === 'object' && !Array.isArray(document))
      assert.equal(spell(mergeNodes(node, makeNode(Object.create(null), text), merge)), spell(node));
  }),
);

checkProperty(
  'any text is a strategy, or has a problem that holds none of it that is no name',
  fc.property(textOf(['list', 'dict', 'str', '(', ')', '+', ',', 'append', ' ', 'S3cr3t!']), (how) => {
    const problems: string[] = [];
    const strategy = readStrategy([how], ({ message }) => problems.push(message));
    assert.ok(strategy !== undefined || problems.length > 0 || /^[\s+]*$/.test(how));
    assert.ok(!problems.join().includes('S3cr3t!'));
  }),
);

checkProperty(
  'any patch is applied or refused as a whole, and leaves the document as it was',
  fc.property(
    value,
    fc.array(
      fc.record({
        op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'x'),
        path: textOf(['/a', '/b', '/0', '/-', '/', '~1', '~0', '~', '/__proto__'], 4),
        from: textOf(['/a', '/b', '/0', ''], 3),
        value,
      }),
      { maxLength: 4 },
    ),
    (document, patch) => {
      const before = JSON.stringify(document);
      applyPatch(makeNode(document, text), makeNode(patch, text));
      assert.equal(JSON.stringify(document), before);
      assert.equal(({} as Record<string, unknown>)['a'], undefined);
    },
  ),
);
