// F01: what a kill cannot show, because memory outlives it: that a file is on the disk before its name is, and the name before the next step.
import assert from 'node:assert/strict';
import { defineGroup, type FaultCase } from './engine/matrix.ts';
import { listMoments } from './engine/moments.ts';
import { type Story, stories } from './engine/story.ts';

const temporary = /\.guest-init-\d+-\w+/;

/** What is wrong with the order of the calls that make files; each line is a call as strace prints it. */
function findOrderFaults(lines: readonly string[]): { readonly files: number; readonly faults: string[] } {
  const faults: string[] = [];
  /** Temporary name to whether all of the file is on the disk. */
  const open = new Map<string, boolean>();
  let unsyncedFolder: string | undefined;
  let files = 0;
  for (const line of lines) {
    const name = temporary.exec(line)?.[0];
    const call = /^\w+/.exec(line)?.[0] ?? '';
    if (call === 'openat' && name !== undefined && /O_CREAT/.test(line)) {
      if (unsyncedFolder !== undefined)
        faults.push(`a name is not on the disk before the next file: ${unsyncedFolder}`);
      unsyncedFolder = undefined;
      if (!/O_EXCL/.test(line) || !/O_NOFOLLOW/.test(line) || !/, 0600\)/.test(line))
        faults.push(`made for all: ${line}`);
      open.set(name, false);
    } else if (name !== undefined && /^(write|fchmod|fchown|ftruncate)$/.test(call)) {
      if (open.has(name)) open.set(name, false);
    } else if (call === 'fsync' && name !== undefined) {
      open.set(name, true);
    } else if (call === 'fsync') {
      unsyncedFolder = undefined;
    } else if (call === 'rename' && name !== undefined && open.has(name)) {
      if (open.get(name) !== true) faults.push(`a name comes before the content: ${line}`);
      open.delete(name);
      unsyncedFolder = line;
      files += 1;
    } else if (/^(chmod|chown)$/.test(call) && name === undefined && !/"\/(?:run\/guest-init|dev\/)/.test(line)) {
      faults.push(`changed after it could be seen: ${line}`);
    }
  }
  if (unsyncedFolder !== undefined) faults.push(`a name is not on the disk at the end: ${unsyncedFolder}`);
  return { files, faults };
}

async function checkOrder(story: Story): Promise<void> {
  const moments = await listMoments(story);
  const { files, faults } = findOrderFaults(moments.map(({ line }) => line));
  assert.ok(files >= 3, `${files} files`);
  assert.deepEqual(faults, []);
}

await defineGroup({
  group: 'F01',
  title: 'the order of what reaches the disk',
  listCases: () => stories.map((story): FaultCase => ({ id: `order/${story.name}`, run: () => checkOrder(story) })),
});
