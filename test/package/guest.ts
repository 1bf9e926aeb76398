// A guest in which packages are installed: a Debian root with systemd and a network tool, without network and without a boot.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from '../support/command.ts';
import type { Packages } from '../support/packages.ts';
import { type Sandbox, withSandbox } from '../support/sandbox.ts';
import type { TreeDigest } from '../support/tree-digest.ts';

/** The releases of Debian that the package is for, as roots that hold what it depends on. */
export const releases = ['bullseye-guest', 'bookworm-guest', 'trixie-guest'] as const;
export type Release = (typeof releases)[number];

/** Where the guest finds the files of this machine that are handed to it. */
export const inGuest = { deb: '/srv/new.deb', old: '/srv/old.deb', tarball: '/srv/release.tar.gz' } as const;

/** What package tools keep for themselves. */
const bookkeeping = [
  /^\/srv(\/|$)/,
  /^\/var\/(lib\/(dpkg|apt)|cache|backups|log\/(dpkg\.log|alternatives\.log|apt))(\/|$)/,
  // Empty folders stay; they are nobody's.
  /^\/var\/lib\/systemd(\/deb-systemd-helper-(enabled|masked))?$/,
];

/** What differs from the image, but for what package tools note for themselves. */
export function digest(box: Sandbox): TreeDigest {
  return box.digest(bookkeeping);
}

/** Runs `body` in a guest of `release` that can see the packages. */
export function withGuest<T>(
  options: { release: Release; packages: Packages; old?: string },
  body: (box: Sandbox) => Promise<T>,
): Promise<T> {
  const { release, packages, old } = options;
  const binds: [string, string][] = [
    [packages.deb, inGuest.deb],
    [packages.tarball, inGuest.tarball],
  ];
  if (old !== undefined) binds.push([old, inGuest.old]);
  return withSandbox({ root: release, links: [], binds, space: '900m' }, body);
}

/** dpkg as it is run without anybody to answer a question: its standard input is empty. */
export async function dpkg(box: Sandbox, ...args: string[]): Promise<string> {
  return await box.exec(['dpkg', ...args]);
}

/** Runs `body` with an older package: the new one with a stand-in for the program, and `change` made to its files. */
export async function withOlderPackage<T>(
  options: { packages: Packages; change?: (tree: string) => void },
  body: (old: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'guest-init-older-'));
  try {
    const tree = join(folder, 'tree');
    runTool(['dpkg-deb', '--raw-extract', options.packages.deb, tree]);
    const control = join(tree, 'DEBIAN/control');
    writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: .*$/m, 'Version: 0.0.9'));
    writeFileSync(join(tree, 'usr/bin/guest-init'), '#!/bin/sh\necho guest-init 0.0.9\n');
    options.change?.(tree);
    if (!existsSync(join(tree, 'etc/guest-init/config.yaml'))) throw new Error('the older package lost its conffile');
    runTool(['dpkg-deb', '--root-owner-group', '-Znone', '--build', tree, join(folder, 'old.deb')]);
    return await body(join(folder, 'old.deb'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
