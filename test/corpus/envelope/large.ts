// Envelopes that hold far more than they weigh. More of them, by code alone: src/userdata/compound/bombs.test.ts.

import type { Entry } from '../entry.ts';
import { gzip, mime, part } from './packed.ts';

const mib = 1024 * 1024;

export const large: readonly Entry[] = [
  ['4 MiB of a document', () => `#cloud-config\n#${'x'.repeat(4 * mib - 16)}\n`, 'note missing 1:1'],
  ['one byte over 4 MiB', () => `#cloud-config\n#${'x'.repeat(4 * mib - 14)}\n`, 'limit -'],
  ['a gzip bomb', () => gzip(new Uint8Array(512 * mib)), 'limit -'],
  [
    'a gzip bomb in a gzip bomb',
    () => gzip(new Uint8Array(256 * mib), 2),
    'limit openstack/latest/user_data (decompressed)',
  ],
  [
    '1 001 parts',
    () => mime(Array.from({ length: 1001 }, () => part('text/cloud-config', 'runcmd: [ls]'))),
    'limit 4001:1',
  ],
  [
    'thirty parts of very many values',
    () => gzip(mime(Array.from({ length: 30 }, () => part('text/cloud-config', `runcmd: [${'a,'.repeat(15_000)}]`)))),
    'limit openstack/latest/user_data part 7',
  ],
  [
    'forty parts of empty maps',
    () => gzip(mime(Array.from({ length: 40 }, () => part('text/cloud-config', `zz: [${'{},'.repeat(95_000)}]`)))),
    'limit openstack/latest/user_data (decompressed)',
  ],
  ['1 001 entries of an archive', () => `#cloud-config-archive\n${'- "#!/bin/sh"\n'.repeat(1001)}`, 'limit -'],
  ['a script of 4 MiB', () => `#!/bin/sh\n${'#\n'.repeat(2 * mib - 10)}`, 'plan'],
  ['a line of 4 MiB', () => 'x'.repeat(4 * mib), 'syntax 1:1'],
];
