// Formats that must be unpacked, rendered or put together before anything can be planned. They are recognised here, at the cost of a
// few patterns; what reads them is loaded only when one of them is found.

export type PackedFormat = 'archive' | 'json-patch' | 'boothook' | 'jinja' | 'include' | 'include-once';

const byFirstLine: readonly (readonly [pattern: RegExp, format: PackedFormat, header: string])[] = [
  [/^#\s*cloud-config-archive/i, 'archive', '#cloud-config-archive'],
  [/^#\s*cloud-config-jsonp/i, 'json-patch', '#cloud-config-jsonp'],
  [/^#\s*cloud-boothook/i, 'boothook', '#cloud-boothook'],
  [/^##\s*template\s*:\s*jinja/i, 'jinja', '## template: jinja'],
  [/^#\s*include-once\b/i, 'include-once', '#include-once'],
  [/^#\s*include\b/i, 'include', '#include'],
];

/** The format that a first line announces; `header` is the line as it should be written. */
export function findPackedFormat(firstLine: string): { format: PackedFormat; header: string } | undefined {
  const found = byFirstLine.find(([pattern]) => pattern.test(firstLine));
  return found && { format: found[1], header: found[2] };
}

/** Whether bytes begin with the headers of a MIME message (RFC 2045): looked at as bytes, because its parts need not be UTF-8. */
export function looksLikeMime(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 4096))
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  return (
    /^(?:[a-z][a-z0-9-]*:|from )/i.test(start) &&
    /^(?:mime-version[ \t]*:|content-type[ \t]*:\s*multipart\/)/im.test(start)
  );
}
