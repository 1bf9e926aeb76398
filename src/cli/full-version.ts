// What this program is, for people who ask: the boot does not.

import { describeSupport } from './runtime-support.ts';
import { version } from './version.ts';

/** `0.1.0+8870241794e0 (Node 24.21.0, fixes until 2028-04-30)`: version, build, runtime and how long that is looked after. */
export function describeVersion(): string {
  const build = typeof __BUILD__ === 'string' ? `+${__BUILD__}` : '';
  const support = describeSupport(process.versions.node, Date.now());
  return `${version}${build} (Node ${process.versions.node}${support === undefined ? '' : `, ${support}`})`;
}
