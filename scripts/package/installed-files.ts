// The one list of what is installed, by the Debian package and by packaging/install alike.

import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where a file's content comes from. */
export type Source =
  /** A file of the repository; `gzip`: compressed as Debian wants man pages. */
  | { readonly kind: 'file'; readonly path: string; readonly gzip?: true }
  /** A file of the build. */
  | { readonly kind: 'build'; readonly name: string }
  /** What the built program prints. */
  | { readonly kind: 'output'; readonly arguments: readonly string[] }
  | { readonly kind: 'copyright' }
  | { readonly kind: 'changelog' };

export interface InstalledFile {
  /** Absolute, in the guest. */
  readonly path: string;
  readonly mode: number;
  readonly source: Source;
  /** An administrator's edits survive upgrades. */
  readonly conffile?: true;
  /** Absent: always. `program`: where the binary is installed. `fallback`: where the shell fallback stands in for it. */
  readonly only?: 'program' | 'fallback';
}

const cloudInitServices = [
  'cloud-config',
  'cloud-final',
  'cloud-init',
  'cloud-init-local',
  'cloud-init-main',
  'cloud-init-network',
];

/** Pages for whoever operates a guest, with all that they link to; docs/ has others for those who build it. */
const documents = [
  'cloud-init.md',
  'configuration.md',
  'coreos.md',
  'exit-codes.md',
  'install.md',
  'keys.md',
  ...listFolder('modules', '*.md'),
  'network.md',
  'operating.md',
  'report.md',
  'templates.md',
  'troubleshooting.md',
  'undo.md',
  'user-data.md',
];

const examples = listFolder('examples/images', '*.sh');

/** Files of a folder of docs/, as paths below docs/. */
function listFolder(folder: string, pattern: string): string[] {
  const docs = join(dirname(dirname(import.meta.dirname)), 'docs');
  return globSync(`${folder}/${pattern}`, { cwd: docs }).sort();
}

export const installedFiles: readonly InstalledFile[] = [
  { path: '/usr/bin/guest-init', mode: 0o755, source: { kind: 'build', name: 'guest-init' }, only: 'program' },
  {
    path: '/usr/lib/guest-init/cloud-init-hook',
    mode: 0o755,
    source: { kind: 'file', path: 'packaging/cloud-init/cloud-init-hook.sh' },
  },
  {
    path: '/usr/lib/guest-init/fallback',
    mode: 0o755,
    source: { kind: 'file', path: 'packaging/fallback/guest-init-fallback.sh' },
  },
  {
    path: '/usr/lib/guest-init/last-words',
    mode: 0o755,
    source: { kind: 'file', path: 'packaging/systemd/last-words.sh' },
  },
  {
    path: '/usr/lib/systemd/system/guest-init-ready.target',
    mode: 0o644,
    source: { kind: 'file', path: 'packaging/systemd/guest-init-ready.target' },
    only: 'program',
  },
  {
    path: '/usr/lib/systemd/system/guest-init.service',
    mode: 0o644,
    source: { kind: 'file', path: 'packaging/systemd/guest-init.service' },
  },
  {
    path: '/usr/lib/systemd/system/guest-init.service.d/50-fallback.conf',
    mode: 0o644,
    source: { kind: 'file', path: 'packaging/systemd/fallback.conf' },
    only: 'fallback',
  },
  {
    path: '/usr/lib/systemd/system/guest-init-late.service',
    mode: 0o644,
    source: { kind: 'file', path: 'packaging/systemd/guest-init-late.service' },
    only: 'program',
  },
  ...cloudInitServices.map(
    (service): InstalledFile => ({
      path: `/usr/lib/systemd/system/${service}.service.d/50-guest-init.conf`,
      mode: 0o644,
      source: { kind: 'file', path: 'packaging/cloud-init/cloud-init-drop-in.conf' },
      only: 'program',
    }),
  ),
  {
    path: '/etc/guest-init/config.yaml',
    mode: 0o644,
    source: { kind: 'file', path: 'packaging/config.yaml' },
    conffile: true,
  },
  {
    path: '/usr/lib/tmpfiles.d/guest-init.conf',
    mode: 0o644,
    source: { kind: 'file', path: 'packaging/tmpfiles.d/guest-init.conf' },
    only: 'program',
  },
  {
    path: '/usr/lib/udev/rules.d/71-guest-init.rules',
    mode: 0o644,
    source: { kind: 'file', path: 'packaging/udev/guest-init.rules' },
  },
  {
    path: '/usr/share/man/man8/guest-init.8.gz',
    mode: 0o644,
    source: { kind: 'file', path: 'packaging/man/guest-init.8', gzip: true },
  },
  {
    path: '/usr/share/bash-completion/completions/guest-init',
    mode: 0o644,
    source: { kind: 'output', arguments: ['completion', 'bash'] },
    only: 'program',
  },
  {
    path: '/usr/share/zsh/vendor-completions/_guest-init',
    mode: 0o644,
    source: { kind: 'output', arguments: ['completion', 'zsh'] },
    only: 'program',
  },
  { path: '/usr/share/doc/guest-init/copyright', mode: 0o644, source: { kind: 'copyright' } },
  { path: '/usr/share/doc/guest-init/changelog.gz', mode: 0o644, source: { kind: 'changelog' } },
  ...[...documents, ...examples].map(
    (path): InstalledFile => ({
      path: `/usr/share/doc/guest-init/${path}`,
      mode: path.endsWith('.sh') ? 0o755 : 0o644,
      source: { kind: 'file', path: `docs/${path}` },
    }),
  ),
];
