import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { listChanges } from './changed-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'guest-init-changes-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

test('new, changed and removed files; what was only copied up, or is hidden, is no change', () => {
  const lower = join(folder, 'lower');
  const upper = join(folder, 'upper');
  const merged = join(folder, 'merged');
  write(join(lower, 'etc/same'), 'same');
  write(join(lower, 'etc/content'), 'old');
  write(join(lower, 'etc/mode'), 'mode');
  write(join(lower, 'etc/removed'), 'x');
  write(join(lower, 'etc/remembered'), 'x');
  write(join(lower, 'usr/untouched'), 'x');
  symlinkSync('old', join(lower, 'etc/link'));
  write(join(upper, 'etc/same'), 'same');
  write(join(upper, 'etc/content'), 'new');
  write(join(upper, 'etc/mode'), 'mode');
  chmodSync(join(upper, 'etc/mode'), 0o600);
  symlinkSync('new', join(upper, 'etc/link'));
  write(join(upper, 'etc/made/file'), 'x');
  mkdirSync(join(upper, 'etc/empty'));
  write(join(upper, 'var/state/journal'), 'x');
  cpSync(lower, merged, { recursive: true, verbatimSymlinks: true });
  for (const name of ['etc/removed', 'etc/remembered']) rmSync(join(merged, name));
  const changes = listChanges(
    [{ upper, path: lower, merged }],
    [join(lower, 'var/state'), join(lower, 'etc/remembered')],
  );
  assert.deepEqual(
    changes.map(({ op, path }) => `${op} ${path.slice(lower.length)}`),
    ['~ /etc/content', '+ /etc/empty/', '~ /etc/link', '+ /etc/made/file', '~ /etc/mode', '- /etc/removed'],
  );
});
