// Names of units and drop-ins, as systemd.unit(5) has them.

/** Files of systemd-networkd and udev, which are no units of the manager. */
const networkSuffix = /\.(?:network|netdev|link)$/;

const unitForm =
  /^[A-Za-z0-9:_.\\@-]+\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope|network|netdev|link)$/;

export const unitNameExpected = 'the name of a unit with its type, such as "app.service"';
export const dropInNameExpected = 'the name of a drop-in that ends in .conf, such as "10-limits.conf"';

/** Whether it is one name of at most 255 characters: nothing that leads to another folder. */
export function isUnitName(name: string): boolean {
  return name.length <= 255 && unitForm.test(name) && !/^[.@]/.test(name);
}

/** systemd reads files that end in .conf alone. */
export function isDropInName(name: string): boolean {
  return name.length <= 255 && /^[A-Za-z0-9_@:+-][A-Za-z0-9_.@:+-]*\.conf$/.test(name);
}

/** Whether the file is systemd-networkd's or udev's. */
export function isNetworkFile(name: string): boolean {
  return networkSuffix.test(name);
}
