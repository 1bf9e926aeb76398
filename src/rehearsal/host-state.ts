// This machine before and after a rehearsal, in the parts that a run changes: proof, not promise, that it was left alone.

import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { readLinks, readRoutes } from '../host/network-facts.ts';

const parts = {
  'addresses and links': () => JSON.stringify(readLinks()),
  routes: () => JSON.stringify(readRoutes()) + dropCounters(read('/proc/net/ipv6_route')),
  mounts: () => read('/proc/self/mountinfo'),
  'host name': () => read('/proc/sys/kernel/hostname') + read('/etc/hostname'),
  accounts: () => ['passwd', 'group', 'shadow', 'gshadow'].map((name) => digest(`/etc/${name}`)).join(' '),
};

export type HostState = Readonly<Record<keyof typeof parts, string>>;

/** About 2 ms; no command is run. */
export function readHostState(): HostState {
  return Object.fromEntries(Object.entries(parts).map(([name, look]) => [name, look()])) as HostState;
}

/** Names of the parts that differ. */
export function compareHostStates(before: HostState, after: HostState): readonly string[] {
  return Object.keys(parts).filter((name) => before[name as keyof HostState] !== after[name as keyof HostState]);
}

/** /proc/net/ipv6_route: the sixth to eighth columns are reference and use counts. */
function dropCounters(table: string): string {
  return table
    .split('\n')
    .map((line) =>
      line
        .trim()
        .split(/\s+/)
        .filter((_, index) => index < 6 || index > 7)
        .join(' '),
    )
    .join('\n');
}

function digest(path: string): string {
  return createHash('sha256').update(read(path)).digest('hex');
}

function read(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
