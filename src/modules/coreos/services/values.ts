// What a setting of a daemon may be, and the text that it becomes.

import * as v from 'valibot';
import { isOneLine } from '../../users/names.ts';
import type { Daemon, FieldType } from './fields.ts';

export type Setting = string | number | boolean;

/** YAML makes numbers and truths of words that are meant as text; a number with a point would lose digits. */
export function textOf(expected: string): v.GenericSchema<Setting> {
  return v.union(
    [
      v.pipe(
        v.string(),
        v.check((text) => isOneLine(text), `${expected} on one line`),
      ),
      v.pipe(v.number(), v.safeInteger()),
      v.boolean(),
    ],
    `${expected} (in quotes where it looks like a number)`,
  );
}

/** A word of a few; YAML reads `on` and `off` as truths. */
export function wordOf(words: readonly string[]): v.GenericSchema<Setting> {
  const expected = `one of ${words.join(', ')}`;
  return v.union(
    [
      v.pipe(
        v.string(),
        v.check((text) => text === '' || words.includes(text), expected),
      ),
      v.pipe(
        v.boolean(),
        v.check((truth) => words.includes(nameTruth(truth)), expected),
        v.transform(nameTruth),
      ),
    ],
    expected,
  );
}

/** The word that YAML has read as this truth. */
function nameTruth(truth: boolean): 'on' | 'off' {
  return truth ? 'on' : 'off';
}

/** Text of a form. */
export function matching(pattern: RegExp, expected: string): v.GenericSchema<Setting> {
  return v.pipe(
    v.string(expected),
    v.check((text) => text === '' || pattern.test(text), expected),
  );
}

const numberText = /^-?\d{1,15}(?:\.\d{1,15})?$/;

const byType: Readonly<Record<FieldType, v.GenericSchema<Setting>>> = {
  s: textOf('text'),
  i: v.union([v.pipe(v.number(), v.safeInteger()), v.pipe(v.string(), v.regex(/^-?\d{1,15}$/))], 'a whole number'),
  f: v.union([v.pipe(v.number(), v.finite()), v.pipe(v.string(), v.regex(numberText))], 'a number'),
  b: v.boolean('true or false'),
};

/** A map of the daemon's settings; `special` are those of a form of their own. */
export function settingsOf({ fields }: Daemon, special: Readonly<Record<string, v.GenericSchema<Setting>>> = {}) {
  const entries = Object.entries(fields).map(
    ([name, type]) => [name, v.optional(special[name] ?? byType[type])] as const,
  );
  return v.strictObject(Object.fromEntries(entries));
}

/** The text of a setting; undefined for what coreos-cloudinit never writes: nothing, 0, false. */
export function formatSetting(value: unknown, type: FieldType): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (type === 'b') return value === true ? 'true' : undefined;
  if (type === 's') return String(value);
  return Number(value) === 0 ? undefined : String(value);
}
