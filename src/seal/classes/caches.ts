// What only takes room. Looked for when it is asked for.

import type { LeftoverClass } from '../leftover.ts';
import { findByRule } from '../path-class.ts';

/** Of what runs; a boot makes them anew. */
const inUse = /^\/(?:var\/)?tmp\/(?:systemd-private-|snap-private-tmp|\.(?:X11|ICE|XIM|font|Test)-unix)/;

export const caches: LeftoverClass = {
  name: 'caches',
  why: 'makes each copy larger',
  find: (search) =>
    !search.asked.caches
      ? []
      : [
          {
            what: 'a package cache',
            paths: [
              '/var/cache/apt/archives/*.deb',
              '/var/cache/apt/*.bin',
              '/var/lib/apt/lists/*_*',
              '/var/cache/dnf/*',
              '/var/cache/libdnf5/*',
              '/var/cache/yum/*',
              '/var/cache/zypp/packages/*',
              '/var/cache/apk/*',
              '/var/cache/pacman/pkg/*',
            ],
          },
          { what: 'a temporary file', paths: ['/tmp/*', '/var/tmp/*'] },
        ]
          .flatMap((rule) => findByRule({ ...rule, trees: true }, search))
          .filter(({ path }) => !inUse.test(path)),
};
