// Content-Transfer-Encoding (RFC 2045 § 6) and charset: the body of an entity to bytes, and those to UTF-8.

export type DecodedBody =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly warning?: string }
  | { readonly ok: false; readonly message: string };

/** `body` has one character for each byte. */
export function decodeBody(body: string, encoding: string): DecodedBody {
  switch (encoding) {
    case '':
    case '7bit':
    case '8bit':
    case 'binary':
      return { ok: true, bytes: Buffer.from(body, 'latin1') };
    case 'base64':
      return decodeBase64(body);
    case 'quoted-printable':
      return decodeQuotedPrintable(body);
    default:
      return {
        ok: false,
        message:
          'expected a Content-Transfer-Encoding of 7bit, 8bit, binary, base64 or quoted-printable, found another',
      };
  }
}

function decodeBase64(body: string): DecodedBody {
  const packed = body.replaceAll(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) {
    return { ok: false, message: 'expected base64, as Content-Transfer-Encoding says, found other characters' };
  }
  const data = packed.replace(/=+$/, '');
  if (data.length % 4 === 1 || (packed !== data && packed.length % 4 !== 0)) {
    return { ok: false, message: 'expected base64, as Content-Transfer-Encoding says, found some that is cut off' };
  }
  return { ok: true, bytes: Buffer.from(data, 'base64') };
}

/** What is no `=XX` stays as it is written, as in Python's quopri; blanks at the end of a line are none of the text. */
function decodeQuotedPrintable(body: string): DecodedBody {
  const bytes = Buffer.allocUnsafe(body.length);
  let length = 0;
  let isOdd = false;
  for (let start = 0; start < body.length; ) {
    const feed = body.indexOf('\n', start);
    const next = feed < 0 ? body.length : feed + 1;
    const hasReturn = feed > start && body[feed - 1] === '\r';
    let end = feed < 0 ? next : hasReturn ? feed - 1 : feed;
    while (end > start && (body[end - 1] === ' ' || body[end - 1] === '\t')) end--;
    const isSoft = body[end - 1] === '=' && end > start;
    for (let at = start; at < (isSoft ? end - 1 : end); at++) {
      const hex = body[at] === '=' ? body.slice(at + 1, Math.min(end, at + 3)) : '';
      const isByte = /^[0-9A-Fa-f]{2}$/.test(hex);
      if (body[at] === '=' && !isByte) isOdd = true;
      bytes[length++] = isByte ? Number.parseInt(hex, 16) : body.charCodeAt(at);
      if (isByte) at += 2;
    }
    if (!isSoft && feed >= 0) length += bytes.write(hasReturn ? '\r\n' : '\n', length, 'latin1');
    start = next;
  }
  const decoded = bytes.subarray(0, length);
  const warning = 'a "=" is not quoted-printable; kept as it is';
  return isOdd ? { ok: true, bytes: decoded, warning } : { ok: true, bytes: decoded };
}

/** Bytes in `charset` as UTF-8. US-ASCII counts as UTF-8, of which it is a part, and which is often sent under its name. */
export function transcode(bytes: Uint8Array, charset: string): DecodedBody {
  if (['', 'utf-8', 'utf8', 'us-ascii', 'ascii'].includes(charset)) return { ok: true, bytes };
  if (/^(?:iso-?8859-1|latin-?1)$/.test(charset)) {
    return { ok: true, bytes: Buffer.from(Buffer.from(bytes).toString('latin1')) };
  }
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(charset, { fatal: true });
  } catch {
    return { ok: false, message: 'expected a charset such as utf-8, found one that is not known' };
  }
  try {
    return { ok: true, bytes: Buffer.from(decoder.decode(bytes)) };
  } catch {
    return { ok: false, message: 'the text is not in the charset that Content-Type names' };
  }
}
