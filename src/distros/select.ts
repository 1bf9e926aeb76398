// Chooses the distribution's record as os-release(5) recommends: by ID, then by each ID_LIKE in order.

import type { OsRelease } from '../core/facts.ts';
import { distros, unknownDistro } from './catalogue.ts';
import type { Distro } from './distro.ts';

/** The record that fits best; a record of its own kind for unknown systems, never undefined. `opensuse-leap` counts as `opensuse`. */
export function selectDistro(os: Pick<OsRelease, 'id' | 'idLike'>): Distro {
  for (const id of [os.id, ...os.idLike]) {
    const family = id.toLowerCase();
    const found = distros.find((distro) => distro.id === family || family.startsWith(`${distro.id}-`));
    if (found !== undefined) return found;
  }
  return unknownDistro;
}
