// Keys of cloud-config that may be a string, a list or a map: validated by the form found, so that an error keeps its place inside it.

import * as v from 'valibot';

/**
 * A union that looks at the form first. A plain union of such different forms reports one error at the top for any error below,
 * which would cost the whole key instead of one entry.
 */
export function byForm<
  Text extends v.GenericSchema,
  List extends v.GenericSchema,
  Map extends v.GenericSchema,
  Other extends v.GenericSchema = v.NeverSchema<string>,
>(forms: { text: Text; list: List; map: Map; other?: Other; expected: string }) {
  const other = forms.other ?? v.never(forms.expected);
  const any = v.union([forms.text, forms.list, forms.map, other as Other], forms.expected);
  return v.lazy((input): v.GenericSchema<v.InferInput<typeof any>, v.InferOutput<typeof any>> => {
    if (typeof input === 'string') return forms.text;
    if (Array.isArray(input)) return forms.list;
    if (input !== null && typeof input === 'object') return forms.map;
    return any;
  });
}
