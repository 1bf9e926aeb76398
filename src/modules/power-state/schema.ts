// Key of cloud-init's power_state_change, and those of its package module that reboot.

import * as v from 'valibot';

const delayExpected = '"now", or minutes such as "+5"';
const conditionExpected = 'true, false, or a command: a string, or a list of its words';
const withoutNul = v.check((text: string) => !text.includes('\0'), 'text without NUL characters');

export const PowerState = v.object({
  power_state: v.optional(
    v.strictObject({
      mode: v.picklist(['poweroff', 'reboot', 'halt'], 'poweroff, reboot or halt'),
      delay: v.optional(
        v.union(
          [
            v.pipe(v.string(), v.regex(/^(?:now|\+?\d{1,5})$/, delayExpected)),
            v.pipe(v.number(), v.safeInteger(delayExpected), v.minValue(0, delayExpected), v.maxValue(99_999)),
          ],
          delayExpected,
        ),
        'now',
      ),
      message: v.optional(v.pipe(v.string('text'), withoutNul)),
      timeout: v.optional(
        v.pipe(v.number('seconds'), v.safeInteger('seconds'), v.minValue(0, 'seconds'), v.maxValue(86_400, 'seconds')),
        30,
      ),
      condition: v.optional(
        v.union(
          [
            v.boolean(),
            v.pipe(v.string(), withoutNul),
            v.pipe(v.array(v.pipe(v.string(), withoutNul)), v.minLength(1, conditionExpected)),
          ],
          conditionExpected,
        ),
        true,
      ),
    }),
  ),
  package_reboot_if_required: v.optional(v.boolean('true or false')),
  apt_reboot_if_required: v.optional(v.boolean('true or false')),
});
export type PowerState = v.InferOutput<typeof PowerState>;
export type PowerSettings = NonNullable<PowerState['power_state']>;
