// What holds for every value that goes into a file that a shell sources.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { checkProperty, textOf } from '../../../test/support/property.ts';
import { renderAssignments } from './shell-assignments.ts';

checkProperty(
  'a value comes out of the shell as it went in',
  fc.property(
    fc.array(textOf(["'", '"', '$', '`id`', '\\', '\n', ' ', '#', '$(id)', ';', '!', '*', '~', '\u00e9'], 8), {
      maxLength: 5,
    }),
    (given) => {
      const values = given.map((value) => value.toWellFormed().replaceAll('\u0000', ''));
      const file = renderAssignments(values.map((value, at) => [`V${at}`, value]));
      const script = `${file}\nprintf '%s\\0'${values.map((_, at) => ` "$V${at}"`).join('')}`;
      const { stdout } = spawnSync('sh', ['-eu'], { input: script, encoding: 'utf8', env: {} });
      assert.deepEqual(stdout.split('\0').slice(0, values.length), values);
    },
  ),
);
