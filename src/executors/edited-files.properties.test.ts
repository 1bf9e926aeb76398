// What holds for every file that we edit and others own as well: a second edit changes nothing, and their lines stay as they are.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkProperty, textOf } from '../../test/support/property.ts';
import type { AuthorizedKeysAction, LinesAction, SectionsAction } from '../core/action.ts';
import { createMemoryHost } from '../host/memory.ts';
import { authorizedKeys } from './authorized-keys.ts';
import type { ApplyContext } from './executor.ts';
import { type FstabLine, parseFstab, removeLines, renderLine, replaceLine } from './fstab-file.ts';
import { lines } from './lines.ts';
import { escapeField, unescapeField } from './mounted-file-systems.ts';
import { sections } from './sections.ts';
import { diffText, listAdded } from './text-diff.ts';

const context: ApplyContext = { commandTimeoutMs: 1000, instanceDirectory: '/state', environment: {}, stepId: 's' };
const hosts = textOf(
  [
    '127.0.0.1 localhost\n',
    '127.0.1.1 old\n',
    '127.0.1.1\tolder x',
    '127.0.1.11 not\n',
    '# 127.0.1.1\n',
    '\n',
    'b\u00fccher\n',
    '\r\n',
  ],
  10,
);
const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);

/** The file after `edit`, and after it a second time. */
function editTwice(
  path: string,
  before: string,
  edit: (host: ReturnType<typeof createMemoryHost>['host']) => unknown,
): [string, string, unknown] {
  const { host } = createMemoryHost({ files: { [path]: before } });
  edit(host);
  const once = host.readText(path) ?? '';
  const again = edit(host);
  return [once, host.readText(path) ?? '', again];
}

checkProperty(
  'a line in /etc/hosts: set twice is set once, it is there, and no other line goes or moves',
  fc.property(hosts, word, (before, name) => {
    const line = `127.0.1.1 ${name}`;
    const rules: LinesAction['rules'] = [{ pattern: '^127\\.0\\.1\\.1(?:\\s|$)', line, add: 'end' }];
    const action: LinesAction = { kind: 'lines', path: '/etc/hosts', mode: 0o644, rules };
    const [once, twice, again] = editTwice('/etc/hosts', before, (host) => lines.apply(action, host, context));
    assert.equal(twice, once);
    assert.equal(again, undefined);
    assert.equal(once.split('\n').filter((one) => one === line).length, 1);
    const others = (text: string): string[] => text.split('\n').filter((one) => !/^127\.0\.1\.1(?:\s|$)/.test(one));
    assert.equal(others(once).join('\n').trimEnd(), others(before).join('\n').trimEnd());
  }),
);

checkProperty(
  'settings in sections: set twice are set once, in their section, and comments and other settings stay',
  fc.property(
    textOf(
      ['[main]\n', '[ main ]\n', '[agent]\n', 'a = 1\n', 'a=2\n', '# a = 3\n', ';x\n', '\n', ' b = c = d\n', 'junk\n'],
      10,
    ),
    word,
    (before, value) => {
      const action: SectionsAction = {
        kind: 'sections',
        path: '/etc/p.conf',
        mode: 0o644,
        settings: { main: { a: value, z: 'y' } },
      };
      const [once, twice] = editTwice('/etc/p.conf', before, (host) => sections.apply(action, host, context));
      assert.equal(twice, once);
      const others = (text: string): string[] =>
        text.split('\n').filter((line) => line.trim() !== '' && !/^\s*(?:a|z)\s*=|^\[main\]$/.test(line));
      assert.deepEqual(others(once), others(before));
      const own = once
        .slice(once.search(/^[ \t]*\[main\][ \t]*$/m))
        .split('\n')
        .slice(1);
      const end = own.findIndex((line) => /^\s*\[.*\]\s*$/.test(line));
      const found = own.slice(0, end < 0 ? own.length : end).filter((line) => /^a\s*=/.test(line));
      assert.deepEqual(
        found.map((line) => line.split('=')[1]?.trim()),
        [value],
      );
    },
  ),
);

const field = textOf(['/mnt', ' ', '\t', '\\', '\\040', '\u00e0', '\u00a0', '\u2028', '#', 'x', '\u00fc'], 5).map(
  (text) => `/${text.toWellFormed()}`,
);
const fstabLine = fc.record<FstabLine>({
  ...{
    spec: field,
    mountPoint: field,
    type: fc.constantFrom('ext4', 'auto'),
    options: fc.constantFrom('defaults', 'ro,noatime'),
  },
  ...{ dump: fc.constant('0'), pass: fc.constantFrom('0', '2') },
});
const fstab = textOf(
  [
    '# c\n',
    'UUID=1 / ext4 errors=remount-ro 0 1\n',
    '/dev/sda2\tnone\tswap\tsw\n',
    '/dev/b /mnt/\u00e0b ext4 x,comment=guest-init 0 2\n',
    '\n',
    'LABEL=\u00fc /x\n',
    '  ',
  ],
  8,
).map((text) => Buffer.from(text.toWellFormed()).toString('latin1'));

checkProperty(
  'a field of fstab is one word, and is read back',
  fc.property(field, (text) => {
    assert.doesNotMatch(escapeField(text), /[ \t\n]/);
    assert.equal(unescapeField(escapeField(text)), text);
  }),
);

checkProperty(
  'a line of fstab: written twice is written once, says what it was given, goes again, and no line of others changes',
  fc.property(fstab, fstabLine, (before, line) => {
    const isIt = (parsed: FstabLine): boolean => parsed.mountPoint === line.mountPoint;
    const once = replaceLine(before, renderLine(line), isIt);
    assert.equal(replaceLine(once, renderLine(line), isIt), once);
    const found = parseFstab(once).filter((parsed) => parsed.isOurs && isIt(parsed));
    assert.deepEqual(
      found.map(({ spec, type, pass }) => [spec, type, pass]),
      line.spec.startsWith('#') ? [] : [[line.spec, line.type, line.pass]],
    );
    const others = (text: string): string[] =>
      text.split('\n').filter((one) => one !== '' && !one.includes('comment=guest-init'));
    assert.deepEqual(others(once), others(before));
    assert.deepEqual(others(removeLines(once, isIt)), others(before));
    assert.ok(!parseFstab(removeLines(once, isIt)).some((parsed) => parsed.isOurs && isIt(parsed)));
  }),
);

checkProperty(
  'the block of authorized_keys: put twice is put once, keys of others stay, and without keys it goes',
  fc.property(
    textOf(
      [
        'ssh-rsa BBBB theirs\n',
        '# guest-init begin metadata\n',
        '# guest-init end metadata\n',
        '# guest-init begin users\n',
        'ssh-ed25519 AAAA a\n',
        '\n',
      ],
      8,
    ),
    fc.subarray(['ssh-ed25519 AAAA a', 'ssh-ed25519 CCCC c']),
    (before, keys) => {
      const action: AuthorizedKeysAction = { kind: 'authorizedKeys', user: 'root', block: 'metadata', keys };
      const path = '/root/.ssh/authorized_keys';
      const { host } = createMemoryHost({
        files: {
          '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\n',
          '/root': { kind: 'directory', mode: 0o700, uid: 0, gid: 0 },
          '/root/.ssh': { kind: 'directory', mode: 0o700, uid: 0, gid: 0 },
          [path]: { content: before, mode: 0o600, uid: 0, gid: 0 },
        },
      });
      authorizedKeys.apply(action, host, context);
      const once = host.readText(path) ?? '';
      authorizedKeys.apply(action, host, context);
      assert.equal(host.readText(path), once);
      for (const key of keys) assert.ok(once.split('\n').includes(key));
      const theirs = (text: string): number => text.split('\n').filter((line) => line === 'ssh-rsa BBBB theirs').length;
      if (!before.includes('# guest-init begin metadata')) assert.equal(theirs(once), theirs(before));
    },
  ),
);

checkProperty(
  'a difference adds what is new and takes what is gone, and is nothing between equals',
  fc.property(
    textOf(['a\n', 'b\n', 'c\n', '\n', '+x\n', '-y\n'], 10),
    textOf(['a\n', 'b\n', 'c\n', '\n', '+x\n', '-y\n'], 10),
    (before, after) => {
      assert.deepEqual(diffText(before, before), []);
      const diff = diffText(before, after);
      const count = (text: string): number =>
        text
          .replace(/\n$/, '')
          .split('\n')
          .filter((line) => line !== '').length;
      assert.ok(listAdded(after).length >= 0 && diff.length <= count(before) + count(after) + 40);
      if (before === after) assert.equal(diff.length, 0);
    },
  ),
);
