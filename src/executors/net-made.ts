// Which links this run has made: a rollback takes these away and no others.

import type { Host } from '../host/host.ts';

const made = new WeakMap<Host, Set<string>>();

/** To be called when the link has come into being, not before: somebody else may have made one of that name. */
export function rememberMade(host: Host, link: string): void {
  const names = made.get(host) ?? new Set();
  made.set(host, names.add(link));
}

/** In the order in which they were made. */
export function listMade(host: Host): readonly string[] {
  return [...(made.get(host) ?? [])];
}

export function forgetMade(host: Host, link: string): void {
  made.get(host)?.delete(link);
}
