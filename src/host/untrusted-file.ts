// Reads a file that somebody else may have made: no link, no FIFO, nothing endless.

import * as fs from 'node:fs';
import { basename, dirname } from 'node:path';
import { readUpTo } from './bounded-read.ts';
import { openTrustedFolder } from './trusted-folder.ts';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = fs.constants;
const limitBytes = 1024 * 1024;

/** Its text. Throws the system's error, ELOOP for a link, EINVAL for what is no regular file, EFBIG for more than 1 MiB. */
export function readUntrustedFile(path: string): string {
  const folder = openTrustedFolder(dirname(path));
  try {
    const base = fs.existsSync(`/proc/self/fd/${folder}`) ? `/proc/self/fd/${folder}` : dirname(path);
    const file = fs.openSync(`${base}/${basename(path)}`, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      if (!fs.fstatSync(file).isFile()) throw Object.assign(new Error('no regular file'), { code: 'EINVAL' });
      const bytes = readUpTo(file, limitBytes);
      if (bytes === undefined) throw Object.assign(new Error('too large'), { code: 'EFBIG' });
      return bytes.toString('utf8');
    } finally {
      fs.closeSync(file);
    }
  } finally {
    fs.closeSync(folder);
  }
}
