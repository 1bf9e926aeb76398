// The npm packages whose code is in the bundle: what the copyright file, the bill of materials and the list of licences are made of.
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
  /** Below the root, as in the lockfile: `node_modules/pino`. */
  folder: string;
}

/** The packages of which the bundle holds code, by name. Throws for a licence that is not allowed or without a text. */
export function listBundledPackages({ root, metafile }: { root: string; metafile: string }): BundledPackage[] {
  const { outputs } = JSON.parse(readFileSync(metafile, 'utf8')) as Pick<Metafile, 'outputs'>;
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  // One that is nested in another is a package of its own.
  const folders = inputs.map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]);
  const found = [...new Set(folders.filter((folder) => folder !== undefined))].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
      name: string;
      version: string;
      license?: string;
    };
    if (license === undefined || !allowedLicences.includes(license)) {
      throw new Error(`${folder}: expected one of ${allowedLicences.join(', ')}, found the licence ${license}`);
    }
    return { name, version, licence: license, text: readLicence(join(root, folder)), folder };
  });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Text of the licence file in a folder. Throws when there is none. */
export function readLicence(folder: string): string {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(name));
  if (file === undefined) throw new Error(`${folder}: no licence file`);
  return readFileSync(join(folder, file), 'utf8').trim();
}
