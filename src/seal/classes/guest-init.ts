// What guest-init itself has kept and written down for the instance that the guest is. Its settings in /etc/guest-init are the image's.

import { sha256 } from '../../host/crypto.ts';
import { yieldedMark } from '../../network/foreign-stanzas.ts';
import { backupFolder, networkFilePrefix } from '../../network/persistence.ts';
import { fileMark } from '../../network/renderers/renderer.ts';
import { stateDirectory } from '../../state/record.ts';
import type { Leftover, LeftoverClass, Search } from '../leftover.ts';
import { findDroppableLines } from '../lines.ts';
import { findByRule } from '../path-class.ts';

/** Where network services read files that guest-init may have written. */
const networkFiles = [
  '/etc/network/interfaces',
  '/etc/network/interfaces.d/*',
  '/etc/netplan/*',
  '/etc/systemd/network/*',
  '/etc/NetworkManager/conf.d/*',
  '/etc/NetworkManager/system-connections/*',
  '/etc/sysconfig/network-scripts/*',
  '/etc/sysconfig/network/*',
];

export const guestInit: LeftoverClass = {
  name: 'guest-init',
  why: 'a copy would take this address and name',
  find: (search) => [
    ...findNetworkFiles(search),
    ...findDroppableLines(
      { paths: ['/etc/fstab'], line: /^\s*[^#\s].*\bcomment=guest-init\b/, what: 'a volume of this instance' },
      search,
    ),
    ...findByRule({ paths: ['/var/log/guest-init.log*'], what: 'the log of guest-init' }, search),
    ...findName(search),
    ...findMade(search),
    // Last: it holds what the files of the image were before.
    ...findByRule({ paths: [stateDirectory], what: 'what guest-init remembers', trees: true }, search),
  ],
};

/** Known by their first line, so that a record that is gone or torn does not hide them. */
function findNetworkFiles({ reader, record }: Search): Leftover[] {
  return networkFiles.flatMap(reader.expand).flatMap((path): Leftover[] => {
    const bytes = reader.readFile(path) ?? new Uint8Array();
    const text = Buffer.from(bytes).toString('latin1');
    const isOurs = text.includes(fileMark);
    if (!isOurs && !text.split('\n').some((line) => line.startsWith(yieldedMark))) return [];
    const written = record?.made.find((made) => made.path === path)?.sha256;
    // A file of ours says in its first line that changes are lost; the image's own may have been changed for good reasons.
    if (!isOurs && written !== sha256(bytes))
      return [{ path, what: 'lines that gave way to the network of this instance', mend: { kind: 'tell' } }];
    const original = reader.readFile(`${backupFolder}${path}`);
    if (original !== undefined) {
      const what = 'the network of this instance, in place of what the image had';
      return [{ path, what, mend: { kind: 'rewrite', content: original } }];
    }
    return [{ path, what: 'the network of this instance', mend: { kind: isOurs ? 'remove' : 'tell' } }];
  });
}

/** The name goes as long as it is the one that was set; what others find it by goes with it. */
function findName(search: Search): Leftover[] {
  const name = search.record?.hostname;
  if (name === undefined || search.reader.readText('/etc/hostname')?.trim() !== name) return [];
  const what = 'the name of this instance';
  const line = new RegExp(`^127\\.0\\.1\\.1\\s(?:.*\\s)?${name.replace(/[^\w-]/g, '\\$&')}(?:[\\s.]|$)`);
  return [
    { path: '/etc/hostname', what, mend: { kind: 'rewrite', content: 'localhost\n' } },
    ...findDroppableLines({ paths: ['/etc/hosts'], line, what }, search),
  ];
}

/** Files of user_data are no business of a template's until the next instance says otherwise. */
function findMade({ record, reader }: Search): Leftover[] {
  if (record === undefined) return [];
  const made = record.made.filter(({ path, step }) => {
    const isElsewhere = step.startsWith(networkFilePrefix) || /^\/(?:run|var\/lib\/guest-init)\//.test(path);
    return !isElsewhere && reader.stat(path) !== undefined;
  });
  return made.map(({ path, step }) => {
    return { path, what: `made for ${record.name} by ${step}: it stays`, mend: { kind: 'note' } };
  });
}
