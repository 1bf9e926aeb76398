// What a part is by its Content-Type, as cloud-init's handlers know them; which types say nothing, so that the first line decides.

import { findRefusedFormat } from '../unsupported-formats.ts';

export type LeafKind = 'config' | 'patch' | 'script' | 'hook' | 'template';

export type LeafType =
  | {
      readonly kind: LeafKind | 'archive' | 'include' | 'include-once';
      readonly frequency?: 'boot' | 'instance' | 'once';
    }
  /** The first line says what it is; `otherwise` when it says nothing. */
  | { readonly kind: 'unknown'; readonly otherwise?: 'script' }
  | { readonly kind: 'gzip' }
  | { readonly kind: 'refused'; readonly code: 'refused' | 'unsupported-format'; readonly message: string };

const types: Readonly<Record<string, LeafType>> = {
  'text/cloud-config': { kind: 'config' },
  'text/cloud-config-jsonp': { kind: 'patch' },
  'text/cloud-config-archive': { kind: 'archive' },
  'text/cloud-boothook': { kind: 'hook' },
  'text/jinja2': { kind: 'template' },
  'text/x-shellscript': { kind: 'unknown', otherwise: 'script' },
  'text/x-shellscript-per-boot': { kind: 'script', frequency: 'boot' },
  'text/x-shellscript-per-instance': { kind: 'script', frequency: 'instance' },
  'text/x-shellscript-per-once': { kind: 'script', frequency: 'once' },
  'text/plain': { kind: 'unknown' },
  'text/x-not-multipart': { kind: 'unknown' },
  'application/octet-stream': { kind: 'unknown' },
  'text/part-handler': refuse('#part-handler'),
  'text/x-include-url': { kind: 'include' },
  'text/x-include-once-url': { kind: 'include-once' },
  'text/upstart-job': refuse('#upstart-job'),
};

const gzipTypes = /^application\/(?:x-)?(?:gzip|gunzip|compress|gzip-compressed|compressed|gzipped)$/;

/** The meaning of a Content-Type in lower case, without parameters. */
export function findLeafType(type: string): LeafType {
  if (Object.hasOwn(types, type)) return types[type] ?? { kind: 'unknown' };
  if (gzipTypes.test(type)) return { kind: 'gzip' };
  const name = /^[a-z0-9.+-]{1,40}\/[a-z0-9.+-]{1,60}$/.test(type) ? type : 'another type';
  const message = `nothing applies parts of ${name}; expected one such as text/cloud-config or text/x-shellscript`;
  return { kind: 'refused', code: 'unsupported-format', message };
}

function refuse(header: string): LeafType {
  const found = findRefusedFormat(header, header);
  if (found === undefined || (found.code !== 'refused' && found.code !== 'unsupported-format')) {
    throw new Error(`${header} is no longer refused`);
  }
  return { kind: 'refused', code: found.code, message: found.message };
}
