// Our own network files stay readable; what others may have put there does not leave the guest.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { shareNetworkText } from './network-text.ts';

const golden = join(import.meta.dirname, '../../test/golden/network');

test('every file that a renderer writes is shown whole', () => {
  const paths = globSync('*/*/etc/**/*', { cwd: golden, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.name.endsWith('.lines'),
  );
  assert.ok(paths.length > 500, `only ${paths.length} files`);
  const hidden = new Set<string>();
  for (const { parentPath, name } of paths) {
    const lines = shareNetworkText(readFileSync(join(parentPath, name), 'utf8')).split('\n');
    for (const line of lines) if (line.includes('[left out]')) hidden.add(line.trim());
  }
  // How ifupdown makes a bond without ifenslave: a whole script, which is not read word for word.
  assert.deepEqual([...hidden], ['pre-up [left out]']);
});

test('secrets of others, whatever the form of their line', () => {
  const canary = 'S3cr3t-canary';
  const lines = [
    `    wpa-psk ${canary}`,
    `psk=${canary}`,
    `  password: "${canary}"`,
    `PrivateKey = ${canary}`,
    `ETHTOOL_OPTS='${canary}'`,
    `  up curl -u ${canary} https://example.org`,
    `  up ip link set eth0 up; echo ${canary}`,
    `  post-up ip addr add $(${canary})`,
    `  # ${canary}`,
    `- ${canary}`,
    `${canary}`,
    `${canary} :`,
    `"${canary}"`,
    `identity=${canary}`,
    `deadbeefcafebabe`,
  ];
  const shared = shareNetworkText(lines.join('\n'));
  assert.ok(!shared.includes(canary) && !shared.includes('deadbeef'), shared);
  assert.match(shared, /^ {4}wpa-psk \[left out\]\npsk \[left out\]\n/);
  assert.equal(shared.split('\n').length, lines.length);
});
