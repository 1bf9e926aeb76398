// The key `coreos` of CoreOS and Flatcar documents.

import * as v from 'valibot';
import type { UnitVerb } from '../../core/action.ts';
import { daemons } from './services/fields.ts';
import { matching, settingsOf, textOf, wordOf } from './services/values.ts';
import { dropInNameExpected, isDropInName, isUnitName, unitNameExpected } from './units/unit-name.ts';

const unitVerbs: readonly UnitVerb[] = [
  'start',
  'stop',
  'restart',
  'reload',
  'try-restart',
  'reload-or-restart',
  'reload-or-try-restart',
];
const unitCommands: readonly string[] = unitVerbs;

const Text = v.string('text');

const DropIn = v.strictObject({
  name: v.pipe(v.string(dropInNameExpected), v.check(isDropInName, dropInNameExpected)),
  content: Text,
});

const Unit = v.strictObject({
  name: v.pipe(v.string(unitNameExpected), v.check(isUnitName, unitNameExpected)),
  content: v.optional(Text, ''),
  runtime: v.optional(v.boolean('true or false'), false),
  enable: v.optional(v.boolean('true or false'), false),
  mask: v.optional(v.boolean('true or false'), false),
  command: v.optional(
    v.pipe(
      v.string(`a command: ${unitCommands.join(', ')}`),
      v.check((word) => word === '' || unitCommands.includes(word), `a command: ${unitCommands.join(', ')}`),
    ),
    '',
  ),
  drop_ins: v.optional(v.array(DropIn, 'a list of drop-ins'), []),
});
export type Unit = v.InferOutput<typeof Unit>;

/** `[day ]HH:MM`. */
const window = /^(?:(?:sun|mon|tue|wed|thu|fri|sat) )?0*(?:\d|1\d|2[0-3]):0*(?:\d|[1-5]\d)$/i;
/** A duration of Go. */
const duration = /^(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h))+$/;

const Update = v.strictObject({
  reboot_strategy: v.optional(wordOf(['etcd-lock', 'reboot', 'off'])),
  group: v.optional(textOf('a group')),
  server: v.optional(textOf('the URL of a server')),
});

const Oem = v.strictObject({
  id: v.optional(textOf('an id')),
  name: v.optional(textOf('a name')),
  version_id: v.optional(textOf('a version')),
  home_url: v.optional(textOf('a URL')),
  bug_report_url: v.optional(textOf('a URL')),
});

export const Coreos = v.object({
  coreos: v.optional(
    v.strictObject({
      etcd: v.optional(settingsOf(daemons.etcd)),
      etcd2: v.optional(settingsOf(daemons.etcd2, { proxy: wordOf(['on', 'off', 'readonly']) })),
      fleet: v.optional(settingsOf(daemons.fleet)),
      flannel: v.optional(settingsOf(daemons.flannel)),
      locksmith: v.optional(
        settingsOf(daemons.locksmith, {
          window_start: matching(window, 'the start of a window such as "Sun 4:00"'),
          window_length: matching(duration, 'a length of time such as "1h30m"'),
        }),
      ),
      update: v.optional(Update),
      oem: v.optional(Oem),
      units: v.optional(v.array(Unit, 'a list of units')),
    }),
  ),
});
export type Coreos = v.InferOutput<typeof Coreos>;
