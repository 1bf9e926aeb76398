// Which folders and files of an OpenStack config drive are read, and how much of each.
// https://docs.openstack.org/nova/latest/user/metadata.html

import type { Diagnostic } from '../../core/diagnostic.ts';
import type { DriveReader } from '../drive-reader.ts';

export const metaDataLimitBytes = 4 * 1024 * 1024;
export const userDataLimitBytes = 4 * 1024 * 1024;
/** A legacy network description: a few lines for each NIC. */
export const interfacesTextLimitBytes = 256 * 1024;
export const injectedFileLimitBytes = 4 * 1024 * 1024;
export const injectedFilesLimit = 1000;
/** Of all injected files together: they are held in memory until they are written. */
export const injectedBytesLimit = 64 * 1024 * 1024;

/** Version folders below `openstack/`, newest first: `latest` is the newest by definition, then the dated ones downwards. */
export function listVersions(reader: DriveReader): readonly string[] {
  const names = reader.list('openstack');
  const dated = names.filter((name) => /^\d{4}-\d{2}-\d{2}$/.test(name)).sort();
  return [...(names.includes('latest') ? ['latest'] : []), ...dated.reverse()];
}

/** Reads one file; a refusal becomes an error diagnostic, so that it costs this file and is never silent. */
export function readOptional(
  reader: DriveReader,
  path: string,
  limitBytes: number,
  diagnostics: Diagnostic[],
): Uint8Array | undefined {
  const file = reader.read(path, limitBytes);
  if (file.state === 'read') return file.bytes;
  if (file.state === 'refused') {
    diagnostics.push({
      severity: 'error',
      code: file.overLimit ? 'limit' : 'damaged',
      source: path,
      message: file.reason,
    });
  }
  return undefined;
}
