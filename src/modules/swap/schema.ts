// Key of cloud-init's swap.

import * as v from 'valibot';
import { parseSize } from './size.ts';

const size = 'bytes, or a size such as "512M" or "1.5G"';
const Size = v.union(
  [
    v.pipe(v.number(), v.safeInteger(size), v.minValue(0, size)),
    v.pipe(
      v.string(),
      v.check((text) => parseSize(text) !== undefined, size),
    ),
  ],
  size,
);
const path = 'an absolute path without ".." and blanks';

export const Swap = v.object({
  swap: v.optional(
    v.strictObject(
      {
        filename: v.optional(
          v.pipe(
            v.string(path),
            v.regex(/^(?:\/[^\s/\u0000-\u001f\u007f-\u009f]+)+$/u, path),
            v.check((text) => !/^\/(?:dev|proc|sys|run)\/|\/\.{1,2}(?:\/|$)/.test(text), path),
          ),
          '/swap.img',
        ),
        size: v.optional(v.union([v.literal('auto'), Size], `"auto", or ${size}`), 0),
        maxsize: v.optional(Size),
      },
      'a map with filename, size and maxsize',
    ),
  ),
});
export type Swap = v.InferOutput<typeof Swap>;
