// A folder as the content of a drive image.

import * as fs from 'node:fs';
import { join } from 'node:path';
import { AgentError, exitCodes } from '../core/error.ts';
import type { DriveTree } from '../drive-image/tree.ts';

/** Regular files below `folder`, by relative path. Links and special files have no place on a config drive: exit 64 names the first. */
export function readDriveFolder(folder: string): DriveTree {
  const tree = new Map<string, Uint8Array>();
  const visit = (relative: string): void => {
    for (const entry of fs.readdirSync(join(folder, relative), { withFileTypes: true })) {
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile()) tree.set(path, fs.readFileSync(join(folder, path)));
      else throw new AgentError(exitCodes.usage, `${join(folder, path)}: expected files and folders only`);
    }
  };
  try {
    visit('');
  } catch (error) {
    if (error instanceof AgentError) throw error;
    throw new AgentError(exitCodes.usage, `${folder}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  return tree;
}
