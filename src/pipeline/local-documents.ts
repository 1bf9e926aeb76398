// /etc/guest-init/config.d: cloud-config documents of the image, for every instance that it becomes. user_data and vendor data win over them.

import type { RawUserData } from '../core/instance-config.ts';
import type { Host } from '../host/host.ts';

const folder = '/etc/guest-init/config.d';

/** The documents in the order of their names, the strongest last. A folder that is not there costs one look. */
export function readLocalDocuments(host: Host): RawUserData[] {
  return host
    .list(folder)
    .filter((name) => /\.(?:yaml|cfg)$/.test(name) && !name.startsWith('.'))
    .sort()
    .flatMap((name) => {
      const path = `${folder}/${name}`;
      const bytes = host.stat(path)?.kind === 'file' ? host.readFile(path) : undefined;
      return bytes === undefined ? [] : [{ bytes, source: path }];
    });
}
