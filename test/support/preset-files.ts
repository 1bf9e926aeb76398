// Files that an image holds from the start, as a layer of their own above the shared root.
import { chmodSync, chownSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { resolveInside } from './guest-path.ts';

export type PresetFile =
  | string
  | Uint8Array
  | { content: string | Uint8Array; mode?: number; uid?: number; gid?: number };

/** A preset file; folders that it needs look like those of the root below, else 0755. */
export function placePreset(options: { preset: string; root: string; path: string; file: PresetFile }): void {
  const { preset, root, path, file } = options;
  const target = join(preset, resolveInside(root, path, true));
  const parents: string[] = [];
  for (let parent = dirname(target); parent.length > preset.length; parent = dirname(parent)) parents.unshift(parent);
  for (const parent of parents) {
    mkdirSync(parent, { recursive: true });
    const model = lstatSync(join(root, parent.slice(preset.length)), { throwIfNoEntry: false });
    chmodSync(parent, model === undefined ? 0o755 : model.mode & 0o7777);
    if (model !== undefined) chownSync(parent, model.uid, model.gid);
  }
  const {
    content,
    mode = 0o644,
    uid = 0,
    gid = 0,
  } = typeof file === 'string' || file instanceof Uint8Array ? { content: file } : file;
  writeFileSync(target, content);
  chmodSync(target, mode);
  chownSync(target, uid, gid);
}
