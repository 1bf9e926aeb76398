import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controlCharacters } from './control-characters.ts';

test('they are those of Unicode', () => {
  for (let code = 0; code <= 0x10ffff; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    const isControl = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(character);
    assert.equal(character.replace(controlCharacters, ''), isControl ? '' : character, code.toString(16));
  }
});
