// Key of cloud-init's phone_home.

import * as v from 'valibot';

const urlExpected = 'an http or https address';
export const fieldNames = [
  ...(['pub_key_rsa', 'pub_key_ecdsa', 'pub_key_ed25519', 'instance_id', 'hostname', 'fqdn'] as const),
  'pub_key_dsa',
] as const;
export type FieldName = (typeof fieldNames)[number];
const postExpected = `"all", or a list of ${fieldNames.slice(0, -1).join(', ')}`;

export const PhoneHome = v.object({
  phone_home: v.optional(
    v.strictObject({
      url: v.pipe(
        v.string(urlExpected),
        v.check(
          (text) =>
            /^https?:\/\/[^\s/\u0000-\u001f\u007f-\u009f][^\s\u0000-\u001f\u007f-\u009f]*$/iu.test(text) &&
            URL.canParse(text),
          urlExpected,
        ),
      ),
      post: v.optional(
        v.union([v.literal('all'), v.array(v.picklist(fieldNames, postExpected), postExpected)], postExpected),
        'all',
      ),
      tries: v.optional(
        v.pipe(
          v.number('a number'),
          v.safeInteger('a number'),
          v.minValue(1, 'at least 1'),
          v.maxValue(1000, 'at most 1000'),
        ),
        10,
      ),
    }),
  ),
});
export type PhoneHome = v.InferOutput<typeof PhoneHome>;
