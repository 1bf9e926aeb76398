// The name of this machine to storage servers.

import type { Leftover, LeftoverClass, Search } from '../leftover.ts';
import { definePaths } from '../path-class.ts';

const initiator = '/etc/iscsi/initiatorname.iscsi';
/** Makes a name at the next start where the file says so, and refuses to start without the file. */
const debianScript = ['/usr/lib/open-iscsi/startup-checks.sh', '/lib/open-iscsi/startup-checks.sh'];

export const storageIdentity: LeftoverClass = definePaths({
  name: 'storage-identity',
  why: 'copies write to one volume at once',
  rules: [
    { paths: ['/etc/nvme/hostnqn', '/etc/nvme/hostid'], what: 'the NVMe name of this machine' },
    { paths: ['/etc/hostid'], what: 'the id that ZFS pools know this machine by', mend: 'tell' },
    {
      paths: ['/etc/lvm/devices/system.devices'],
      what: 'the disks that LVM may use, by their serial numbers',
      mend: 'tell',
    },
  ],
  more: findInitiator,
});

function findInitiator({ reader }: Search): Leftover[] {
  if (!/^\s*InitiatorName\s*=\s*\S/m.test(reader.readText(initiator) ?? '')) return [];
  const what = 'the iSCSI name of this machine';
  const isDebian = debianScript.some((path) => reader.stat(path) !== undefined);
  const mend = isDebian ? ({ kind: 'rewrite', content: 'GenerateName=yes\n' } as const) : ({ kind: 'remove' } as const);
  return [{ path: initiator, what, mend }];
}
