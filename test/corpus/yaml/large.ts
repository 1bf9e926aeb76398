// Documents of the largest size that ask for more than their text: limits, and what stays below them.

import { config } from '../cloud-config/document.ts';
import type { Entry } from '../entry.ts';

const most = 4 * 1024 * 1024 - 100;

/** A document of the largest size that repeats `unit` between `head` and `tail`. */
function fill(unit: string, head = '', tail = ''): () => string {
  return () =>
    config(`${head}${unit.repeat(Math.floor((most - head.length - tail.length) / Buffer.byteLength(unit)))}${tail}`);
}

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('');
}

export const large: readonly Entry[] = [
  ['empty lists', fill('[],', 'runcmd: [', ']\n'), 'limit 2:603001'],
  ['empty maps', fill('{},', 'runcmd: [', ']\n'), 'limit 2:603001'],
  ['single letters', fill('a,', 'runcmd: [', ']\n'), 'limit 2:402004'],
  ['keys without values', fill('a,', 'apt: {', '}\n'), 'limit 2:402001'],
  ['pairs in brackets', fill('a:,', 'runcmd: [', ']\n'), 'limit 2:301506'],
  ['colons', fill(':,', 'runcmd: [', ']\n'), 'limit 2:201007'],
  ['empty quotes', fill("'',", 'runcmd: [', ']\n'), 'limit 2:603001'],
  ['letters on lines', fill('a,\n', 'runcmd: [\n', ']\n'), 'syntax 3:1'],
  ['brackets at column one', fill('[],\n', 'runcmd: [\n', ']\n'), 'syntax 3:1'],
  ['dashes', fill('-\n'), 'limit 200002:1'],
  ['dashes with CRLF', fill('-\r\n'), 'note spelling 2:1; limit 200002:1'],
  ['dashes with letters', fill('- a\n'), 'limit 100501:3'],
  ['dashes with keys', fill('- a: b\n'), 'limit 67001:5'],
  ['dashes with question marks', fill('- ? a\n'), 'limit 67001:5'],
  ['dashes with lists', fill('- [a]\n'), 'limit 67001:4'],
  ['dashes with tags', fill('- !!str\n'), 'limit 201001:3'],
  ['one key again and again', fill('a:\n'), 'limit 100501:3'],
  ['question marks', fill('? a\n'), 'limit 100501:3'],
  ['document marks', fill('---\n'), 'syntax 3:1'],
  ['documents', fill('--- a\n'), 'syntax 3:1'],
  ['documents with ends', fill('a\n...\n'), 'syntax 4:1'],
  ['aliases', fill('*a,', 'a: &a x\nb: [', ']\n'), 'limit 3:602987'],
  ['anchors', fill('&a,', 'b: [', ']\n'), 'limit 2:602996'],
  ['tags', fill('!!str,', 'b: [', ']\n'), 'limit 2:1205987'],
  ['escapes', fill('\\n', 'final_message: "', '"\n'), 'plan'],
  ['one line', fill('x', 'final_message: '), 'plan'],
  ['lines of a plain text', fill('x\n ', 'final_message: x '), 'plan'],
  ['lines of a block scalar', fill('      x\n', 'write_files:\n  - path: /a\n    content: |\n'), 'plan'],
  ['lines of a folded scalar', fill('      x\n', 'write_files:\n  - path: /a\n    content: >\n'), 'plan'],
  ['comments', fill('#\n', 'hostname: web\n'), 'plan'],
  ['empty lines', fill('\n', 'hostname: web\n'), 'plan'],
  ['blanks', fill(' ', 'hostname: web\n'), 'plan'],
  ['a quote of many lines left open', fill('x\n', 'hostname: "'), 'syntax 2:11'],
  ['a bracket of many lines left open', fill('x,\n', 'runcmd: ['), 'syntax 2:9'],
  ['brackets never closed', fill('['), 'limit 2:108'],
  ['braces never closed', fill('{a: '), 'limit 2:426'],
  ['dashes on one line', fill('- '), 'limit 2:217'],
  ['200 000 keys', () => config(lines(200_000, (at) => `k${at}: 1\n`)), 'limit 100501:9'],
  ['50 001 keys', () => config(lines(50_001, (at) => `k${at}: 1\n`)), 'limit 50001:9'],
  [
    '40 000 unknown keys',
    () => config(lines(40_000, (at) => `k${at}: 1\n`)),
    `${lines(50, (at) => `unknown-key ${at + 2}:1; `)}more -`,
  ],
  [
    'a key 40 000 times',
    () => config(lines(40_000, () => 'hostname: web\n')),
    `${lines(50, (at) => `warning duplicate-key ${at + 3}:1; `)}note more -`,
  ],
  ['20 000 commands', () => config(`runcmd:\n${lines(20_000, () => '- ls\n')}`), 'plan'],
  ['95 000 empty maps', () => config(`runcmd: [${'{},'.repeat(95_000)}]\n`), 'limit 2:1'],
  ['95 000 empty lists', () => config(`runcmd: [${'[],'.repeat(95_000)}]\n`), 'limit 2:1'],
  ['33 000 pairs', () => config(`runcmd: [${'a: ,'.repeat(33_000)}]\n`), 'limit 2:1'],
  ['95 000 unknown values', () => config(`other: [${'a,'.repeat(95_000)}]\n`), 'unknown-key 2:1'],
  ['95 000 commands', () => config(`runcmd:\n${lines(95_000, () => '- ls\n')}`), 'limit 2:1'],
  [
    '9 000 faulty users',
    () => config(`users:\n${lines(9_000, () => '- {name: "a:b"}\n')}`),
    `${lines(50, (at) => `value ${at + 3}:4; `)}more -`,
  ],
  ['20 000 faulty users', () => config(`users:\n${lines(20_000, () => '- {name: "a:b"}\n')}`), 'limit 2:1'],
  ['33 000 faulty users', () => config(`users:\n${lines(33_000, () => '- {name: "a:b"}\n')}`), 'limit 2:1'],
  ['33 000 faulty files', () => config(`write_files:\n${lines(33_000, () => '- {path: a}\n')}`), 'limit 2:1'],
  ['101 levels', () => config(`runcmd: ${'['.repeat(100)}${']'.repeat(100)}\n`), 'limit 2:108'],
  ['levels of keys', () => config(lines(10_000, (at) => `${' '.repeat(Math.min(at, 300))}a:\n`)), 'limit 109:108'],
  [
    'aliases of aliases',
    () =>
      config(
        `a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n${lines(9, (at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(10)}]\n`)}`,
      ),
    'limit 6:38',
  ],
  ['1001 aliases', () => config(`hostname: &a web\nruncmd: [${'*a,'.repeat(1001)}]\n`), 'limit 3:3010'],
  [
    'merges of a large map',
    () => config(`b: &b\n${lines(1000, (at) => `  k${at}: 1\n`)}${lines(900, (at) => `m${at}: {<<: *b}\n`)}`),
    'limit 1051:11',
  ],
  [
    'depth through an alias',
    () => config(`a: &a ${'['.repeat(60)}${']'.repeat(60)}\nb: ${'['.repeat(60)}*a${']'.repeat(60)}\n`),
    'limit 3:64',
  ],
];
