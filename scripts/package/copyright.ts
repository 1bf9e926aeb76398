// The copyright file: guest-init's own licence, Node's, and that of every npm package whose code is in the bundle.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** Licences that may be in the program; another one is a decision of the project, not of a build. */
const allowedLicences = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

export interface BundledPackage {
  name: string;
  version: string;
  licence: string;
  /** Text of its licence file. */
  text: string;
}

/** The packages of which the bundle holds code, by name. Throws for a licence that is not allowed or without a text. */
export function listBundledPackages({ root, metafile }: { root: string; metafile: string }): BundledPackage[] {
  const { outputs } = JSON.parse(readFileSync(metafile, 'utf8')) as Pick<Metafile, 'outputs'>;
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  const folders = inputs.map((input) => /(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]);
  const found = [...new Set(folders.filter((folder) => folder !== undefined))].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
      name: string;
      version: string;
      license?: string;
    };
    if (license === undefined || !allowedLicences.includes(license)) {
      throw new Error(`${folder}: expected one of ${allowedLicences.join(', ')}, found the licence ${license}`);
    }
    return { name, version, licence: license, text: readLicence(join(root, folder)) };
  });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readLicence(folder: string): string {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(name));
  if (file === undefined) throw new Error(`${folder}: no licence file`);
  return readFileSync(join(folder, file), 'utf8').trim();
}

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
