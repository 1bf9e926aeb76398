// Personality files: `files` of meta_data.json names a guest path and a content file on the drive.

import { type Diagnostic, type DiagnosticCode, describeType } from '../../core/diagnostic.ts';
import type { InjectedFile } from '../../core/instance-config.ts';
import type { DriveReader } from '../drive-reader.ts';
import type { JsonFile } from './json-file.ts';
import { injectedBytesLimit, injectedFileLimitBytes, injectedFilesLimit, readOptional } from './layout.ts';

/**
 * Each entry stands alone: a missing or damaged content file costs that file. The file that would exceed the limit of all files
 * together, and those after it, are left out. Relative paths are anchored at `/`, as cloud-init does.
 */
export function readInjectedFiles(reader: DriveReader, metaData: JsonFile, diagnostics: Diagnostic[]): InjectedFile[] {
  const entries = metaData.fields.files;
  if (entries === undefined || entries === null) return [];
  const reject = (message: string, path: readonly (string | number)[], code: DiagnosticCode = 'type'): undefined => {
    diagnostics.push({ severity: 'error', code, source: metaData.source, ...metaData.place(path), message });
    return undefined;
  };
  if (!Array.isArray(entries)) {
    reject(`files: expected a list, found ${describeType(entries)}`, ['files']);
    return [];
  }
  if (entries.length > injectedFilesLimit) {
    const message = `files: more than ${injectedFilesLimit} entries; the rest is left out`;
    reject(message, ['files', injectedFilesLimit], 'limit');
  }
  const considered = entries.slice(0, injectedFilesLimit);
  let bytesLeft = injectedBytesLimit;
  return considered
    .map((entry: unknown, index): InjectedFile | undefined => {
      if (bytesLeft < 0) return undefined;
      const { path, content_path: contentPath } = (entry ?? {}) as Record<string, unknown>;
      if (typeof path !== 'string' || path === '' || path.includes('\0')) {
        return reject(`files[${index}].path: expected a path, found ${describeType(path)}`, ['files', index]);
      }
      if (typeof contentPath !== 'string') {
        return reject(
          `files[${index}].content_path: expected a path on the drive, found ${describeType(contentPath)}`,
          ['files', index],
        );
      }
      const source = `openstack/${contentPath.replace(/^\/+/, '')}`;
      const before = diagnostics.length;
      const content = readOptional(reader, source, injectedFileLimitBytes, diagnostics);
      if (content === undefined) {
        if (diagnostics.length === before) {
          diagnostics.push({
            severity: 'error',
            code: 'missing',
            source,
            message: `not on the drive, but named by ${metaData.source} files[${index}]`,
          });
        }
        return undefined;
      }
      bytesLeft -= content.length;
      if (bytesLeft < 0) {
        const last = considered.length - 1;
        const which = index === last ? `files[${index}] is` : `files[${index}] to files[${last}] are`;
        const message = `more than ${injectedBytesLimit / 1024 / 1024} MiB in all injected files; ${which} left out`;
        return reject(message, ['files', index], 'limit');
      }
      return { path: path.startsWith('/') ? path : `/${path}`, content, source };
    })
    .filter((file) => file !== undefined);
}
