// Which mounts of this machine make up its files, and how each is shown in a rehearsal so that nothing can be written through.
// Follows proc(5), /proc/PID/mountinfo. Pure text.

export type MountedFolder = {
  readonly path: string;
  readonly fileSystem: string;
  /** Mount flags to keep: nosuid, noexec. */
  readonly flags: readonly string[];
};

/** Rehearsals have these of their own. */
const ownFolders = ['/proc', '/sys', '/dev', '/run', '/tmp'];

/**
 * Mounts that hold files of this machine, `/` first and parents before what is mounted in them, one for each path. Kernel
 * interfaces and automounters are left out: an empty folder takes their place.
 */
export function listMountedFolders(mountinfo: string): readonly MountedFolder[] {
  const found = new Map<string, MountedFolder>();
  for (const line of mountinfo.split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const [, , , , place = '', options = ''] = left.split(' ');
    const fileSystem = right.split(' ')[0] ?? '';
    const path = decodePath(place);
    if (!path.startsWith('/') || ownFolders.some((folder) => path === folder || path.startsWith(`${folder}/`)))
      continue;
    if (kernelFileSystems.has(fileSystem)) continue;
    const flags = options.split(',').filter((option) => option === 'nosuid' || option === 'noexec');
    // The last mount on a path is the visible one.
    found.set(path, { path, fileSystem, flags });
  }
  return [...found.values()].sort((a, b) => depth(a.path) - depth(b.path) || (a.path < b.path ? -1 : 1));
}

const kernelFileSystems = new Set([
  ...['autofs', 'binfmt_misc', 'bpf', 'cgroup', 'cgroup2', 'configfs', 'debugfs', 'devpts', 'devtmpfs', 'efivarfs'],
  ...[
    'fusectl',
    'hugetlbfs',
    'mqueue',
    'nfsd',
    'nsfs',
    'proc',
    'pstore',
    'rootfs',
    'rpc_pipefs',
    'securityfs',
    'selinuxfs',
  ],
  ...['sysfs', 'tracefs'],
]);

/** Space, tab, newline and backslash are written as \ooo. */
function decodePath(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function depth(path: string): number {
  return path === '/' ? 0 : path.split('/').length;
}

/**
 * Sockets of this machine's services that are bound to a path outside the folders that a rehearsal has of its own: through an
 * overlay one could still talk to whoever listens. `table` is /proc/net/unix.
 */
export function listServiceSockets(table: string): readonly string[] {
  const paths = table.split('\n').map((line) => /^(?:\S+\s+){7}(\/.*)$/.exec(line)?.[1]);
  const outside = paths
    .filter((path) => path !== undefined)
    .filter((path) => !ownFolders.some((folder) => path.startsWith(`${folder}/`)));
  return [...new Set(outside)].sort();
}
