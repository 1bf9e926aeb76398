import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertLinear, measureCpuTime } from '../../test/support/cpu-time.ts';
import { diffText, listAdded } from './text-diff.ts';

const cases: [name: string, before: string, after: string, lines: string[]][] = [
  ['equal', 'a\nb\n', 'a\nb\n', []],
  ['one line', 'a\n', 'b\n', ['-a', '+b']],
  ['added at the end', 'a\n', 'a\nb\n', [' a', '+b']],
  ['taken from the top', 'a\nb\n', 'b\n', ['-a', ' b']],
  [
    'two places',
    '1\n2\n3\n4\n5\n6\n7\n8\n9\n',
    '1\nx\n3\n4\n5\n6\n7\ny\n9\n',
    [' 1', '-2', '+x', ' 3', ' 4', ' …', ' 6', ' 7', '-8', '+y', ' 9'],
  ],
  ['from nothing', '', 'a\n', ['+a']],
  ['to nothing', 'a\n', '', ['-a']],
];
for (const [name, before, after, expected] of cases) {
  test(name, () => assert.deepEqual(diffText(before, after), expected));
}

test('large files are compared in the time of their size', async () => {
  await assertLinear(20_000, (length) => {
    const text = (offset: number): string => Array.from({ length }, (_, index) => `${index * 7 + offset}\n`).join('');
    const [before, after] = [text(0), text(1)];
    return () => assert.equal(diffText(before, after).length, 60);
  });
});

test('applying the marks gives both texts back', () => {
  let seed = 7;
  const random = (limit: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % limit;
  };
  for (let round = 0; round < 300; round++) {
    const before = Array.from({ length: random(9) }, () => 'abc'[random(3)] as string);
    const after = Array.from({ length: random(9) }, () => 'abc'[random(3)] as string);
    const lines = diffText(before.map((line) => `${line}\n`).join(''), after.map((line) => `${line}\n`).join(''));
    const changes = (mark: string): string[] =>
      lines
        .filter((line) => line.startsWith(mark))
        .map((line) => line.slice(1))
        .sort();
    const surplus = (from: string[], other: string[]): string[] => {
      const left = [...other];
      return from.filter((line) => {
        const at = left.indexOf(line);
        if (at >= 0) left.splice(at, 1);
        return at < 0;
      });
    };
    const removed = changes('-');
    const added = changes('+');
    assert.deepEqual(surplus(removed, added).sort(), surplus(before, after).sort());
    assert.deepEqual(surplus(added, removed).sort(), surplus(after, before).sort());
    if (before.join() === after.join()) assert.deepEqual([removed, added], [[], []]);
  }
});

test('content does not steer the terminal', () =>
  assert.deepEqual(listAdded('a\u001b[2J\tb\nc\u202ed\u2028e\n'), ['+a?[2J    b', '+c?d?e']));

test('long lines are cut', () => assert.equal(listAdded('x'.repeat(500))[0]?.length, 160));

test('of a long text the first lines are made ready to be shown, and no others', async () => {
  const shown = listAdded('\u001bx\n'.repeat(1000));
  assert.deepEqual([shown.length, shown[0], shown[58], shown[59]], [60, '+?x', '+?x', ' … 941 more lines']);
  const long = '\u001bx\n'.repeat(500_000);
  const split = await measureCpuTime(() => long.split('\n'));
  const made = await measureCpuTime(() => listAdded(long));
  assert.ok(made < 4 * split, `${made} ms, and ${split} ms to count the lines`);
});
