// The rule that makes the node of a config drive root's: where it is installed, after whom it comes, and which labels it means.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { installedFiles } from '../../scripts/package/installed-files.ts';
import { defaultPolicy } from '../../src/core/policy.ts';
import { repositoryRoot } from '../support/built-program.ts';

const source = 'packaging/udev/guest-init.rules';
const rules = readFileSync(join(repositoryRoot, source), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

test('it is always installed, between the rules that probe labels and those that grant seats', () => {
  const file = installedFiles.find((entry) => entry.source.kind === 'file' && entry.source.path === source);
  assert.match(file?.path ?? '', /^\/usr\/lib\/udev\/rules\.d\//);
  assert.equal(file?.only, undefined);
  const name = basename(file?.path ?? '');
  assert.ok('60-persistent-storage.rules' < name && '70-uaccess.rules' < name && name < '73-seat-late.rules', name);
});

test('it means the usual label, in any case, and nothing else', () => {
  assert.equal(rules.length, 1);
  const glob = /ENV\{ID_FS_LABEL\}=="([^"]+)"/.exec(rules[0] ?? '')?.[1] ?? '';
  // fnmatch(3): sets in brackets are those of a regular expression.
  assert.match(glob, /^[[\]a-zA-Z0-9-]+$/);
  const label = new RegExp(`^${glob}$`);
  const meant = [defaultPolicy.drive.label, 'CONFIG-2', 'Config-2'];
  assert.deepEqual(
    [...meant, 'config-20', 'cidata', ''].filter((text) => label.test(text)),
    meant,
  );
});

test('it leaves the node to root, and no desktop to show it', () => {
  const words = (rules[0] ?? '').split(/,\s*/);
  for (const word of ['SUBSYSTEM=="block"', 'OWNER="root"', 'GROUP="root"', 'MODE="0600"', 'TAG-="uaccess"'])
    assert.ok(words.includes(word), word);
  assert.ok(words.includes('ENV{UDISKS_IGNORE}="1"'));
});
