// /etc/machine-id, machine-id(5): systemd makes a new one for an empty file, and does not take that for a first boot of its own, at which
// it would enable and disable units by its presets and might ask questions at the console.

import type { Leftover, LeftoverClass, Search } from '../leftover.ts';

const path = '/etc/machine-id';
/** systemd takes over what is in this file, unless it is a link. */
const busPath = '/var/lib/dbus/machine-id';

export const machineId: LeftoverClass = {
  name: 'machine-id',
  why: 'copies get one DHCP lease between them',
  find: (search) => [...findId(search), ...findBusId(search)],
};

function findId({ reader }: Search): Leftover[] {
  const text = reader.readText(path)?.trim() ?? '';
  if (text === '' || text === 'uninitialized') return [];
  const hasSystemd = ['/usr/lib/systemd/systemd', '/lib/systemd/systemd'].some(
    (name) => reader.stat(name) !== undefined,
  );
  // D-Bus without systemd makes an id where the file is absent, and none where it is empty.
  return [
    { path, what: 'the id of this machine', mend: hasSystemd ? { kind: 'rewrite', content: '' } : { kind: 'remove' } },
  ];
}

function findBusId({ reader }: Search): Leftover[] {
  const stat = reader.stat(busPath);
  if (stat?.kind !== 'file' || stat.size === 0) return [];
  return [{ path: busPath, what: 'the id of this machine', mend: { kind: 'remove' } }];
}
