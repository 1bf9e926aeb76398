// Seeds and secrets that are kept from one boot to the next.

import type { LeftoverClass } from '../leftover.ts';
import { definePaths } from '../path-class.ts';

export const randomSeed: LeftoverClass = definePaths({
  name: 'random-seed',
  why: 'copies may make the same keys',
  rules: [
    {
      paths: [
        '/var/lib/systemd/random-seed',
        '/var/lib/random-seed',
        '/var/lib/urandom/random-seed',
        '/var/lib/misc/random-seed',
        '/var/lib/seedrng/*',
        '/boot/loader/random-seed',
        '/boot/efi/loader/random-seed',
        '/efi/loader/random-seed',
      ],
      what: 'a random seed',
    },
    { paths: ['/var/lib/systemd/credential.secret'], what: 'the secret of systemd-creds' },
  ],
});
