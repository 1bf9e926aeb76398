// What the guest is after the run, looked at from outside: the run's own word is not taken for it.

import * as fs from 'node:fs';
import { parseUsers } from '../host/accounts.ts';
import { findCommand } from '../host/commands.ts';
import { sleepSync } from '../host/sleep.ts';
import type { FileChange } from './changed-files.ts';
import type { Namespace } from './namespace.ts';

export type ObservedAddress = { readonly link: string; readonly address: string; readonly prefixLength: number };
export type ObservedRoute = { readonly link: string; readonly gateway: string };
/** `by`: how the gateway was asked; absent when nothing here can ask. */
export type GatewayAnswer = {
  readonly gateway: string;
  readonly answers: boolean;
  readonly by?: 'ping' | 'arp';
  readonly ms?: number;
};
export type ObservedUser = {
  readonly op: '+' | '-';
  readonly name: string;
  readonly uid: number;
  readonly keys: number;
};

export type ObservedNetwork = {
  readonly addresses: readonly ObservedAddress[];
  readonly defaultRoutes: readonly ObservedRoute[];
  readonly gateways: readonly GatewayAnswer[];
};

type RawLink = { ifname: string; addr_info?: { local?: string; prefixlen: number; scope: string }[] };
type RawRoute = { dst: string; gateway?: string; dev: string };

const tentativeTries = 40;
const pauseMs = 100;

/** Addresses, default routes, and whether each gateway answers within a second. */
export function observeNetwork(namespace: Namespace): ObservedNetwork {
  // Until the kernel has made sure that nobody else has a global IPv6 address, nothing can be asked from it (RFC 4862).
  for (let tries = 0; tries < tentativeTries; tries += 1) {
    if (namespace.runInNetwork(['ip', '-6', 'address', 'show', 'scope', 'global', 'tentative']).stdout.trim() === '')
      break;
    sleepSync(pauseMs);
  }
  const read = <T>(argv: readonly string[]): T[] => {
    const { stdout } = namespace.runInNetwork(['ip', '-j', ...argv]);
    return stdout.trim() === '' ? [] : (JSON.parse(stdout) as T[]);
  };
  const addresses = read<RawLink>(['address', 'show']).flatMap(({ ifname, addr_info: found = [] }) =>
    found.flatMap(({ local, prefixlen, scope }) =>
      ifname === 'lo' || scope === 'link' || local === undefined
        ? []
        : [{ link: ifname, address: local, prefixLength: prefixlen }],
    ),
  );
  const defaultRoutes = ['-4', '-6'].flatMap((family) =>
    read<RawRoute>([family, 'route', 'show', 'default']).flatMap(({ gateway, dev }) =>
      gateway === undefined ? [] : [{ link: dev, gateway }],
    ),
  );
  return { addresses, defaultRoutes, gateways: defaultRoutes.map((route) => askGateway(namespace, route)) };
}

function askGateway(namespace: Namespace, { gateway, link }: ObservedRoute): GatewayAnswer {
  if (findCommand('ping', '') !== undefined) {
    const { status, stdout } = namespace.runInNetwork([
      'ping',
      '-n',
      '-c',
      '2',
      '-i',
      '0.2',
      '-W',
      '1',
      '-I',
      link,
      gateway,
    ]);
    const ms = /time=([\d.]+) ms/.exec(stdout)?.[1];
    return { gateway, answers: status === 0, by: 'ping', ...(ms === undefined ? {} : { ms: Number(ms) }) };
  }
  // `use` makes the kernel ask for the neighbour as if a packet were on its way.
  if (namespace.runInNetwork(['ip', 'neigh', 'replace', gateway, 'dev', link, 'use']).status !== 0)
    return { gateway, answers: false };
  for (let tries = 0; tries < 10; tries += 1) {
    const { stdout } = namespace.runInNetwork(['ip', 'neigh', 'show', gateway, 'dev', link]);
    if (/lladdr \S+ .*\b(REACHABLE|STALE|DELAY)\b/.test(stdout)) return { gateway, answers: true, by: 'arp' };
    sleepSync(pauseMs);
  }
  return { gateway, answers: false, by: 'arp' };
}

/** Accounts of /etc/passwd that came or went, with the number of keys that were put into their authorized_keys. */
export function observeUsers(guestRoot: string, changes: readonly FileChange[]): readonly ObservedUser[] {
  const before = parseUsers(read('/etc/passwd'));
  const after = parseUsers(read(`${guestRoot}/etc/passwd`));
  const changed = new Set(changes.filter(({ op }) => op !== '-').map(({ path }) => path));
  const named = (users: typeof before, op: ObservedUser['op'], others: typeof before): ObservedUser[] =>
    users
      .filter(({ name }) => !others.some((other) => other.name === name))
      .map(({ name, uid, home }) => {
        const path = `${home}/.ssh/authorized_keys`;
        const keys = op === '+' && changed.has(path) ? countKeys(read(guestRoot + path)) : 0;
        return { op, name, uid, keys };
      });
  return [...named(after, '+', before), ...named(before, '-', after)];
}

function countKeys(text: string): number {
  return text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#')).length;
}

/** Whether any process of the guest still has the device mounted. `device` is `MAJOR:MINOR`. */
export function isMountedInside(firstProcess: number, device: string): boolean {
  const namespaceOf = (pid: string): string | undefined => {
    try {
      return fs.readlinkSync(`/proc/${pid}/ns/pid`);
    } catch {
      return undefined;
    }
  };
  const guest = namespaceOf(String(firstProcess));
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && namespaceOf(name) === guest)
    .some((pid) =>
      read(`/proc/${pid}/mountinfo`)
        .split('\n')
        .some((line) => line.split(' ')[2] === device),
    );
}

function read(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
