// Config drives on the two file systems that clouds use, made by the tools that clouds make them with.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runTool } from '../command.ts';

/** Content by path on the drive; anything but text and bytes is written as JSON. */
export type DriveFiles = Readonly<Record<string, string | Uint8Array | object>>;

/** As nova.virt.configdrive calls genisoimage: Rock Ridge, Joliet, label config-2. */
export function makeIsoDrive(options: { folder: string; name: string; files: DriveFiles; label?: string }): string {
  const tree = placeTree(options);
  const image = join(options.folder, `${options.name}.iso`);
  const spelling = ['-ldots', '-allow-lowercase', '-allow-multidot', '-l', '-J', '-r'];
  const identity = ['-publisher', 'OpenStack Compute', '-V', options.label ?? 'config-2'];
  runTool(['genisoimage', '-quiet', '-o', image, ...spelling, ...identity, tree]);
  return image;
}

/** As Nova does with `config_drive_format = vfat`: the whole disk is the file system, 64 MiB, and the label is in capitals. */
export function makeVfatDrive(options: { folder: string; name: string; files: DriveFiles; label?: string }): string {
  const tree = placeTree(options);
  const image = join(options.folder, `${options.name}.vfat`);
  rmSync(image, { force: true });
  runTool(['mkfs.vfat', '-n', options.label ?? 'CONFIG-2', '-C', image, String(64 * 1024)]);
  runTool(['mcopy', '-s', '-i', image, ...readdirSync(tree).map((entry) => join(tree, entry)), '::/']);
  return image;
}

function placeTree({ folder, name, files }: { folder: string; name: string; files: DriveFiles }): string {
  const tree = join(folder, `${name}.tree`);
  for (const [path, content] of Object.entries(files)) {
    const target = join(tree, path);
    mkdirSync(dirname(target), { recursive: true });
    const plain = typeof content === 'string' || content instanceof Uint8Array;
    writeFileSync(target, plain ? content : JSON.stringify(content));
  }
  return tree;
}
