// Colours that can be read: WCAG 2.2, success criteria 1.4.3 (text, 4.5 to 1) and 1.4.11 (graphics, 3 to 1 where a colour says something).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dark, light, type Palette } from './palette.ts';

type Colour = keyof Palette;

const texts: readonly (readonly [text: Colour, grounds: readonly Colour[]])[] = [
  ['text', ['page', 'surface', 'track', 'code']],
  ['muted', ['page', 'surface', 'code']],
  ['accent', ['page', 'surface']],
  ['good', ['surface', 'good-ground']],
  ['warn', ['surface', 'page', 'warn-ground']],
  ['bad', ['surface', 'page', 'bad-ground']],
  ['added', ['added-ground']],
  ['removed', ['removed-ground']],
];

/** Relative luminance of `#rrggbb`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [bright = 0, dim = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (bright + 0.05) / (dim + 0.05);
}

for (const [name, palette] of Object.entries({ light, dark } satisfies Record<string, Palette>)) {
  test(`${name}: each text can be read on each ground`, () => {
    for (const [text, grounds] of texts) {
      for (const ground of grounds) {
        const ratio = contrast(palette[text], palette[ground]);
        assert.ok(ratio >= 4.5, `${text} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
  });

  test(`${name}: commands and failures stand out from the track`, () => {
    for (const bar of ['bar-command', 'bad'] as const) {
      const ratio = contrast(palette[bar], palette.track);
      assert.ok(ratio >= 3, `${bar}: ${ratio.toFixed(2)}`);
    }
  });
}

test('the measure is the standard one', () => {
  assert.equal(contrast('#000000', '#ffffff'), 21);
  assert.equal(contrast('#777777', '#ffffff').toFixed(2), '4.48');
});
