// Decodes the content of a write_files entry: base64, gzip, both or neither. node:zlib costs a boot 2 ms: it is loaded when
// something is packed.

/** `content` in bytes, or what is wrong with it, in words that hold nothing of it. */
export type Decoded = { readonly content: Uint8Array } | { readonly code: 'value' | 'limit'; readonly message: string };

/** Spellings of cloud-init, in lower case. */
const encodings = {
  'text/plain': [],
  gz: ['gzip'],
  gzip: ['gzip'],
  b64: ['base64'],
  base64: ['base64'],
  'gz+b64': ['base64', 'gzip'],
  'gz+base64': ['base64', 'gzip'],
  'gzip+b64': ['base64', 'gzip'],
  'gzip+base64': ['base64', 'gzip'],
} as const satisfies Record<string, readonly ('base64' | 'gzip')[]>;

/** Whether cloud-init knows the encoding; case does not matter. */
export function isEncoding(name: string): boolean {
  return Object.hasOwn(encodings, name.toLowerCase());
}

/** Decodes; the result has at most `limit` bytes. */
export function decodeContent(content: string | Uint8Array, encoding: string, limit: number): Decoded {
  let bytes =
    typeof content === 'string'
      ? Buffer.from(content)
      : Buffer.from(content.buffer, content.byteOffset, content.length);
  for (const layer of encodings[encoding.toLowerCase() as keyof typeof encodings]) {
    const decoded = layer === 'base64' ? decodeBase64(bytes.toString('latin1')) : decompress(bytes, limit);
    if ('message' in decoded) return decoded;
    bytes = Buffer.from(decoded.content.buffer, decoded.content.byteOffset, decoded.content.length);
  }
  return bytes.length > limit ? tooLarge(limit) : { content: bytes };
}

/** As Python's b64decode, but a character outside the alphabet is an error instead of being passed over. */
function decodeBase64(text: string): Decoded {
  const packed = text.replace(/[ \t\r\n]+/g, '');
  if (/[^A-Za-z0-9+/=]/.test(packed)) return { code: 'value', message: 'expected base64, found another character' };
  const data = packed.replace(/=+$/, '');
  const pads = packed.length - data.length;
  if (data.includes('=')) return { code: 'value', message: 'expected base64, found padding before its end' };
  if (packed.length % 4 !== 0 || pads > 2) {
    return { code: 'value', message: 'expected base64 with its padding, found text that is cut off' };
  }
  return { content: Buffer.from(data, 'base64') };
}

function decompress(bytes: Uint8Array, limit: number): Decoded {
  try {
    return {
      content: process.getBuiltinModule('node:zlib').gunzipSync(bytes, { maxOutputLength: Math.max(1, limit) }),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(limit);
    const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return {
      code: 'value',
      message: isGzip ? 'expected gzip data, found it damaged or cut off' : 'expected gzip data, found other data',
    };
  }
}

function tooLarge(limit: number): Decoded {
  return {
    code: 'limit',
    message: `write_files may hold 64 MiB in all, and ${Math.floor(limit / 1024)} KiB were left for this entry`,
  };
}
