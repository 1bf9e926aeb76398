// What the program says about what it is made of: the bill of materials and all licences. Carried in the executable, and beside it.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { licencesDocument, sbomDocument } from '../../src/cli/supply-names.ts';
import type { Bundle } from './bundle.ts';
import { listBundledPackages, readLicence } from './bundled-packages.ts';
import { makeBillOfMaterials } from './sbom.ts';
import { nodeOf, type Target } from './target.ts';

/** Writes both to `folder`, which holds the bundle's meta.json. Gives their paths by the names under which the program asks for them. */
export function writeSupplyDocuments(options: {
  root: string;
  bundle: Pick<Bundle, 'version' | 'buildId'>;
  target: Target;
  folder: string;
}): Record<string, string> {
  const { root, bundle, target, folder } = options;
  const packages = listBundledPackages({ root, metafile: join(folder, 'meta.json') });
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { integrity?: string; dependencies?: Record<string, string> }>;
  };
  const runtime = readVersions(target);
  const sbom = makeBillOfMaterials({
    version: bundle.version,
    buildId: bundle.buildId,
    packages,
    lock: lock.packages,
    runtime,
    arch: target.arch,
  });
  const licences = [
    `guest-init ${bundle.version} (Apache-2.0)\n\n${readLicence(root)}`,
    ...packages.map(({ name, version, licence, text }) => `${name} ${version} (${licence})\n\n${text}`),
    `Node.js ${runtime['node']}, with the notices of what it contains\n\n${readLicence(target.nodeFolder)}`,
  ];
  const files = { [sbomDocument]: join(folder, sbomDocument), [licencesDocument]: join(folder, licencesDocument) };
  writeFileSync(join(folder, sbomDocument), `${JSON.stringify(sbom, null, 1)}\n`);
  writeFileSync(join(folder, licencesDocument), `${licences.join(`\n\n${'-'.repeat(78)}\n\n`)}\n`);
  return files;
}

/** process.versions of the Node that is embedded. */
function readVersions(target: Target): Record<string, string> {
  const [command = '', ...args] = [...target.emulator, nodeOf(target), '-p', 'JSON.stringify(process.versions)'];
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env: { LC_ALL: 'C.UTF-8' } });
  if (status !== 0) throw new Error(`${command} does not tell its versions:\n${stderr}`);
  return JSON.parse(stdout) as Record<string, string>;
}
