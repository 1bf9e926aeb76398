import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { formatShellWord } from './shell-word.ts';

test('plain words stay as they are', () => {
  for (const word of ['/srv/image', 'a=b', 'user@host:22', '10%', '-v', '1,2'])
    assert.equal(formatShellWord(word), word);
});

test('a shell reads every word as it was', () => {
  const words = [
    '',
    ' ',
    "it's",
    "''",
    '$HOME',
    '`id`',
    '~',
    '*',
    'a\nb',
    '\\',
    '"',
    '#',
    'é',
    '!',
    ';',
    '{a,b}',
    '[x]',
  ];
  const { stdout } = spawnSync('/bin/sh', ['-c', `printf '%s\\0' ${words.map(formatShellWord).join(' ')}`]);
  assert.deepEqual(stdout.toString().split('\0').slice(0, -1), words);
});
