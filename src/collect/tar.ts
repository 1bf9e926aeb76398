// A tar archive of regular files, ustar as POSIX.1-2001 has it (pax(1), "ustar Interchange Format"). Pure.

export type TarFile = { readonly name: string; readonly content: Uint8Array };

const blockSize = 512;

/** All files with mode 0600, owner root, one time (seconds since 1970). Throws RangeError for a name that does not fit into a header. */
export function packTar(files: readonly TarFile[], modifiedAt: number): Buffer {
  const blocks = files.flatMap(({ name, content }) => [
    makeHeader(name, content.length, Math.floor(modifiedAt)),
    content,
    Buffer.alloc((blockSize - (content.length % blockSize)) % blockSize),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockSize)]);
}

function makeHeader(name: string, size: number, modifiedAt: number): Buffer {
  if (!/^[A-Za-z0-9._/-]{1,99}$/.test(name)) throw new RangeError('expected a name of at most 99 plain characters');
  const header = Buffer.alloc(blockSize);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  const fields: readonly (readonly [offset: number, text: string])[] = [
    [0, name],
    [100, octal(0o600, 7)],
    [108, octal(0, 7)],
    [116, octal(0, 7)],
    [124, octal(size, 11)],
    [136, octal(modifiedAt, 11)],
    // The checksum is taken with blanks in its own place.
    [148, ' '.repeat(8)],
    [156, '0'],
    [257, 'ustar\0'],
    [263, '00'],
    [265, 'root'],
    [297, 'root'],
  ];
  for (const [offset, text] of fields) header.write(text, offset, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return header;
}
