// The file executors on a real file system below a folder of its own: owners, modes, links, a crash between write and record. Needs root.

import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { FileAction } from '../../src/core/action.ts';
import { AgentError } from '../../src/core/error.ts';
import { exec } from '../../src/executors/exec.ts';
import type { ApplyContext } from '../../src/executors/executor.ts';
import { file } from '../../src/executors/file.ts';
import { lines } from '../../src/executors/lines.ts';
import { symlink } from '../../src/executors/symlink.ts';
import { createRealHost } from '../../src/host/real.ts';

const skip = process.geteuid?.() === 0 ? false : 'needs root: files get owners';

describe('files below a root of their own', { skip }, () => {
  let root = '';
  before(() => {
    root = fs.mkdtempSync(join(tmpdir(), 'guest-init-files-'));
    for (const folder of ['etc', 'srv', 'usr/share/zoneinfo']) fs.mkdirSync(join(root, folder), { recursive: true });
    fs.writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\nops:x:4321:4322::/home/ops:/bin/sh\n');
    fs.writeFileSync(join(root, 'etc/group'), 'root:x:0:\nops:x:4322:\n');
    fs.writeFileSync(join(root, 'usr/share/zoneinfo/UTC'), 'TZif');
  });
  after(() => {
    fs.rmSync(root, { recursive: true, force: true });
  });

  const context: ApplyContext = {
    commandTimeoutMs: 10_000,
    instanceDirectory: '/state',
    environment: {},
    stepId: 's',
  };
  const action = (fields: Partial<FileAction>): FileAction => ({
    kind: 'file',
    path: '/srv/a',
    content: 'text\n',
    mode: 0o644,
    ...fields,
  });
  const look = (path: string): unknown[] => {
    const stat = fs.lstatSync(join(root, path));
    return [
      stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other',
      (stat.mode & 0o7777).toString(8),
      stat.uid,
      stat.gid,
    ];
  };

  test('owner, mode and folders', () => {
    const host = createRealHost({ root });
    const umask = process.umask(0o077);
    try {
      file.apply(action({ path: '/srv/x/y/a', mode: 0o4750, owner: 'ops', group: 'ops' }), host, context);
    } finally {
      process.umask(umask);
    }
    assert.deepEqual(look('srv/x/y/a'), ['file', '4750', 4321, 4322]);
    for (const folder of ['srv/x', 'srv/x/y']) assert.deepEqual(look(folder), ['folder', '755', 4321, 4322]);
    assert.equal(
      file.inspect(action({ path: '/srv/x/y/a', mode: 0o4750, owner: 'ops', group: 'ops' }), host).state,
      'same',
    );
  });

  test('an unknown owner leaves nothing behind', () => {
    const host = createRealHost({ root });
    assert.throws(
      () => file.apply(action({ path: '/srv/new/a', owner: 'absent' }), host, context),
      (error) => error instanceof AgentError && /its owner absent does not exist/.test(error.message),
    );
    assert.equal(fs.existsSync(join(root, 'srv/new')), false);
  });

  test('a link out of the root is replaced, its target untouched', () => {
    const outside = fs.mkdtempSync(join(tmpdir(), 'guest-init-outside-'));
    try {
      const target = join(outside, 'secret');
      fs.writeFileSync(target, 'untouched');
      fs.symlinkSync(target, join(root, 'srv/link'));
      file.apply(action({ path: '/srv/link' }), createRealHost({ root }), context);
      assert.deepEqual(
        [fs.readFileSync(target, 'utf8'), fs.readFileSync(join(root, 'srv/link'), 'utf8')],
        ['untouched', 'text\n'],
      );
      assert.deepEqual(look('srv/link'), ['file', '644', 0, 0]);
    } finally {
      fs.rmSync(outside, { recursive: true, force: true });
    }
  });

  test('append survives a crash after the write', () => {
    const host = createRealHost({ root });
    const append = action({ path: '/srv/log', append: true, content: 'mark\n' });
    fs.writeFileSync(join(root, 'srv/log'), 'old\n');
    const token = file.token?.(append, host);
    assert.ok(token !== undefined);
    file.apply(append, host, context);
    file.apply(append, createRealHost({ root }), { ...context, interrupted: { token, tries: 1 } });
    assert.equal(fs.readFileSync(join(root, 'srv/log'), 'utf8'), 'old\nmark\n');
  });

  test('no temporary name stays, also after a failure', () => {
    const host = createRealHost({ root });
    fs.mkdirSync(join(root, 'srv/folder'));
    assert.throws(() => file.apply(action({ path: '/srv/folder' }), host, context), /a folder is in the way/);
    file.apply(action({ path: '/srv/b' }), host, context);
    const names = fs.readdirSync(join(root, 'srv'));
    assert.deepEqual(
      names.filter((name) => name.startsWith('.')),
      [],
    );
  });

  test('lines keep the owner of the file', () => {
    const host = createRealHost({ root });
    fs.writeFileSync(join(root, 'etc/hosts'), '127.0.0.1 localhost\n127.0.1.1 old\n');
    fs.chownSync(join(root, 'etc/hosts'), 4321, 4322);
    fs.chmodSync(join(root, 'etc/hosts'), 0o664);
    const rules = [{ pattern: '^127\\.0\\.1\\.1(?:\\s|$)', line: '127.0.1.1 new', add: 'end' }] as const;
    lines.apply({ kind: 'lines', path: '/etc/hosts', mode: 0o644, rules }, host, context);
    assert.deepEqual(look('etc/hosts'), ['file', '664', 4321, 4322]);
    assert.equal(fs.readFileSync(join(root, 'etc/hosts'), 'utf8'), '127.0.0.1 localhost\n127.0.1.1 new\n');
  });

  test('a link to a zone, and none to a zone that is absent', () => {
    const host = createRealHost({ root });
    const link = {
      kind: 'symlink',
      path: '/etc/localtime',
      target: '/usr/share/zoneinfo/UTC',
      mustExist: true,
    } as const;
    symlink.apply(link, host, context);
    assert.equal(fs.readlinkSync(join(root, 'etc/localtime')), '/usr/share/zoneinfo/UTC');
    assert.throws(
      () => symlink.apply({ ...link, target: '/usr/share/zoneinfo/No' }, host, context),
      /zoneinfo\/No does not exist/,
    );
    assert.equal(fs.readlinkSync(join(root, 'etc/localtime')), '/usr/share/zoneinfo/UTC');
  });
});

describe('scripts of the user, run for real', { skip }, () => {
  let state = '';
  before(() => {
    state = fs.mkdtempSync(join(tmpdir(), 'guest-init-state-'));
  });
  after(() => {
    fs.rmSync(state, { recursive: true, force: true });
  });
  const context = (): ApplyContext => ({
    commandTimeoutMs: 10_000,
    instanceDirectory: join(state, 'i-1'),
    environment: { INSTANCE_ID: 'i-1' },
    stepId: 'script/user_data',
    interrupted: { tries: 1 },
  });

  test('by their own interpreter, with environment, exit code, output and log', async () => {
    const script = Buffer.from('#!/bin/sh -e\necho "$INSTANCE_ID $GUEST_INIT_RERUN $0"\nfalse\necho not reached\n');
    const applied = await exec.apply(
      { kind: 'exec', label: 'user_data', command: { script, name: 'user_data' } },
      createRealHost(),
      context(),
    );
    const path = join(state, 'i-1/scripts/script-user_data');
    const { made, ...rest } = applied ?? {};
    assert.deepEqual(rest, { exitCode: 1, tail: [`i-1 1 ${path}`], failed: 'exited 1' });
    assert.equal(made?.[0]?.path, path);
    assert.equal(fs.readFileSync(join(state, 'i-1/output/script-user_data.log'), 'utf8'), `i-1 1 ${path}\n`);
    for (const [name, mode] of [
      ['scripts', 0o700],
      ['output', 0o700],
      ['scripts/script-user_data', 0o700],
      ['output/script-user_data.log', 0o600],
    ] as const) {
      assert.equal(fs.statSync(join(state, 'i-1', name)).mode & 0o777, mode, name);
    }
  });

  test('a bare name and a shell line', async () => {
    for (const command of [{ argv: ['printf', '%s\\n', 'a b'] }, { shell: "printf '%s\\n' 'a b'" }]) {
      const applied = await exec.apply({ kind: 'exec', label: 'x', command }, createRealHost(), context());
      assert.deepEqual(applied, { exitCode: 0, tail: ['a b'] });
      assert.deepEqual(
        fs.readdirSync(join(state, 'i-1')).includes('commands') ? fs.readdirSync(join(state, 'i-1/commands')) : [],
        [],
      );
    }
    const absent = await exec.apply(
      { kind: 'exec', label: 'x', command: { argv: ['no-such-program'] } },
      createRealHost(),
      context(),
    );
    assert.equal(absent?.failed, 'exited 127');
  });
});
