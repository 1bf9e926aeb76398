// Metadata of the largest size that asks for more than its text.

import type { Entry } from '../entry.ts';

const most = 4 * 1024 * 1024 - 200;
const uuid = '"uuid": "8c1c4b6e-0000-4000-8000-000000000001"';

/** Metadata of the largest size that repeats `unit`. */
function fill(unit: string, head = `{${uuid}, "n": [`, tail = '1]}'): () => string {
  return () => `${head}${unit.repeat(Math.floor((most - head.length - tail.length) / unit.length))}${tail}`;
}

export const large: readonly Entry[] = [
  ['numbers', fill('1,'), 'refused; limit 1:400050'],
  ['empty texts', fill('"",'), 'refused; limit 1:600047'],
  ['empty lists', fill('[],'), 'refused; limit 1:600047'],
  ['empty maps', fill('{},'), 'refused; limit 1:600047'],
  ['maps of one key', fill('{"":1},'), 'refused; limit 1:700046'],
  ['lists never closed', fill('['), 'refused; limit 1:154'],
  ['maps never closed', fill('{"":'), 'refused; limit 1:448'],
  ['blanks of 4 MiB', fill(' '), 'plan'],
  ['lines', fill('\n'), 'plan'],
  ['escapes', fill('\\u0041', `{${uuid}, "name": "`, '"}'), 'plan'],
  ['one text', fill('x', `{${uuid}, "name": "`, '"}'), 'plan'],
  ['a text never closed', fill('x', `{${uuid}, "name": "`, ''), 'refused; damaged 1:58'],
  ['keys', () => `{${uuid}${Array.from({ length: 150_000 }, (_, at) => `,"k${at}":1`).join('')}}`, 'plan'],
  ['one key again and again', fill('"a":1,', `{${uuid}, `, '"b":1}'), 'refused; limit 1:1200042'],
  ['public keys that are none', fill('5,', `{${uuid}, "public_keys": [`, '5]}'), 'refused; limit 1:400060'],
  ['one byte over 4 MiB', () => `{${uuid}}${' '.repeat(4 * 1024 * 1024 - uuid.length - 1)}`, 'refused; limit -'],
];
