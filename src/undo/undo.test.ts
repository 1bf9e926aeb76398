// Steps applied to a guest in memory and taken back.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Action } from '../core/action.ts';
import type { Step } from '../core/plan.ts';
import { createMemoryHost, type MemoryFile } from '../host/memory.ts';
import { type ApplyRun, makeFileStep, makeStep, openApplyRun } from '../pipeline/testing/apply-run.ts';
import { readChanges } from '../state/changes.ts';
import { carryOut } from './carry-out.ts';
import { planUndo, type UndoWish } from './plan-undo.ts';
import { gatherUndoFacts } from './undo-facts.ts';
import type { UndoItem } from './undo-item.ts';

let run: ApplyRun;
const opened: ApplyRun[] = [];
const open = (
  files: Readonly<Record<string, MemoryFile>> = {},
  more: Parameters<typeof openApplyRun>[0] = {},
): void => {
  run = openApplyRun({ files, ...more });
  opened.push(run);
};
beforeEach(() => open());
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

const changes = () => readChanges(readFileSync(join(run.folder, 'changes.ndjson'), 'utf8'));

function plan(wish: UndoWish = { users: false }): UndoItem[] {
  return planUndo(changes(), gatherUndoFacts(changes(), run.host), wish);
}

function undo(wish: UndoWish = { users: false }): string[] {
  const items = plan(wish);
  for (const item of items) carryOut(item, run.host);
  return items.filter(({ deed }) => deed.kind !== 'settled').map(show);
}

function show({ subject, deed }: UndoItem): string {
  return `${deed.kind} ${subject}${deed.kind === 'leave' ? `: ${deed.reason}` : ''}`;
}

/** Every path but those of the harness, with all that is known of it. */
function tree(): Record<string, string> {
  const own = [...run.files].filter(([path]) => !path.startsWith('/var'));
  return Object.fromEntries(
    own.map(([path, { content, ...rest }]) => [
      path,
      JSON.stringify({ ...rest, text: Buffer.from(content).toString() }),
    ]),
  );
}

const file = (
  path: string,
  content: string,
  details: Partial<Extract<Action, { kind: 'file' }>> = {},
  module = 'test',
): Step => makeStep(`${module}${path}`, { kind: 'file', path, content, mode: 0o644, ...details }, { module });

test('files, folders, links and modes are as they were', async () => {
  open({
    '/etc/a': { content: 'old', mode: 0o600, uid: 3, gid: 4 },
    '/etc/mode': { content: 'same', mode: 0o600 },
    '/etc/link': { target: 'there', mode: 0o777 },
  });
  const before = tree();
  await run.apply([
    file('/etc/a', 'new'),
    file('/etc/mode', 'same', { mode: 0o644 }),
    file('/opt/x/y/z', 'made'),
    makeStep('link', { kind: 'symlink', path: '/etc/link', target: 'elsewhere' }),
    makeStep('link2', { kind: 'symlink', path: '/etc/link2', target: 'elsewhere' }),
    makeStep('gone', { kind: 'remove', path: '/etc/none', sha256: '' }),
  ]);
  assert.notDeepEqual(tree(), before);
  assert.deepEqual(undo(), [
    'restore /etc/a',
    'restore /etc/mode',
    'remove /opt/x/y/z',
    'restore /etc/link',
    'remove /etc/link2',
    'remove /opt/x/y',
    'remove /opt/x',
    'remove /opt',
  ]);
  assert.deepEqual(tree(), before);
  assert.deepEqual(undo(), []);
});

test('what was changed since is left; a folder with something in it too', async () => {
  await run.apply([file('/opt/one', 'one'), file('/opt/two', 'two')]);
  run.host.writeFile('/opt/one', 'mine', { mode: 0o644, uid: 0, gid: 0 });
  assert.deepEqual(undo(), ['leave /opt/one: changed since', 'remove /opt/two', 'leave /opt: not empty: one']);
});

test('what somebody wrote between two runs is what comes back', async () => {
  open({ '/etc/a': 'first' });
  await run.apply([file('/etc/a', 'ours')]);
  run.host.writeFile('/etc/a', 'second', { mode: 0o600, uid: 0, gid: 0 });
  await run.apply([file('/etc/a', 'ours again')]);
  undo();
  assert.equal(run.host.readText('/etc/a'), 'second');
});

test('two of our own changes go back to what was there before the first', async () => {
  open({ '/etc/a': 'first' });
  await run.apply([file('/etc/a', 'one')]);
  await run.apply([file('/etc/a', 'two')]);
  undo();
  assert.equal(run.host.readText('/etc/a'), 'first');
});

test('of two modules in one file, one alone is taken out', async () => {
  open({ '/etc/a': 'theirs\n' });
  await run.apply([file('/etc/a', 'b\n', { append: true }, 'b'), file('/etc/a', 'c\n', { append: true }, 'c')]);
  assert.deepEqual(undo({ users: false, modules: ['b'] }), ['takeOut /etc/a']);
  assert.equal(run.host.readText('/etc/a'), 'theirs\nc\n');
});

test('a file of one module that another has written whole is left', async () => {
  open({ '/etc': { kind: 'directory' } });
  await run.apply([file('/etc/a', 'b\n', {}, 'b')]);
  await run.apply([file('/etc/a', 'c\n', {}, 'c')]);
  assert.deepEqual(undo({ users: false, modules: ['b'] }), ['leave /etc/a: holds what c made as well']);
});

test('a write that was noted and not made is no change of others', async () => {
  open({ '/etc/a': 'first' });
  const { host } = run;
  const real = host.writeFile;
  let isCut = true;
  host.writeFile = (path, content, attributes) => {
    if (isCut) throw new Error('cut off');
    real(path, content, attributes);
  };
  await assert.rejects(run.apply([file('/etc/a', 'ours')]), /cut off/);
  isCut = false;
  assert.deepEqual(undo(), []);
  await run.apply([file('/etc/a', 'ours')]);
  undo();
  assert.equal(host.readText('/etc/a'), 'first');
});

test('through a link of a user nothing is written', async () => {
  open({ '/home/u/.config': { kind: 'directory' } });
  await run.apply([file('/home/u/.config/a', 'a')]);
  run.host.rename('/home/u/.config', '/home/u/moved');
  run.files.set('/home/u/.config', {
    kind: 'symlink',
    target: 'moved',
    content: new Uint8Array(),
    mode: 0o777,
    uid: 1000,
    gid: 1000,
  });
  run.files.set('/home/u/.config/a', { kind: 'file', content: Buffer.from('a'), mode: 0o644, uid: 0, gid: 0 });
  assert.deepEqual(undo(), ['leave /home/u/.config/a: reached by a symbolic link of a user']);
});

test('tools that were told of a change are told of its end, and of nothing else', async () => {
  open({ '/etc': { kind: 'directory' } });
  await run.apply([
    file('/etc/a', 'a'),
    file('/etc/b', 'b'),
    makeStep('tell-a', { kind: 'notify', argv: ['read-a'], onChangeOf: ['test/etc/a'] }),
    makeStep('tell-b', { kind: 'notify', argv: ['read-b'], onChangeOf: ['test/etc/b'] }),
  ]);
  run.host.writeFile('/etc/b', 'mine', { mode: 0o644, uid: 0, gid: 0 });
  run.effects.length = 0;
  assert.deepEqual(undo(), ['remove /etc/a', 'leave /etc/b: changed since', 'refresh read-a']);
  assert.deepEqual(
    run.effects.map(({ what }) => what).filter((what) => what.startsWith('run')),
    ['run /usr/sbin/read-a'],
  );
});

test('units are disabled before their files go; commands and packages are told', async () => {
  let enabled = false;
  open(
    { '/run/systemd/system': { kind: 'directory' } },
    {
      run: (words) => {
        if (words.includes(' enable ')) enabled = true;
        if (!words.includes('is-enabled')) return undefined;
        return enabled ? { status: 0, stdout: 'enabled\n' } : { status: 1, stdout: 'disabled\n' };
      },
    },
  );
  await run.apply([
    file('/etc/systemd/system/a.service', '[Install]'),
    makeStep('enable', { kind: 'unit', unit: 'a.service', verb: 'enable' }),
    makeStep('runcmd/0', { kind: 'exec', label: 'x', command: { shell: 'echo S3cret' } }, { summary: 'echo' }),
  ]);
  assert.deepEqual(undo(), [
    'disable a.service',
    'remove /etc/systemd/system/a.service',
    'remove /etc/systemd/system',
    'remove /etc/systemd',
    'remove /etc',
    'stay runcmd/0 (echo): what a command did is not known',
  ]);
  assert.ok(!readFileSync(join(run.folder, 'changes.ndjson'), 'utf8').includes('S3cret'));
});

test('users go with --users alone, and those that were there never', async () => {
  const passwd = (names: readonly string[]): string =>
    names.map((name) => `${name}:x:1:1::/home/${name}:/bin/sh\n`).join('');
  open({ '/etc/passwd': passwd(['old']), '/etc/group': '' });
  await run.apply([
    makeStep('users/old', { kind: 'user', name: 'old', groups: ['sudo'] }),
    makeStep('users/ops', { kind: 'user', name: 'ops' }),
  ]);
  run.host.writeFile('/etc/passwd', passwd(['old', 'ops']), { mode: 0o644, uid: 0, gid: 0 });
  const stays = 'stay user old keeps the groups that were added';
  assert.deepEqual(plan().map(show), ['leave user ops: removed only with --users', stays]);
  assert.deepEqual(undo({ users: true }), ['removeUser user ops', stays]);
  assert.ok(run.effects.some(({ what }) => what === 'run userdel ops'));
});

test('of a content that is ours nothing but a digest is kept, of theirs all, and only once', async () => {
  open({ '/etc/a': 'their words' });
  await run.apply([makeFileStep('x', { path: '/etc/a' }), file('/etc/new', 'S3cret', { mode: 0o600 })]);
  await run.apply([file('/etc/a', 'again'), file('/etc/new', 'S3cret2', { mode: 0o600 })]);
  const text = readFileSync(join(run.folder, 'changes.ndjson'), 'utf8');
  for (const secret of ['S3cret', 'S3cret2'])
    for (const encoding of ['utf8', 'base64', 'hex'] as const)
      assert.ok(!text.includes(Buffer.from(secret).toString(encoding)), encoding);
  assert.equal(text.split(Buffer.from('their words').toString('base64')).length, 2);
});

test('what is noted is read back line by line, torn or not', () => {
  const { host } = createMemoryHost();
  assert.deepEqual(readChanges(host.readText('/none') ?? ''), []);
  assert.deepEqual(readChanges('00000000 {}\n\nrubbish'), []);
});
