// Where the unit files of systemd are, systemd.unit(5).

import { unitFolders } from './gather-facts.ts';
import type { Host } from './host.ts';

/** The file of a unit, or of the template that it is an instance of; a mask hides it and is none. Undefined when the guest has none. */
export function findUnitFile(unit: string, { stat, readLink }: Pick<Host, 'stat' | 'readLink'>): string | undefined {
  const template = unit.replace(/@[^.]+(?=\.)/, '@');
  for (const name of new Set([unit, template])) {
    for (const folder of unitFolders) {
      const path = `${folder}/${name}`;
      const kind = stat(path)?.kind;
      if (kind === 'file' || (kind === 'symlink' && readLink(path) !== '/dev/null')) return path;
    }
  }
  return undefined;
}
