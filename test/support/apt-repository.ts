// An archive of empty Debian packages as files of a guest: what apt installs in tests comes from here, never from a network.

import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from './command.ts';

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
export const archiveFolder = '/srv/archive';

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
