import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import type { FileAction } from '../core/action.ts';
import { AgentError } from '../core/error.ts';
import { Secret } from '../core/secret.ts';
import { createMemoryHost, type MemoryFile } from '../host/memory.ts';
import type { ApplyContext, Inspection } from './executor.ts';
import { file } from './file.ts';

const accounts = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nops:x:1001:1002::/home/ops:/bin/sh\n',
  '/etc/group': 'root:x:0:\nadm:x:4:ops\nops:x:1002:\n',
};
const context: ApplyContext = {
  commandTimeoutMs: 1000,
  instanceDirectory: '/state',
  environment: {},
  stepId: 'write_files/0',
};
const action = (fields: Partial<FileAction>): FileAction => ({
  kind: 'file',
  path: '/srv/a',
  content: 'new\n',
  mode: 0o644,
  ...fields,
});
const hostWith = (files: Record<string, MemoryFile> = {}, more = {}) =>
  createMemoryHost({ files: { ...accounts, '/srv': { kind: 'directory' }, ...files }, ...more });
const textAt = (files: Map<string, { content: Uint8Array }>, path: string): string | undefined => {
  const node = files.get(path);
  return node === undefined ? undefined : Buffer.from(node.content).toString();
};
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const shown = (inspection: Inspection): string =>
  inspection.state === 'same'
    ? 'same'
    : `${inspection.state}\n${inspection.changes.map(({ op, what, diff }) => [`${op} ${what}`, ...(diff ?? [])].join('\n')).join('\n')}`;

describe('apply', () => {
  test('a new file with mode and owner', () => {
    const { host, files } = hostWith();
    const applied = file.apply(action({ mode: 0o640, owner: 'ops', group: 'adm' }), host, context);
    const { content, ...rest } = files.get('/srv/a') ?? { content: new Uint8Array() };
    assert.deepEqual(
      [Buffer.from(content).toString(), rest],
      ['new\n', { kind: 'file', mode: 0o640, uid: 1001, gid: 4 }],
    );
    assert.deepEqual(applied, { made: [{ path: '/srv/a', sha256: sha256('new\n') }] });
  });
  test('nothing said is root', () => {
    const { host, files } = hostWith();
    file.apply(action({}), host, context);
    assert.deepEqual([files.get('/srv/a')?.uid, files.get('/srv/a')?.gid], [0, 0]);
  });
  test('numbers are owners too', () => {
    const { host, files } = hostWith();
    file.apply(action({ owner: '4242', group: '77' }), host, context);
    assert.deepEqual([files.get('/srv/a')?.uid, files.get('/srv/a')?.gid], [4242, 77]);
  });
  test('missing folders belong to the owner, those that exist stay', () => {
    const { host, files } = hostWith();
    file.apply(action({ path: '/srv/x/y/a', owner: 'ops', group: 'ops' }), host, context);
    for (const folder of ['/srv/x', '/srv/x/y']) {
      const { kind, mode, uid, gid } = files.get(folder) ?? {};
      assert.deepEqual([kind, mode, uid, gid], ['directory', 0o755, 1001, 1002]);
    }
    assert.equal(files.get('/srv')?.uid, 0);
  });
  test('a secret is written in full', () => {
    const { host, files } = hostWith();
    file.apply(action({ content: new Secret('hunter2'), mode: 0o600 }), host, context);
    assert.equal(textAt(files, '/srv/a'), 'hunter2');
  });
  test('bytes are written as they are', () => {
    const { host, files } = hostWith();
    file.apply(action({ content: Uint8Array.from([0, 255, 10]) }), host, context);
    assert.deepEqual([...(files.get('/srv/a')?.content ?? [])], [0, 255, 10]);
  });
  test('a link is replaced, not followed', () => {
    const { host, files } = hostWith({ '/srv/a': { target: '/etc/passwd' } });
    file.apply(action({}), host, context);
    assert.equal(files.get('/srv/a')?.kind, 'file');
    assert.equal(textAt(files, '/etc/passwd'), accounts['/etc/passwd']);
  });

  const refusals: [name: string, fields: Partial<FileAction>, files: Record<string, MemoryFile>, message: RegExp][] = [
    [
      'an unknown owner',
      { owner: 'nobody-here' },
      {},
      /^\/srv\/a: its owner nobody-here does not exist on this guest$/,
    ],
    ['an unknown group', { group: 'none-here' }, {}, /^\/srv\/a: its group none-here does not exist/],
    ['an owner out of range', { owner: '4294967295' }, {}, /its owner 4294967295/],
    ['a folder at the path', {}, { '/srv/a': { kind: 'directory' } }, /^\/srv\/a: a folder is in the way$/],
    ['a device at the path', {}, { '/srv/a': { kind: 'other' } }, /a device or socket is in the way$/],
    [
      'a file where a folder is needed',
      { path: '/srv/f/x' },
      { '/srv/f': 'text' },
      /^\/srv\/f\/x: \/srv\/f is in the way/,
    ],
  ];
  for (const [name, fields, extra, message] of refusals) {
    test(`${name} fails and changes nothing`, () => {
      const { host, files } = hostWith(extra);
      const before = [...files.keys()];
      assert.throws(
        () => file.apply(action(fields), host, context),
        (error) => error instanceof AgentError && message.test(error.message),
      );
      assert.deepEqual([...files.keys()], before);
    });
  }
});

describe('append', () => {
  const append = action({ append: true, content: 'added\n' });
  test('adds to what is there', () => {
    const { host, files } = hostWith({ '/srv/a': 'old\n' });
    const applied = file.apply(append, host, context);
    assert.equal(textAt(files, '/srv/a'), 'old\nadded\n');
    assert.deepEqual(applied, { made: [{ path: '/srv/a', sha256: sha256('old\nadded\n') }] });
  });
  test('makes what is absent', () => {
    const { host, files } = hostWith();
    file.apply(append, host, context);
    assert.equal(textAt(files, '/srv/a'), 'added\n');
  });
  test('a restart before the write adds once', () => {
    const { host, files } = hostWith({ '/srv/a': 'old\n' });
    const token = file.token?.(append, host);
    assert.ok(token !== undefined);
    file.apply(append, host, { ...context, interrupted: { token, tries: 1 } });
    assert.equal(textAt(files, '/srv/a'), 'old\nadded\n');
  });
  test('a restart after the write does not add again, however often', () => {
    const { host, files } = hostWith({ '/srv/a': 'old\n' });
    const token = file.token?.(append, host);
    assert.ok(token !== undefined);
    file.apply(append, host, context);
    for (const tries of [1, 2]) {
      const applied = file.apply(append, host, { ...context, interrupted: { token, tries } });
      assert.match((applied as { message: string }).message, /before the restart/);
    }
    assert.equal(textAt(files, '/srv/a'), 'old\nadded\n');
  });
  test('only an append needs a mark', () => assert.equal(file.token?.(action({}), hostWith().host), undefined));
});

describe('check', () => {
  const sudoers = action({
    path: '/etc/sudoers.d/x',
    content: 'ops ALL=(ALL) /bin/su\n',
    mode: 0o440,
    check: 'sudoers',
  });
  const sshd = action({ path: '/etc/ssh/sshd_config.d/x.conf', content: 'Bad yes\n', check: 'sshd' });
  test('visudo reads the content on its input', () => {
    const { host, files, commands } = hostWith();
    file.apply(sudoers, host, context);
    assert.deepEqual(commands, [{ argv: ['/usr/sbin/visudo', '-cf', '-'], input: 'ops ALL=(ALL) /bin/su\n' }]);
    assert.equal(files.has('/etc/sudoers.d/x'), true);
  });
  test('visudo is not asked about the plain right to everything, and about all else', () => {
    const isAsked = (content: string): boolean => {
      const { host, commands } = hostWith();
      file.apply({ ...sudoers, content }, host, context);
      return commands.length > 0;
    };
    const plain = ['ALL=(ALL) NOPASSWD:ALL', 'ALL=(ALL:ALL) ALL', 'ALL = (ALL : ALL) NOPASSWD: ALL', 'ALL=ALL'];
    assert.equal(isAsked(`# Made by guest-init.\n${plain.map((rule) => `ops-1 ${rule}\n`).join('')}`), false);
    const others = [
      ...[
        'ops ALL=(ALL) ALL',
        'OPS ALL=(ALL) ALL\n',
        '%ops ALL=(ALL) ALL\n',
        'a.b ALL=(ALL) ALL\n',
        'ops ALL=(ALL) AL\n',
      ],
      ...[
        'ops ALL=(ALL) ALL, !/bin/su\n',
        'ops ALL=(ALL ALL\n',
        'ops ALL=(ALL) ALL\\\n',
        '#include /x\n',
        '#0 ALL=ALL\n',
      ],
      ...['', '\n', 'ops ALL=(ALL) ALL \n', 'ops\tALL=ALL\n', 'ops ALL=(ALL) ALL\r\n', 'x\nops ALL=(ALL) ALL\n'],
    ];
    assert.deepEqual(
      others.filter((content) => !isAsked(content)),
      [],
    );
  });
  test('what visudo refuses is not written', () => {
    const { host, files } = hostWith(
      {},
      { run: () => ({ status: 1, stderr: 'stdin:1:14: syntax error\nops ALL=(ALL NOPASSWD' }) },
    );
    assert.throws(() => file.apply(sudoers, host, context), {
      message: '/etc/sudoers.d/x: refused by visudo: stdin:1:14: syntax error',
    });
    assert.equal(files.has('/etc/sudoers.d/x'), false);
  });
  test('what sshd refuses is not written, and the trial file is gone', () => {
    let trial = '';
    const { host, files } = hostWith(
      {},
      {
        run: (argv: string[]) => {
          trial = argv[3] ?? '';
          return {
            status: 255,
            stderr: `${trial}: line 1: Bad configuration option: Bad\n${trial}: terminating, 1 bad configuration options\n`,
          };
        },
      },
    );
    assert.throws(() => file.apply(sshd, host, context), {
      message: '/etc/ssh/sshd_config.d/x.conf: refused by sshd: its: line 1: Bad configuration option: Bad',
    });
    assert.match(trial, /^\/etc\/ssh\/sshd_config\.d\/\.guest-init-/);
    assert.deepEqual(
      [...files.keys()].filter((path) => path.startsWith('/etc/ssh/sshd_config.d/')),
      [],
    );
  });
  test('an sshd without host keys is no reason to refuse', () => {
    const { host, files } = hostWith(
      {},
      { run: () => ({ status: 1, stderr: 'sshd: no hostkeys available -- exiting.\n' }) },
    );
    file.apply(sshd, host, context);
    assert.equal(files.has('/etc/ssh/sshd_config.d/x.conf'), true);
  });
  test('without the program the file is written', () => {
    const { host, files, commands } = hostWith({}, { which: () => undefined });
    file.apply(sudoers, host, context);
    file.apply(sshd, host, context);
    assert.deepEqual(
      [files.has('/etc/sudoers.d/x'), files.has('/etc/ssh/sshd_config.d/x.conf'), commands],
      [true, true, []],
    );
  });
});

describe('inspect', () => {
  test('same', () => {
    const { host } = hostWith({ '/srv/a': 'new\n' });
    assert.equal(shown(file.inspect(action({}), host)), 'same');
  });
  test('absent', () => {
    assert.equal(shown(file.inspect(action({}), hostWith().host)), 'differs\n+ /srv/a  0644 root:root  4 bytes\n+new');
  });
  test('other content', () => {
    const { host } = hostWith({ '/srv/a': 'one\ntwo\nthree\nold\nfive\n' });
    const text = shown(file.inspect(action({ content: 'one\ntwo\nthree\nnew\nfive\n' }), host));
    assert.equal(text, 'differs\n~ /srv/a  0644 root:root  23 bytes -> 23 bytes\n two\n three\n-old\n+new\n five');
  });
  test('other mode and owner', () => {
    const { host } = hostWith({ '/srv/a': { content: 'new\n', mode: 0o600, uid: 5 } });
    assert.equal(
      shown(file.inspect(action({ owner: 'ops' }), host)),
      'differs\n~ /srv/a  mode 0600 -> 0644\n~ /srv/a  owner 5:0 -> ops:root',
    );
  });
  test('an owner that is still to be made', () => {
    const { host } = hostWith({ '/srv/a': 'new\n' });
    assert.equal(shown(file.inspect(action({ owner: 'later' }), host)), 'differs\n~ /srv/a  owner 0:0 -> later:root');
  });
  test('binary content is given by size', () => {
    const { host } = hostWith({ '/srv/a': 'text\n' });
    assert.equal(
      shown(file.inspect(action({ content: Uint8Array.from([0, 1]) }), host)),
      'differs\n~ /srv/a  0644 root:root  5 bytes -> 2 bytes',
    );
  });
  test('a link in the way', () => {
    const { host } = hostWith({ '/srv/a': { target: '/srv/b' }, '/srv/b': 'new\n' });
    assert.equal(shown(file.inspect(action({}), host)), 'differs\n~ /srv/a  a file in place of a symbolic link');
  });
  test('an append is always still to be done', () => {
    const { host } = hostWith({ '/srv/a': 'old\nnew\n' });
    assert.equal(
      shown(file.inspect(action({ append: true }), host)),
      'differs\n~ /srv/a  4 bytes added at its end\n+new',
    );
  });

  test('only text is shown: UTF-8 with or without a byte order mark, and no zero byte', () => {
    const lines = (content: Uint8Array): string => shown(file.inspect(action({ content }), hostWith().host));
    assert.match(lines(Buffer.from('\ufeffé\n')), / 6 bytes\n\+\ufeffé$/);
    for (const bytes of [[0x66, 0xff, 0x0a], [0xc3], [0x61, 0, 0x0a]])
      assert.match(lines(Uint8Array.from(bytes)), /^differs\n\+ \/srv\/a {2}0644 root:root {2}\d bytes?$/);
  });
  test('what not everybody may read is never shown, before or after', () => {
    const { host } = hostWith({ '/srv/a': { content: 'hunter2-old\n', mode: 0o600 } });
    for (const fields of [
      { content: new Secret('hunter2') },
      { content: 'hunter2', mode: 0o600 },
      { content: 'harmless' },
      { content: new Secret('hunter2'), append: true },
    ]) {
      assert.doesNotMatch(shown(file.inspect(action(fields), host)), /hunter2|harmless/);
    }
    assert.doesNotMatch(
      shown(file.inspect(action({ path: '/srv/none', content: 'hunter2', mode: 0o640 }), host)),
      /hunter2/,
    );
  });
  test('control characters do not reach the terminal', () => {
    const text = shown(file.inspect(action({ content: '\u001b[2J\u202ex\n' }), hostWith().host));
    assert.match(text, /^\+\?\[2J\?x$/m);
  });
  test('at most 60 lines', () => {
    const inspection = file.inspect(
      action({ content: Array.from({ length: 500 }, (_, index) => `${index}\n`).join('') }),
      hostWith().host,
    );
    assert.ok(inspection.state === 'differs');
    const diff = inspection.changes[0]?.diff ?? [];
    assert.deepEqual([diff.length, diff[0], diff.at(-1)], [60, '+0', ' … 441 more lines']);
  });
  test('what cannot be read is unknown', () => {
    const { host } = hostWith({ '/srv/a': 'x' });
    const blind = {
      ...host,
      readFile: () => {
        throw new AgentError(1, '/srv/a: cannot be read (EACCES)');
      },
    };
    assert.equal(shown(file.inspect(action({}), blind)), 'unknown\n~ /srv/a: cannot be read (EACCES)');
  });
  test('looking changes nothing', () => {
    const { host, files, commands } = hostWith({ '/srv/a': 'x' });
    const before = JSON.stringify([...files]);
    file.inspect(action({ check: 'sudoers' }), host);
    assert.deepEqual([JSON.stringify([...files]), commands], [before, []]);
  });
});
