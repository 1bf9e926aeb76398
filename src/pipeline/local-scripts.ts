// /etc/guest-init/scripts: programs of the image, run late for every instance that it becomes, as those of cloud-init's scripts folder are.

import type { Diagnostic } from '../core/diagnostic.ts';
import type { Host } from '../host/host.ts';

const folder = '/etc/guest-init/scripts';

/** In the order in which they run. */
const frequencies = ['once', 'boot', 'instance'] as const;

/** A program of the image; it is run where it lies. */
export type LocalScript = {
  readonly kind: 'script';
  /** `per-boot/10-metrics`. */
  readonly name: string;
  readonly path: string;
  readonly frequency: (typeof frequencies)[number];
};

export type LocalScripts = { readonly scripts: readonly LocalScript[]; readonly diagnostics: readonly Diagnostic[] };

/**
 * The executable files of the folders `per-once`, `per-boot` and `per-instance`, by name. Hidden ones and what editors and package tools leave
 * are passed over; a file that cannot be executed is told. Folders that are not there cost one look.
 */
export function readLocalScripts(host: Host): LocalScripts {
  const diagnostics: Diagnostic[] = [];
  const present = new Set(host.list(folder));
  const scripts = frequencies
    .filter((frequency) => present.has(`per-${frequency}`))
    .flatMap((frequency) =>
      host
        .list(`${folder}/per-${frequency}`)
        .filter((name) => !/^\.|~$|\.(?:dpkg|rpm|bak|swp|orig)\w*(?:-\w+)?$/.test(name))
        .sort()
        .flatMap((name): LocalScript[] => {
          const path = `${folder}/per-${frequency}/${name}`;
          const stat = host.stat(path);
          if (stat?.kind === 'file' && (stat.mode & 0o100) !== 0)
            return [{ kind: 'script', name: `per-${frequency}/${name}`, path, frequency }];
          const message = 'not run: it is no executable file (chmod 755)';
          diagnostics.push({ severity: 'warning', code: 'type', source: path, message });
          return [];
        }),
    );
  return { scripts, diagnostics };
}
