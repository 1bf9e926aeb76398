// Disks of a guest in memory: nodes, sysfs, what blkid says of them, and what is mounted.

import { createMemoryHost, type MemoryFile } from '../../host/memory.ts';

export type TestDisk = {
  readonly name: string;
  /** Sectors of 512 bytes. */
  readonly sectors: number;
  readonly parts?: readonly { readonly start: number; readonly sectors: number }[];
};

type Given = {
  readonly disks?: readonly TestDisk[];
  readonly files?: Readonly<Record<string, MemoryFile>>;
  /** blkid's export by node; absent: nothing is on it. `status` 8 by the text `ambivalent`. */
  readonly contents?: Readonly<Record<string, string>>;
  /** Mount point to node. */
  readonly mounted?: Readonly<Record<string, string>>;
  readonly run?: NonNullable<Parameters<typeof createMemoryHost>[0]>['run'];
  readonly which?: (name: string) => string | undefined;
  readonly live?: boolean;
};

/** A memory host with these disks; blkid answers by `contents`, everything else by `run`. */
export function createDiskHost(given: Given = {}): ReturnType<typeof createMemoryHost> {
  const files: Record<string, MemoryFile> = {
    '/etc/hostname': 'guest\n',
    '/proc/swaps': 'Filename Type Size Used Priority\n',
  };
  const numbers = new Map<string, string>();
  const add = (name: string, folder: string, sectors: number): void => {
    const number = `8:${numbers.size}`;
    numbers.set(`/dev/${name}`, number);
    files[`/dev/${name}`] = { kind: 'other' };
    for (const at of new Set([`/sys/class/block/${name}`, folder])) {
      Object.assign(files, { [`${at}/size`]: `${sectors}\n`, [`${at}/ro`]: '0\n', [`${at}/dev`]: `${number}\n` });
    }
  };
  for (const { name, sectors, parts = [] } of given.disks ?? []) {
    add(name, `/sys/class/block/${name}`, sectors);
    for (const [index, part] of parts.entries()) {
      const child = `${name}${index + 1}`;
      add(child, `/sys/class/block/${name}/${child}`, part.sectors);
      files[`/sys/class/block/${child}`] = { target: `../../devices/block/${name}/${child}` };
      for (const at of [`/sys/class/block/${child}`, `/sys/class/block/${name}/${child}`])
        Object.assign(files, { [`${at}/partition`]: `${index + 1}\n`, [`${at}/start`]: `${part.start}\n` });
    }
  }
  const mounts = Object.entries(given.mounted ?? {}).map(
    ([point, source], index) =>
      `${index + 30} 1 ${numbers.get(source) ?? `0:${index}`} / ${point} rw - ${source.startsWith('/dev/') ? 'ext4' : source} ${source} rw`,
  );
  files['/proc/self/mountinfo'] = `${mounts.join('\n')}\n`;
  return createMemoryHost({
    ...(given.live === undefined ? {} : { live: given.live }),
    ...(given.which === undefined ? {} : { which: given.which }),
    files: { ...files, ...given.files },
    run: (argv, options) => {
      const answer = given.run?.(argv, options);
      if (answer !== undefined || argv[0] !== '/usr/sbin/blkid' || argv[1] !== '-p') return answer;
      const content = given.contents?.[argv.at(-1) ?? ''];
      if (content === undefined) return { status: 2 };
      return content === 'ambivalent' ? { status: 8 } : { stdout: content };
    },
  });
}

export const testContext = {
  commandTimeoutMs: 1000,
  instanceDirectory: '/i',
  environment: {},
  stepId: 'step',
} as const;
