// The copyright file: guest-init's own licence, Node's, and that of every npm package whose code is in the bundle.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BundledPackage, readLicence } from '../build/bundled-packages.ts';

/** The whole text. `nodeFolder`: the npm package that the embedded Node comes from. */
export function renderCopyright(options: { nodeFolder: string; packages: BundledPackage[] }): string {
  const node = JSON.parse(readFileSync(join(options.nodeFolder, 'package.json'), 'utf8')) as { version: string };
  const sections = [
    `guest-init is licensed under the Apache License, Version 2.0. On Debian systems its text is in
/usr/share/common-licenses/Apache-2.0; it is also at https://www.apache.org/licenses/LICENSE-2.0.

Copyright: the guest-init authors

The program /usr/bin/guest-init also holds Node.js ${node.version} and these npm packages, each under the licence below:

${options.packages.map(({ name, version, licence }) => `  ${name} ${version} (${licence})`).join('\n')}`,
    ...options.packages.map(({ name, version, text }) => `${name} ${version}\n\n${omitCommonLicence(text)}`),
    `Node.js ${node.version}, with the notices of what it contains\n\n${readLicence(options.nodeFolder)}`,
  ];
  return `${sections.join(`\n\n${'-'.repeat(78)}\n\n`)}\n`;
}

/** Debian policy 12.5 wants a reference in place of a licence that every system has. */
function omitCommonLicence(text: string): string {
  return /^\s*Apache License\s+Version 2\.0, January 2004/.test(text)
    ? 'Apache License, Version 2.0: see /usr/share/common-licenses/Apache-2.0'
    : text;
}
