// The files of a drive image as one map, the checks that both formats share, and the folder form that the writers walk.
// Paths are relative and use '/': `openstack/latest/meta_data.json`.

/** File contents by relative path. Folders exist only through the files in them. */
export type DriveTree = ReadonlyMap<string, Uint8Array>;

/** One thing that keeps a tree or an option from being written; `path` is empty when no single file is to blame. */
export type DriveProblem = { path: string; message: string };

/** What one image format can hold. */
export type NameRules = {
  /** Shown in messages. */
  format: string;
  /** Names per path, the file included. */
  maxDepth?: number;
  /** True where `A` and `a` are the same name. */
  ignoresCase: boolean;
  /** Says what is wrong with one name, or undefined. */
  findNameProblem: (name: string) => string | undefined;
};

export type TreeFile = { kind: 'file'; name: string; data: Uint8Array };
export type TreeDirectory = { kind: 'directory'; name: string; children: TreeNode[] };
export type TreeNode = TreeFile | TreeDirectory;

/**
 * Lists everything in `tree` that `rules` forbid: absolute or empty paths, `.` and `..`, names that the format cannot
 * hold, a file that is also a folder, names that differ only by case. Never throws; an empty list means writable.
 */
export function findTreeProblems(tree: DriveTree, rules: NameRules): DriveProblem[] {
  const problems: DriveProblem[] = [];
  const spellings = new Map<string, string>();
  const clashes = new Set<string>();
  for (const path of [...tree.keys()].sort()) {
    const shapeProblem = findShapeProblem(path);
    if (shapeProblem !== undefined) {
      problems.push({ path, message: shapeProblem });
      continue;
    }
    const names = path.split('/');
    if (rules.maxDepth !== undefined && names.length > rules.maxDepth) {
      problems.push({
        path,
        message: `is ${names.length} names deep; ${rules.format} holds at most ${rules.maxDepth}`,
      });
    }
    for (const [index, name] of names.entries()) {
      const prefix = names.slice(0, index + 1).join('/');
      if (index < names.length - 1 && tree.has(prefix) && !clashes.has(prefix)) {
        clashes.add(prefix);
        problems.push({ path: prefix, message: 'is both a file and a folder' });
      }
      const key = rules.ignoresCase ? foldCase(prefix) : prefix;
      const earlier = spellings.get(key);
      if (earlier !== undefined && earlier !== prefix) {
        problems.push({
          path: prefix,
          message: `differs from '${earlier}' only by case, which ${rules.format} ignores`,
        });
      }
      if (earlier !== undefined) continue;
      spellings.set(key, prefix);
      const nameProblem = rules.findNameProblem(name);
      if (nameProblem !== undefined) problems.push({ path: prefix, message: nameProblem });
    }
  }
  return problems;
}

/**
 * Turns the map into nested folders, every list sorted by UTF-16 code unit so that the order in which the map was
 * filled
 * never reaches the image. Expects a tree without problems.
 */
export function growDirectories(tree: DriveTree): TreeDirectory {
  const root: TreeDirectory = { kind: 'directory', name: '', children: [] };
  const directories = new Map<string, TreeDirectory>([['', root]]);
  for (const [path, data] of tree) {
    const slash = path.lastIndexOf('/');
    const parent = openDirectory(directories, slash < 0 ? '' : path.slice(0, slash));
    parent.children.push({ kind: 'file', name: path.slice(slash + 1), data });
  }
  for (const directory of directories.values()) directory.children.sort((a, b) => (a.name < b.name ? -1 : 1));
  return root;
}

/** The form of a name in which `A` and `a` are equal; longer expansions (ß) are left alone, as VFAT leaves them. */
export function foldCase(name: string): string {
  return [...name].map((character) => foldCharacter(character)).join('');
}

/** Turns a list of problems into the text of the error that a writer throws when it was called without checking. */
export function describeProblems(problems: readonly DriveProblem[]): string {
  return problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
}

function openDirectory(directories: Map<string, TreeDirectory>, path: string): TreeDirectory {
  const known = directories.get(path);
  if (known !== undefined) return known;
  const slash = path.lastIndexOf('/');
  const parent = openDirectory(directories, slash < 0 ? '' : path.slice(0, slash));
  const directory: TreeDirectory = { kind: 'directory', name: path.slice(slash + 1), children: [] };
  parent.children.push(directory);
  directories.set(path, directory);
  return directory;
}

function findShapeProblem(path: string): string | undefined {
  if (path === '') return 'a file has an empty path';
  if (path.startsWith('/')) return 'is absolute; paths on the drive are relative';
  if (path.includes('\0')) return 'contains a NUL character';
  if (!path.isWellFormed()) return 'contains half of a surrogate pair';
  for (const name of path.split('/')) {
    if (name === '') return "has an empty name ('//' or a trailing '/')";
    if (name === '.' || name === '..') return `contains the name '${name}'`;
  }
  return undefined;
}

function foldCharacter(character: string): string {
  const upper = character.toUpperCase();
  return upper.length === character.length ? upper : character;
}
