import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { hasTool } from '../../test/support/command.ts';

/** A process of its own: the settings last. Gives the lines that it prints. */
function observe(limit: string): string[] {
  const script = `
    import fs from 'node:fs';
    import { spawnSync } from 'node:child_process';
    import { forbidCoreDumps, withUsualDumps } from ${JSON.stringify(join(import.meta.dirname, 'core-dump.ts'))};
    const show = () => spawnSync('cat', ['/proc/self/coredump_filter'], { encoding: 'utf8' }).stdout.trim();
    const before = withUsualDumps(show);
    forbidCoreDumps();
    forbidCoreDumps();
    console.log(fs.readFileSync('/proc/self/coredump_filter', 'utf8').trim());
    console.log(show());
    console.log(withUsualDumps(show) === before, before);
    console.log(show());
    console.log(/^Max core file size +(\\S+)/m.exec(fs.readFileSync('/proc/self/limits', 'utf8'))[1]);
  `;
  const shell = `ulimit -c ${limit} && exec "$0" --input-type=module -e "$1"`;
  const { stdout, stderr } = spawnSync('/bin/sh', ['-c', shell, process.execPath, script], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout.trim().split('\n');
}

test('no memory in a dump of ours and of what we start; commands of the user keep what there was', () => {
  const [own, inherited, kept = '', again] = observe('0');
  assert.deepEqual([own, inherited, again], ['00000000', '00000000', '00000000']);
  assert.match(kept, /^true 0*[1-9a-f]/, 'this kernel leaves memory out anyway');
});

test('no dump at all, whatever the limit was', { skip: hasTool('prlimit') ? false : 'needs prlimit' }, () => {
  for (const limit of ['0', '1000', '$(ulimit -H -c)']) assert.equal(observe(limit).at(-1), '0', limit);
});
