// What a tool of the shadow suite leaves in /etc when the power is cut under it: its lock and its half-made copies. The lock holds the number
// of its process, and at the next boot another process may have that number: until it ends, every tool would say that the file is locked.

import type { Host } from '../host/host.ts';

const ofTools = /^(passwd|shadow|group|gshadow|subuid|subgid)(?:\.lock|\.(\d+)|\+)$/;
/** As in comm of proc(5): useradd, groupmod, chpasswd, chage, vipw, pwconv, grpck and their like. */
const accountTool = /user|group|passwd|^ch(?:age|fn|sh)|^vi(?:pw|gr)|^(?:pw|grp)(?:ck|conv|unconv)/;

/** Removes them where no such tool is at work on that file; costs a listing of /etc. */
export function removeAccountLeftovers(host: Host): void {
  const found = host.list('/etc').flatMap((name) => {
    const [, file, holder] = ofTools.exec(name) ?? [];
    return file === undefined ? [] : [{ name, file, holder: holder ?? readHolder(host, file) }];
  });
  const used = new Set(found.filter(({ holder }) => isAccountTool(host, holder)).map(({ file }) => file));
  for (const { name, file } of found) if (!used.has(file)) host.remove(`/etc/${name}`);
}

/** The process that its lock names. */
function readHolder(host: Host, file: string): string | undefined {
  return /^\d+/.exec(host.readText(`/etc/${file}.lock`) ?? '')?.[0];
}

function isAccountTool(host: Host, process: string | undefined): boolean {
  return process !== undefined && accountTool.test(host.readText(`/proc/${process}/comm`) ?? '');
}
