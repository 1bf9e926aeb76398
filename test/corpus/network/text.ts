// network_data.json as a text: keys given twice, and bytes that are no UTF-8.

import type { Entry } from '../entry.ts';
import { data } from './data.ts';

export const text: readonly Entry[] = [
  [
    'a link whose MTU is given twice',
    data({}).replace('"mtu": 1500', '"mtu": 67, "mtu": 1500'),
    'warning duplicate-key 7:15',
  ],
  [
    'links given twice: the last ones count',
    data({}).replace('{', '{ "links": [{"id": "S3cr3t", "ethernet_mac_address": "x"}],'),
    'warning duplicate-key 2:2',
  ],
  [
    'sixty keys given twice',
    `{${'"a":1,'.repeat(61)}"links":[],"networks":[]}`,
    `${Array.from({ length: 50 }, (_, at) => `warning duplicate-key 1:${8 + 6 * at}`).join('; ')}; note more -; note missing network_data.json`,
  ],
  ['network_data: latin-1', Buffer.from(data({}).replace('tap0', 'b\xfccher'), 'latin1'), 'damaged 4:12'],
  ['network_data: UTF-16', Buffer.from(`\ufeff${data({})}`, 'utf16le'), 'damaged 1:1'],
  ['network_data: UTF-16 without a mark', Buffer.from(data({}), 'utf16le'), 'damaged 1:2'],
  ['network_data: a byte order mark', `\ufeff${data({})}`, 'plan'],
];
