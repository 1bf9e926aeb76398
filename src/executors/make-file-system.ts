// The command that makes a file system: mkfs.TYPE with the options of that program.

import type { FileSystemAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { formatShellWord } from '../core/shell-word.ts';
import type { Host } from '../host/host.ts';
import type { BlockDevice } from './block-device.ts';

type Maker = { readonly package: string; readonly label?: string; readonly always?: readonly string[] };

const ext: Maker = { package: 'e2fsprogs', always: ['-F', '-q'] };
const fat: Maker = { package: 'dosfstools', label: '-n', always: ['-I'] };
const makers: Readonly<Record<string, Maker>> = {
  ...{ ext2: ext, ext3: ext, ext4: ext, vfat: fat, fat, msdos: fat },
  xfs: { package: 'xfsprogs', always: ['-q'] },
  btrfs: { package: 'btrfs-progs', always: ['-q'] },
  swap: { package: 'util-linux' },
  f2fs: { package: 'f2fs-tools', label: '-l' },
  exfat: { package: 'exfatprogs' },
  ntfs: { package: 'ntfs-3g', always: ['-Q', '-F'] },
};

/** Argument list of mkfs for the target; throws where the tool is missing. */
export function findMaker(action: FileSystemAction, target: BlockDevice, host: Host): string[] {
  const { type = '', label, options } = action;
  const path = host.which(`mkfs.${type}`) ?? host.which(`mk${type}`);
  const maker = makers[type];
  if (path === undefined) {
    const hint = maker === undefined ? 'check the name of the file system' : `install ${maker.package}`;
    throw new AgentError(exitCodes.internal, `${target.node}: mkfs.${type}: command not found`, { hint });
  }
  const labelled = label === undefined ? [] : [maker?.label ?? '-L', label];
  return [path, ...(maker?.always ?? []), ...labelled, ...options, target.node];
}

/** The user's own command: a text is for the shell, with its values quoted; a list is run as it is. */
export function fillCommand(
  command: string | readonly string[],
  values: { readonly node: string; readonly label?: string; readonly type?: string },
): string[] {
  const given: Readonly<Record<string, string>> = {
    device: values.node,
    label: values.label ?? '',
    filesystem: values.type ?? '',
  };
  const fill = (text: string, quote: (value: string) => string): string =>
    text.replace(/%\((device|label|filesystem)\)s|%%/g, (whole, name: string | undefined) =>
      name === undefined ? whole.slice(1) : quote(given[name] ?? ''),
    );
  if (typeof command !== 'string') return command.map((word) => fill(word, (value) => value));
  return ['/bin/sh', '-c', fill(command, formatShellWord)];
}
