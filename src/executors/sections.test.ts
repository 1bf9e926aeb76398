import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SectionsAction } from '../core/action.ts';
import { createMemoryHost } from '../host/memory.ts';
import { sections } from './sections.ts';

const context = { commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: 'x' };
const path = '/etc/puppet/puppet.conf';
const set = (settings: SectionsAction['settings']): SectionsAction => ({
  kind: 'sections',
  path,
  mode: 0o644,
  settings,
});

const cases: readonly [
  name: string,
  before: string | undefined,
  settings: SectionsAction['settings'],
  after: string,
][] = [
  ['a new file', undefined, { agent: { server: 'p' } }, '[agent]\nserver = p\n'],
  ['an empty file', '', { agent: { server: 'p' } }, '[agent]\nserver = p\n'],
  ['another section', '[main]\na = b', { agent: { server: 'p' } }, '[main]\na = b\n\n[agent]\nserver = p\n'],
  [
    'a line that is there, with comments and what others set',
    '# top\n[main]\n  server=old # x\n\n[agent]\n# mine\nserver = old\nenv = x\n\n[user]\nserver = u\n',
    { agent: { server: 'p', report: 'true' } },
    '# top\n[main]\n  server=old # x\n\n[agent]\n# mine\nserver = p\nenv = x\nreport = true\n\n[user]\nserver = u\n',
  ],
  [
    'a comment that looks like it',
    '[agent]\n#server = old\n',
    { agent: { server: 'p' } },
    '[agent]\n#server = old\nserver = p\n',
  ],
  [
    'a setting that stands twice',
    '[agent]\nserver = a\nserver = b\n',
    { agent: { server: 'p' } },
    '[agent]\nserver = p\n',
  ],
];
for (const [name, before, settings, after] of cases) {
  test(name, async () => {
    const { host } = createMemoryHost({
      files: before === undefined ? { '/etc': { kind: 'directory' } } : { [path]: before },
    });
    assert.equal(sections.inspect(set(settings), host).state, 'differs');
    await sections.apply(set(settings), host, context);
    assert.equal(host.readText(path), after);
    assert.equal(sections.inspect(set(settings), host).state, 'same');
  });
}

test('what says the same in other blanks is left alone, and so are mode and owner', async () => {
  const { host, files } = createMemoryHost({
    files: { [path]: { content: '[agent]\n  server=p\n', mode: 0o640, gid: 7 } },
  });
  assert.equal(sections.inspect(set({ agent: { server: 'p' } }), host).state, 'same');
  await sections.apply(set({ agent: { server: 'q' } }), host, context);
  assert.deepEqual([files.get(path)?.mode, files.get(path)?.gid], [0o640, 7]);
});

test('a folder in the way is a failure', () => {
  const { host } = createMemoryHost({ files: { [path]: { target: '/etc/passwd' } } });
  assert.throws(() => sections.apply(set({ agent: { server: 'q' } }), host, context), /not a regular file/);
});
