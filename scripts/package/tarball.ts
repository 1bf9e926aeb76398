// The release tarball: packaging/install beside its payload, the same bytes each time.
import { spawnSync } from 'node:child_process';
import { basename, dirname } from 'node:path';

/** Packs `folder` under its own name. Times and modes are the folder's; owners are root. Throws with tar's words. */
export function writeTarball({ folder, output }: { folder: string; output: string }): void {
  const args = [
    ...['--create', '--file', output, '--directory', dirname(folder)],
    ...[
      '--sort=name',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '--format=ustar',
      '--use-compress-program=gzip -6n',
    ],
    basename(folder),
  ];
  const result = spawnSync('tar', args, { encoding: 'utf8' });
  if (result.error) throw new Error(`cannot run tar: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`tar exited ${result.status}: ${result.stderr.trim()}`);
}
