// The trees that every format is tried on: empty and large files, crowded and deep folders, awkward names.
import { layOutConfigDrive } from '../config-drive.ts';
import type { DriveTree } from '../tree.ts';

export type ImageFormat = 'iso9660' | 'vfat';
/** `formats` names those that can hold the tree; the others must refuse it. */
export type TreeShape = { title: string; tree: DriveTree; formats: readonly ImageFormat[] };

const both: readonly ImageFormat[] = ['iso9660', 'vfat'];

/** A repeatable byte sequence without long repetitions, so that shifted or swapped blocks show. */
export function makeBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed >>> 0 || 1;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

/** All shapes, one test each. */
export function listTreeShapes(): TreeShape[] {
  const encoder = new TextEncoder();
  const shape = (title: string, paths: readonly string[], formats = both): TreeShape => ({
    title,
    tree: new Map(paths.map((path) => [path, encoder.encode(`content of ${path}\n`)])),
    formats,
  });
  const sized = (title: string, sizes: readonly number[]): TreeShape => ({
    title,
    tree: new Map(sizes.map((size, index) => [`folder/file-${index}.bin`, makeBytes(size, index + 1)])),
    formats: both,
  });
  const number = (count: number, format: (index: number) => string): string[] =>
    Array.from({ length: count }, (_, index) => format(index));
  const nest = (depth: number): string => number(depth, (index) => `level-${index}`).join('/');
  const identity = {
    uuid: '8a3b7c52-1f0e-4c7d-9b7a-0d5a4f6e2c11',
    sshKeys: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me@here'],
  };
  const address = { localIpv4: '192.0.2.17', prefixLength: 26, gateway: '192.0.2.1', mac: 'fa:16:3e:01:02:03' };

  return [
    { title: 'nothing at all', tree: new Map(), formats: both },
    { title: 'config drive, least', tree: layOutConfigDrive({ ...identity, sshKeys: [] }), formats: both },
    {
      title: 'config drive, address only',
      tree: layOutConfigDrive({ ...identity, localIpv4: '192.0.2.17' }),
      formats: both,
    },
    {
      title: 'config drive, everything',
      tree: layOutConfigDrive({
        ...identity,
        ...address,
        hostname: 'web-1.example.org',
        dns: ['192.0.2.53', '2001:db8::53'],
        userData: makeBytes(65535),
        files: [
          { path: '/etc/motd', content: encoder.encode('hello\n') },
          { path: '/etc/empty', content: new Uint8Array() },
        ],
      }),
      formats: both,
    },
    shape('CloudStack drive', [
      'cloudstack/metadata/local-hostname.txt',
      'cloudstack/metadata/vm-id.txt',
      'cloudstack/userdata/user_data.txt',
      'cloudstack/password/vm_password.txt',
      'cloudstack/password/vm-password-md5checksum.txt',
      'openstack/latest/meta_data.json',
    ]),
    sized('one empty file', [0]),
    sized('only empty files', [0, 0, 0]),
    sized('empty among others', [10, 0, 2048, 0, 7]),
    sized('one byte', [1]),
    sized('around one 512-byte sector', [511, 512, 513]),
    sized('around one 2048-byte sector', [2047, 2048, 2049]),
    sized('around one 4096-byte cluster', [4095, 4096, 4097]),
    sized('2 MiB', [2 * 1024 * 1024]),
    sized('2 MiB less and more one byte', [2 * 1024 * 1024 - 1, 2 * 1024 * 1024 + 1]),
    sized('9 MiB, past the FAT12 border', [9 * 1024 * 1024 + 3]),
    sized(
      '300 sizes',
      number(300, String).map((text) => Number(text) * 7),
    ),
    shape('one file in the root', ['a']),
    shape(
      '200 files in the root',
      number(200, (index) => `file-${index}.txt`),
    ),
    shape(
      '200 files in one folder',
      number(200, (index) => `many/file-${index}.txt`),
    ),
    shape(
      '200 long names in one folder',
      number(200, (index) => `many/${'long-'.repeat(12)}${index}.configuration`),
    ),
    shape(
      '200 long names in the root',
      number(200, (index) => `${'long-'.repeat(12)}${index}.configuration`),
    ),
    shape(
      '150 folders in one folder',
      number(150, (index) => `many/folder-${index}/leaf`),
    ),
    shape(
      '600 folders, 30 by 20',
      number(600, (index) => `a${index % 30}/b${Math.floor(index / 30)}/leaf`),
    ),
    shape(
      'names that share their first 31 characters',
      number(40, (index) => `${'s'.repeat(31)}${index}/${'t'.repeat(31)}${index}`),
    ),
    shape(
      'names that share base and extension',
      number(30, (index) => `same/configuration.j${'s'.repeat(index)}`),
    ),
    shape('8 names deep', [`${nest(7)}/leaf`]),
    shape('8 deep beside a flat file', [`${nest(7)}/leaf`, 'flat', `${nest(3)}/side`]),
    shape('9 names deep', [`${nest(8)}/leaf`], ['vfat']),
    shape('12 names deep', [`${nest(11)}/leaf`], ['vfat']),
    shape(
      'names of 60 to 103 characters',
      number(44, (index) => 'n'.repeat(60 + index)),
    ),
    shape(
      'names of 60 to 103 characters in folders of that length',
      number(44, (index) => `${'d'.repeat(60 + index)}/${'n'.repeat(56 + index)}.txt`),
    ),
    shape('104 characters', ['n'.repeat(104)], ['vfat']),
    shape('255 characters', ['n'.repeat(255), `${'m'.repeat(251)}.txt`], ['vfat']),
    shape('256 characters', ['n'.repeat(256)], []),
    shape(
      'lengths 1 to 40, every multiple of 13 among them',
      number(40, (index) => 'k'.repeat(index + 1)),
    ),
    shape('several dots', ['a.b.c.d', 'archive.tar.gz', '..hidden.file', '.config', '.a.b', 'x..y']),
    shape('dated and dotted folders', ['2009-04-04/a', '1.0/b', 'conf.d/10-x.conf', '.ssh/authorized_keys']),
    shape('mixed case', ['README', 'ReadMe.md', 'UPPER.TXT', 'lower.txt', 'CamelCase/MixedFile.Json', 'A/b', 'c/D.E']),
    shape('names that differ by case', ['dir/File', 'dir/file', 'dir/FILE'], ['iso9660']),
    shape('folders that differ by case', ['Dir/x', 'dir/y'], ['iso9660']),
    shape('valid 8.3 names', ['NAME.EXT', 'A', '0000', '12345678.123', 'X-Y_Z', 'content/0000', 'content/0001']),
    shape('names that look like aliases', [
      'LONGNA~1.TXT',
      'long name one.txt',
      'long name two.txt',
      'longna~2.txt',
      'LONGNA~3',
    ]),
    shape('spaces', ['a b/c d e.txt', 'inner  two', 'x y.z w']),
    shape('signs', ["it's #1 (a+b),c;d".replace(';', ''), 'a=b[c]{d}', '~tilde', '@at!%&$^`', 'dash-', '-dash', '_']),
    shape('plus and comma beside underscore', ['a+b', 'a,b', 'a_b', 'a=b']),
    shape('Latin, accents', ['café/naïve.txt', 'Ærøskøbing', 'straße', 'ÅÄÖ.conf']),
    shape('Greek and Cyrillic', ['Ελλάδα/αρχείο.txt', 'Привет/мир.json']),
    shape('Japanese', ['日本語/ファイル.txt', '設定.json', '語'.repeat(60)]),
    shape('beyond the basic plane', ['😀/🎉.txt', '𝔘𝔫𝔦']),
    shape('composed and decomposed', ['caf\u00e9', 'cafe\u0301']),
    shape('84 three-byte characters', ['語'.repeat(84)]),
    shape(
      'Rock Ridge names over several continuation sectors',
      number(40, (index) => `${'語'.repeat(70)}${index}`),
    ),
    shape('85 three-byte characters', ['語'.repeat(85)], ['vfat']),
    shape('quotes and angle brackets', ['a"b', '<c>', 'd|e'], ['iso9660']),
    shape('colon', ['a:b'], []),
    shape('backslash', ['a\\b'], []),
    shape('trailing dot', ['a.'], []),
    shape('trailing space', ['a '], ['iso9660']),
    shape('file and folder of one name', ['a', 'a/b'], []),
    shape('parent folder', ['../a'], []),
    shape('absolute', ['/a'], []),
    shape('empty name', ['a//b'], []),
    shape('half a surrogate pair', ['a\ud800'], []),
  ];
}

/** What a reader must find: every file with its bytes, every folder as undefined. */
export function listExpectedNodes(tree: DriveTree): Map<string, Uint8Array | undefined> {
  const nodes = new Map<string, Uint8Array | undefined>(tree);
  for (const path of tree.keys()) {
    for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      nodes.set(path.slice(0, slash), undefined);
    }
  }
  return nodes;
}
