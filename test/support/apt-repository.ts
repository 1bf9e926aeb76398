// An archive of empty Debian packages as files of a guest: what apt installs in tests comes from here, never from a network.

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool, tryTool } from './command.ts';

export type TestPackage = {
  readonly name: string;
  readonly version?: string;
  readonly depends?: string;
  readonly provides?: string;
  /** Maintainer scripts by name: `postinst`. */
  readonly scripts?: Readonly<Record<string, string>>;
  /** Files of the package by absolute path. */
  readonly files?: Readonly<Record<string, string>>;
};

/** The archive's own folder in the guest. */
const archiveFolder = '/srv/archive';

/** A line of sources.list(5) for it. */
export const archiveSource = `deb [trusted=yes] file:${archiveFolder} ./`;

/** Files by guest path: the packages and their index, a flat archive. */
export function buildArchive(packages: readonly TestPackage[], folder = archiveFolder): Record<string, Uint8Array> {
  const work = mkdtempSync(join(tmpdir(), 'guest-init-archive-'));
  try {
    const files: Record<string, Uint8Array> = {};
    const stanzas: string[] = [];
    for (const one of packages) {
      const control = renderControl(one);
      const name = `${one.name}_${one.version ?? '1.0'}_all.deb`;
      const bytes = buildPackage(one, control, work);
      files[`${folder}/${name}`] = bytes;
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      stanzas.push(`${control}Filename: ./${name}\nSize: ${bytes.length}\nSHA256: ${sha256}\n`);
    }
    files[`${folder}/Packages`] = Buffer.from(stanzas.join('\n'));
    return files;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function buildPackage(one: TestPackage, control: string, work: string): Uint8Array {
  const root = join(work, one.name);
  const file = join(work, `${one.name}.deb`);
  const place = (path: string, content: string, mode: number): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content, { mode });
  };
  place('DEBIAN/control', control, 0o644);
  for (const [name, text] of Object.entries(one.scripts ?? {})) place(`DEBIAN/${name}`, text, 0o755);
  for (const [path, text] of Object.entries(one.files ?? {})) place(path, text, 0o644);
  runTool(['dpkg-deb', '-Zgzip', '--root-owner-group', '--build', root, file]);
  rmSync(root, { recursive: true });
  return readFileSync(file);
}

function renderControl({ name, version = '1.0', depends, provides }: TestPackage): string {
  const fields = [
    ...[`Package: ${name}`, `Version: ${version}`, 'Architecture: all', 'Maintainer: Test <test@example.com>'],
    ...(depends === undefined ? [] : [`Depends: ${depends}`]),
    ...(provides === undefined ? [] : [`Provides: ${provides}`]),
    `Description: ${name} of the tests`,
  ];
  return `${fields.join('\n')}\n`;
}

/** A key of its own for one archive, and that archive signed with it. Needs gpg(1). */
export function signArchive(
  files: Readonly<Record<string, Uint8Array>>,
  folder = archiveFolder,
): { files: Record<string, Uint8Array>; armoured: string; fingerprint: string } {
  const home = mkdtempSync(join(tmpdir(), 'guest-init-gpg-'));
  const gpg = (...words: string[]): string =>
    runTool(['gpg', '--homedir', home, '--batch', '--quiet', '--passphrase', '', ...words]);
  try {
    const index = files[`${folder}/Packages`] ?? new Uint8Array();
    const sha256 = createHash('sha256').update(index).digest('hex');
    const release = join(home, 'Release');
    const date = new Date().toUTCString().replace('GMT', 'UTC');
    writeFileSync(release, `Origin: Test\nSuite: test\nDate: ${date}\nSHA256:\n ${sha256} ${index.length} Packages\n`);
    gpg('--quick-gen-key', 'Archive <a@example.com>', 'rsa3072', 'sign', 'never');
    gpg('--clearsign', '--output', join(home, 'InRelease'), release);
    const listing = gpg('--list-keys', '--with-colons');
    return {
      files: { ...files, [`${folder}/InRelease`]: readFileSync(join(home, 'InRelease')) },
      armoured: gpg('--armor', '--export'),
      fingerprint: /^fpr:+([0-9A-F]{40}):/m.exec(listing)?.[1] ?? '',
    };
  } finally {
    tryTool(['gpgconf', '--homedir', home, '--kill', 'gpg-agent']);
    rmSync(home, { recursive: true, force: true });
  }
}
