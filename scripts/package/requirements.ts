// What the program needs of the guest's libraries, as the dynamic linker will ask for it.
import { spawnSync } from 'node:child_process';

export interface Requirements {
  /** Absolute path of the dynamic linker, which also tells the processor and the C library. */
  loader: string;
  /** The newest version of each family of symbols, such as libc.so.6 and GLIBC_2.28. */
  versions: { library: string; version: string }[];
}

/** Reads the ELF file with objdump. Throws when objdump is missing or finds no version that is asked for. */
export function readRequirements(program: string): Requirements {
  const headers = runTool('objdump', ['--private-headers', program]);
  const versions: Requirements['versions'] = [];
  let library = '';
  for (const line of headers.split('\n')) {
    library = /^\s+required from (\S+):$/.exec(line)?.[1] ?? library;
    const version = /^\s+0x[0-9a-f]+ 0x[0-9a-f]+ \d+ (\S+)$/.exec(line)?.[1];
    if (version === undefined) continue;
    const other = versions.find((known) => known.library === library && family(known.version) === family(version));
    if (other === undefined) versions.push({ library, version });
    else if (isNewer(version, other.version)) other.version = version;
  }
  if (versions.length === 0) throw new Error(`${program}: objdump shows no version that it asks of a library`);
  versions.sort((a, b) => (`${a.library} ${a.version}` < `${b.library} ${b.version}` ? -1 : 1));
  const path = /\[Requesting program interpreter: (.*)\]/.exec(runTool('readelf', ['--program-headers', program]))?.[1];
  if (path === undefined) throw new Error(`${program}: readelf shows no dynamic linker`);
  return { loader: path, versions };
}

/** First release of GCC whose libstdc++ has a version (GCC's manual, "ABI Policy and Guidelines"), for what Node asks for. */
const libstdcxxReleases: readonly (readonly [version: string, release: string])[] = [
  ['GLIBCXX_3.4.21', '5'],
  ['GLIBCXX_3.4.22', '6'],
  ['GLIBCXX_3.4.24', '7'],
  ['GLIBCXX_3.4.25', '8'],
  ['GLIBCXX_3.4.28', '9'],
  ['CXXABI_1.3.9', '5'],
  ['CXXABI_1.3.10', '6'],
  ['CXXABI_1.3.11', '7'],
  ['CXXABI_1.3.12', '9'],
];

/** Debian's names for the libraries, oldest version that will do: `libc6 (>= 2.28)` and so on. */
export function listDebianLibraries({ versions }: Requirements): string[] {
  const oldest = new Map<string, string>();
  const need = (name: string, release: string): void => {
    const known = oldest.get(name);
    if (known === undefined || isNewer(release, known)) oldest.set(name, release);
  };
  for (const { library, version } of versions) {
    if (/^GLIBC_/.test(version)) need('libc6', version.slice('GLIBC_'.length));
    else if (/^GCC_/.test(version)) need('libgcc-s1', version.slice('GCC_'.length));
    else {
      const release = libstdcxxReleases.find(([name]) => name === version)?.[1];
      if (release === undefined)
        throw new Error(`${library}: which release of GCC brought ${version} is not known here`);
      need('libstdc++6', release);
    }
  }
  return [...oldest].map(([name, release]) => `${name} (>= ${release})`).sort();
}

function family(version: string): string {
  return version.replace(/_.*$/, '');
}

/** Compares dotted numbers, whatever stands before them. */
function isNewer(a: string, b: string): boolean {
  const numbers = (text: string) => text.replace(/^.*_/, '').split('.').map(Number);
  const left = numbers(a);
  const right = numbers(b);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function runTool(tool: string, args: string[]): string {
  const result = spawnSync(tool, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (result.error) throw new Error(`cannot run ${tool}: ${result.error.message} (Debian package: binutils)`);
  if (result.status !== 0)
    throw new Error(`${tool} ${args.join(' ')} exited ${result.status}: ${result.stderr.trim()}`);
  return result.stdout;
}
