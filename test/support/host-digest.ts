// What a test could have changed on the real machine, as comparable parts: proof that sandboxes stay inside.
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from './command.ts';
import { listLoopDevices, sandboxPrefix } from './leftovers.ts';
import { compareDigests, digestFolder } from './tree-digest.ts';

/** Each part is a map from a name to what it was. */
export type HostDigest = Readonly<
  Record<'links' | 'routes' | 'mounts' | 'loopDevices' | 'hostname' | 'etc', ReadonlyMap<string, string>>
>;

/** Reads this machine's addresses, routes, mounts, loop devices, host name and all of /etc. About 0.2 s. */
export function digestHost(): HostDigest {
  return {
    links: readLinks(),
    routes: toMap(
      runTool(['ip', 'route', 'show', 'table', 'all']) + runTool(['ip', '-6', 'route', 'show', 'table', 'all']),
    ),
    mounts: toMap(readFileSync('/proc/self/mountinfo', 'utf8')),
    loopDevices: toMap(
      listLoopDevices()
        .filter((line) => !isForeign(line))
        .join('\n'),
    ),
    hostname: toMap(runTool(['hostname'])),
    etc: digestFolder('/etc'),
  };
}

/** What differs, one line each, with the part in front; empty when nothing does. */
export function compareHosts(before: HostDigest, after: HostDigest): string[] {
  return (Object.keys(before) as (keyof HostDigest)[]).flatMap((part) =>
    compareDigests(before[part], after[part]).map((line) => `${part}: ${line}`),
  );
}

/** Loop devices of sandboxes that another test process runs at this moment. */
function isForeign(line: string): boolean {
  return line.includes(join(tmpdir(), sandboxPrefix)) && !line.includes(`${sandboxPrefix}${process.pid}-`);
}

function readLinks(): ReadonlyMap<string, string> {
  type Raw = {
    ifname: string;
    address?: string;
    flags: string[];
    mtu: number;
    addr_info: { local: string; prefixlen: number }[];
  };
  const links = JSON.parse(runTool(['ip', '-j', 'addr'])) as Raw[];
  return new Map(
    links.map(({ ifname, address, flags, mtu, addr_info }) => [
      ifname,
      JSON.stringify({ address, flags, mtu, addresses: addr_info.map((info) => `${info.local}/${info.prefixlen}`) }),
    ]),
  );
}

function toMap(text: string): ReadonlyMap<string, string> {
  // Lifetimes of router-announced entries count down by themselves.
  const lines = text
    .split('\n')
    .map((line) => line.replace(/ expires \S+/, ''))
    .filter((line) => line !== '');
  return new Map(lines.map((line) => [line, '']));
}
