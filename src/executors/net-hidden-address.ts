// Host addresses that the kernel's files name without their link: of a link without carrier, or one that has come up a moment ago.

import type { Host } from '../host/host.ts';
import { parseLocalAddresses } from '../network/proc-tables.ts';

/** Every IPv4 address of this machine, whatever its link. */
export function readLocalAddresses(host: Host): readonly string[] {
  return parseLocalAddresses(host.readText('/proc/net/fib_trie') ?? '');
}

/** Takes these host addresses off whichever of the links has them; what is still there shows in the next look. */
export function removeHidden(hidden: readonly string[], links: readonly string[], host: Host): void {
  const [ip, ifconfig] = [host.which('ip'), host.which('ifconfig')];
  for (const address of hidden)
    for (const link of links) {
      if (!readLocalAddresses(host).includes(address)) break;
      if (ip !== undefined) host.run([ip, 'addr', 'del', `${address}/32`, 'dev', link], { timeoutMs: 10_000 });
      else if (ifconfig !== undefined && hasAddress(host.run([ifconfig, link]).stdout, address))
        host.run([ifconfig, link, '0.0.0.0'], { timeoutMs: 10_000 });
    }
}

/** `inet 10.0.0.5  netmask …`, in older versions `inet addr:10.0.0.5  Bcast:…`. */
function hasAddress(shown: string, address: string): boolean {
  return shown.split(/[\s:]+/).includes(address);
}
