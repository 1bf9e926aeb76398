// Documents of the guest itself, for every instance that it becomes: /etc/guest-init/config.d, and over it the kernel's command line.
// user_data and vendor data win over them.

import type { RawUserData } from '../core/instance-config.ts';
import type { Host } from '../host/host.ts';
import { readKernelLine } from './kernel-line.ts';

const folder = '/etc/guest-init/config.d';

/** The documents, the strongest last. Where there are none it costs two looks. */
export function readLocalDocuments(host: Host): RawUserData[] {
  return [...readFolder(host), ...(host.live ? readKernelLine(host.readText('/proc/cmdline') ?? '') : [])];
}

/** In the order of their names. */
function readFolder(host: Host): RawUserData[] {
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
