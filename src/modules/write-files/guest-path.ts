// Which paths user data may write to.

const longestPath = 4096;
const longestName = 255;
/** File systems of the kernel: writing there is a command, not a file. */
const kernelFolders = ['/proc', '/sys', '/dev'];

/** What is wrong with `path` as the path of a file on the guest, in words for a diagnostic; undefined when nothing is. */
export function explainUnusablePath(path: string): string | undefined {
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'a path without control characters';
  if (!path.startsWith('/')) return 'an absolute path';
  if (Buffer.byteLength(path) >= longestPath) return 'a path of less than 4096 bytes';
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || path.endsWith('/')) return 'the path of a file, not of a folder';
  if (parts.includes('..')) return 'a path without ".."';
  if (parts.some((part) => Buffer.byteLength(part) > longestName)) return 'a path whose names have at most 255 bytes';
  return kernelFolders.includes(`/${parts[0]}`) ? 'a path outside /proc, /sys and /dev' : undefined;
}

/** The path without doubled slashes and single dots. */
export function normalisePath(path: string): string {
  return `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`;
}
