import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PasswordAction, UserAction } from '../core/action.ts';
import { AgentError } from '../core/error.ts';
import { Secret } from '../core/secret.ts';
import { createMemoryHost, type MemoryFile } from '../host/memory.ts';
import { findUser, hasGroup } from './account-files.ts';
import type { ApplyContext } from './executor.ts';
import { group } from './group.ts';
import { password } from './password.ts';
import { service } from './service.ts';
import { user } from './user.ts';

const files: Record<string, MemoryFile> = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nops:x:1000:1000:Ops:/home/ops:/bin/bash\n',
  '/etc/group': 'root:x:0:\nsudo:x:27:root\nops:x:1000:\n',
  '/etc/shadow': 'root:*:20000:0:99999:7:::\nops:!:20000:0:99999:7:::\n',
  '/home/ops': { kind: 'directory', mode: 0o700, uid: 1000, gid: 1000 },
  '/var/lib/guest-init/instances/i-1': { kind: 'directory', mode: 0o700 },
};
const context: ApplyContext = {
  commandTimeoutMs: 1000,
  instanceDirectory: '/var/lib/guest-init/instances/i-1',
  environment: {},
  stepId: 'test',
};
const hash = '$6$abc$0123456789';

function shadow(field: string, lastChange = 20_000): Record<string, MemoryFile> {
  return { ...files, '/etc/shadow': `ops:${field}:${lastChange}:0:99999:7:::\n` };
}

// groups

test('group: a missing one is made, then its missing members join', () => {
  const memory = createMemoryHost({ files });
  const action = { kind: 'group', name: 'wheel', gid: 1500, system: true, members: ['ops', 'root'] } as const;
  assert.equal(group.inspect(action, memory.host).state, 'differs');
  group.apply(action, memory.host, context);
  assert.deepEqual(
    memory.commands.map(({ argv }) => argv.join(' ')),
    ['groupadd -g 1500 -r wheel', 'gpasswd -a ops wheel', 'gpasswd -a root wheel'],
  );
});

test('group: an existing one with its members is the same, and apply runs nothing', () => {
  const memory = createMemoryHost({ files });
  const action = { kind: 'group', name: 'sudo', members: ['root'] } as const;
  assert.deepEqual(group.inspect(action, memory.host), { state: 'same' });
  group.apply(action, memory.host, context);
  assert.deepEqual(memory.commands, []);
});

test('group: a failing groupadd is an error with its last words', () => {
  const { host } = createMemoryHost({
    files,
    run: () => ({ status: 9, stderr: "groupadd: group 'x' already exists\n" }),
  });
  assert.throws(
    () => group.apply({ kind: 'group', name: 'x' }, host, context),
    (error) => error instanceof AgentError && error.message === "groupadd exited 9: groupadd: group 'x' already exists",
  );
});

// users

const argvCases: [title: string, action: Omit<UserAction, 'kind'>, argv: string][] = [
  ['nothing but a name', { name: 'dev' }, 'useradd -m dev'],
  [
    'every field',
    {
      name: 'dev',
      uid: 1500,
      gecos: 'Dev Team',
      home: '/srv/dev',
      shell: '/bin/sh',
      primaryGroup: 'ops',
      groups: ['sudo', 'ops'],
      system: true,
      createHome: false,
      userGroup: false,
      logInit: false,
      expireDate: '2030-12-31',
      inactiveDays: 5,
      selinuxUser: 'staff_u',
    },
    'useradd -u 1500 -c Dev Team -d /srv/dev -s /bin/sh -g ops -G sudo,ops -e 2030-12-31 -f 5 -Z staff_u -r -M -l dev',
  ],
  ['without a group of its own', { name: 'dev', userGroup: false }, 'useradd -m -N dev'],
  ['a group of that name exists', { name: 'sudo' }, 'useradd -g sudo -m sudo'],
];

for (const [title, action, argv] of argvCases) {
  test(`user: one useradd: ${title}`, () => {
    const memory = createMemoryHost({ files });
    const full: UserAction = { kind: 'user', ...action };
    assert.equal(user.inspect(full, memory.host).state, 'differs');
    user.apply(full, memory.host, context);
    assert.deepEqual(
      memory.commands.map((command) => command.argv.join(' ')),
      [argv],
    );
  });
}

test('user: an existing one only gains the groups that it lacks', () => {
  const memory = createMemoryHost({ files });
  const action: UserAction = { kind: 'user', name: 'ops', shell: '/bin/zsh', groups: ['ops', 'sudo'] };
  assert.deepEqual(user.inspect(action, memory.host), {
    state: 'differs',
    changes: [{ op: '+', what: 'ops in group sudo' }],
  });
  user.apply(action, memory.host, context);
  assert.deepEqual(
    memory.commands.map(({ argv }) => argv.join(' ')),
    ['usermod -a -G sudo ops'],
  );
});

test('user: an existing one in all its groups is the same', () => {
  const { host } = createMemoryHost({ files });
  assert.deepEqual(user.inspect({ kind: 'user', name: 'ops', groups: ['ops'] }, host), { state: 'same' });
});

test('user: what an interrupted useradd left without a home gets one with the skeleton', () => {
  const { '/home/ops': _, ...rest } = files;
  const memory = createMemoryHost({
    files: {
      ...rest,
      '/home/other/x': '',
      '/etc/skel/.bashrc': 'skeleton',
      '/etc/skel/link': { target: '/etc/shadow' },
    },
  });
  const action: UserAction = { kind: 'user', name: 'ops', createHome: true };
  assert.deepEqual(user.inspect(action, memory.host), {
    state: 'differs',
    changes: [{ op: '+', what: 'home of ops' }],
  });
  user.apply(action, memory.host, context);
  assert.deepEqual(memory.host.stat('/home/ops'), { kind: 'directory', mode: 0o700, uid: 1000, gid: 1000, size: 0 });
  assert.equal(memory.host.readText('/home/ops/.bashrc'), 'skeleton');
  assert.equal(memory.host.stat('/home/ops/link'), undefined);
});

test('user: a home made afterwards has the mode that useradd would have given it', () => {
  const { '/home/ops': _, ...rest } = files;
  for (const [definitions, mode] of [
    ['# HOME_MODE 0700\nUMASK\t\t022\n', 0o755],
    ['UMASK 027\nHOME_MODE\t0711\n', 0o711],
    ['', 0o700],
  ] as const) {
    const { host } = createMemoryHost({ files: { ...rest, '/home/other/x': '', '/etc/login.defs': definitions } });
    user.apply({ kind: 'user', name: 'ops' }, host, context);
    assert.equal(host.stat('/home/ops')?.mode, mode, definitions);
  }
});

test('user: what a full disk left without its group gets one of that number', () => {
  const memory = createMemoryHost({ files: { ...files, '/etc/group': 'root:x:0:\n' } });
  const action: UserAction = { kind: 'user', name: 'ops' };
  assert.equal(user.inspect(action, memory.host).state, 'differs');
  user.apply(action, memory.host, context);
  assert.deepEqual(
    memory.commands.map(({ argv }) => argv.join(' ')),
    ['groupadd -g 1000 ops'],
  );
});

test('user: what a full disk left without its shadow entry gets a locked one, and the ranges that come after it', () => {
  const left = { ...files, '/etc/shadow': 'root:*:20000:0:99999:7:::\n' };
  const ranges = { '/etc/subuid': 'other:100000:65536\n', '/etc/subgid': 'ops:100000:65536\n' };
  const action: UserAction = { kind: 'user', name: 'ops' };
  for (const [more, argv] of [
    [{}, 'usermod -p ! ops'],
    [ranges, 'usermod -p ! --add-subuids 165536-231071 ops'],
    [
      { '/etc/subgid': '', '/etc/login.defs': 'SUB_GID_MIN 500000\nSUB_GID_COUNT 10\n' },
      'usermod -p ! --add-subgids 500000-500009 ops',
    ],
  ] as const) {
    const memory = createMemoryHost({ files: { ...left, ...more } });
    assert.deepEqual(user.inspect(action, memory.host), {
      state: 'differs',
      changes: [{ op: '+', what: 'shadow entry of ops, locked' }],
    });
    user.apply(action, memory.host, context);
    assert.deepEqual(
      memory.commands.map(({ argv }) => argv.join(' ')),
      [argv],
    );
  }
});

test('user: a password that is in passwd itself, or a guest without shadow, lacks no entry', () => {
  const { '/etc/shadow': _, ...without } = files;
  const passwd = (field: string) => ({ '/etc/passwd': `ops:${field}:1000:1000::/home/ops:/bin/sh\n` });
  const action: UserAction = { kind: 'user', name: 'ops' };
  for (const guest of [without, { ...files, ...passwd('*'), '/etc/shadow': '' }]) {
    assert.equal(user.inspect(action, createMemoryHost({ files: guest }).host).state, 'same');
  }
});

test('user: a home that is not wanted, or of an account of the system, is as it should be', () => {
  const { '/home/ops': _, ...rest } = files;
  const { host } = createMemoryHost({ files: { ...rest, '/home/other/x': '' } });
  assert.equal(user.inspect({ kind: 'user', name: 'ops', createHome: false }, host).state, 'same');
  const system = { ...rest, '/etc/passwd': 'ops:x:105:27::/nonexistent:/bin/false\n' };
  assert.equal(user.inspect({ kind: 'user', name: 'ops' }, createMemoryHost({ files: system }).host).state, 'same');
});

test('user: a guest without useradd is told what is missing', () => {
  const { host } = createMemoryHost({ files, which: (name) => (name === 'busybox' ? '/bin/busybox' : undefined) });
  assert.throws(
    () => user.apply({ kind: 'user', name: 'dev' }, host, context),
    (error) =>
      error instanceof AgentError &&
      /useradd is not installed; BusyBox/.test(error.message) &&
      /shadow/.test(error.hint ?? ''),
  );
});

// passwords

const inspections: [title: string, action: Omit<PasswordAction, 'kind' | 'user'>, field: string, state: string][] = [
  ['the hash that is there', { password: new Secret(hash), hashed: true }, hash, 'same'],
  ['another hash', { password: new Secret(hash), hashed: true }, '$6$abc$other', 'differs'],
  ['the hash, locked', { password: new Secret(hash), hashed: true, lock: true }, `!${hash}`, 'same'],
  ['the hash, to be locked', { password: new Secret(hash), hashed: true, lock: true }, hash, 'differs'],
  ['text cannot be compared', { password: new Secret('sesame') }, hash, 'unknown'],
  ['a password to make up', { random: true }, hash, 'unknown'],
  ['a lock that holds', { lock: true }, '!', 'same'],
  ['a lock that holds, star', { lock: true }, '*', 'same'],
  ['a lock to set', { lock: true }, hash, 'differs'],
  ['a lock to take off', { lock: false }, `!${hash}`, 'differs'],
  ['no hash behind the lock: nothing to take off', { lock: false }, '!', 'same'],
  ['unset only: there is one', { password: new Secret(hash), hashed: true, onlyIfUnset: true }, '$6$abc$own', 'same'],
  ['unset only: there is none', { password: new Secret(hash), hashed: true, onlyIfUnset: true }, '!', 'differs'],
  ['unset only: Fedora’s mark', { password: new Secret(hash), hashed: true, onlyIfUnset: true }, '!!', 'differs'],
];

for (const [title, action, field, state] of inspections) {
  test(`password inspect: ${title}`, () => {
    const memory = createMemoryHost({ files: shadow(field) });
    assert.equal(password.inspect({ kind: 'password', user: 'ops', ...action }, memory.host).state, state);
    assert.deepEqual(memory.commands, []);
  });
}

test('password inspect: shadow that cannot be read is unknown', () => {
  const { host } = createMemoryHost({ files });
  const closed = {
    ...host,
    readText: (path: string) => {
      if (path === '/etc/shadow') throw new AgentError(1, '/etc/shadow: cannot be read (EACCES)');
      return host.readText(path);
    },
  };
  assert.equal(password.inspect({ kind: 'password', user: 'ops', lock: true }, closed).state, 'unknown');
});

test('password inspect: no secret in what it shows', () => {
  const { host } = createMemoryHost({ files });
  const shown = JSON.stringify(
    password.inspect({ kind: 'password', user: 'ops', password: new Secret('canary-4711') }, host),
  );
  assert.ok(!shown.includes('canary'));
});

const applications: [
  title: string,
  action: Omit<PasswordAction, 'kind' | 'user'>,
  field: string,
  commands: [argv: string, input?: string][],
][] = [
  ['text, by standard input', { password: new Secret('se:same') }, '!', [['chpasswd', 'ops:se:same\n']]],
  ['a hash', { password: new Secret(hash), hashed: true }, '!', [['chpasswd -e', `ops:${hash}\n`]]],
  [
    'a hash that is never open',
    { password: new Secret(hash), hashed: true, lock: true },
    '!',
    [['chpasswd -e', `ops:!${hash}\n`]],
  ],
  [
    'text and expiry',
    { password: new Secret('sesame'), expire: true },
    '!',
    [['chpasswd', 'ops:sesame\n'], ['chage -d 0 ops']],
  ],
  ['a lock', { lock: true }, hash, [['usermod -L ops']]],
  ['an unlock', { lock: false }, `!${hash}`, [['usermod -U ops']]],
  ['a password of its own stays', { password: new Secret(hash), hashed: true, onlyIfUnset: true }, '$6$own$x', []],
  [
    'a password of its own stays, but locked',
    { password: new Secret(hash), hashed: true, onlyIfUnset: true, lock: true },
    '$6$own$x',
    [['usermod -L ops']],
  ],
];

for (const [title, action, field, commands] of applications) {
  test(`password apply: ${title}`, () => {
    const memory = createMemoryHost({ files: shadow(field) });
    password.apply({ kind: 'password', user: 'ops', ...action }, memory.host, context);
    assert.deepEqual(
      memory.commands.map(({ argv, input }) => (input === undefined ? [argv.join(' ')] : [argv.join(' '), input])),
      commands,
    );
  });
}

test('password apply: made up, kept root-only, never reported, different each time', () => {
  const made = [1, 2, 3].map(() => {
    const memory = createMemoryHost({ files });
    const applied = password.apply({ kind: 'password', user: 'ops', random: true }, memory.host, context);
    const path = '/var/lib/guest-init/instances/i-1/passwords/ops';
    const text = memory.host.readText(path)?.trim() ?? '';
    assert.match(text, /^[A-Za-z2-9]{26}$/);
    assert.equal(memory.host.stat(path)?.mode, 0o600);
    assert.equal(memory.host.stat('/var/lib/guest-init/instances/i-1/passwords')?.mode, 0o700);
    assert.deepEqual(memory.commands, [{ argv: ['chpasswd'], input: `ops:${text}\n` }]);
    assert.deepEqual(applied, { message: `made up, kept in ${path}`, made: [{ path }] });
    return text;
  });
  assert.equal(new Set(made).size, 3);
});

test('password apply: a chpasswd that PAM stops below another root, or without configuration, hashes by itself', () => {
  const memory = createMemoryHost({
    live: false,
    files: { ...files, '/etc/login.defs': 'UID_MIN 1000\nENCRYPT_METHOD YESCRYPT\n' },
    run: (argv) =>
      argv.length === 1 ? { status: 1, stderr: 'chpasswd: (user ops) pam_chauthtok() failed\n' } : undefined,
  });
  password.apply({ kind: 'password', user: 'ops', password: new Secret('sesame') }, memory.host, context);
  assert.deepEqual(
    memory.commands.map(({ argv }) => argv.join(' ')),
    ['chpasswd', 'chpasswd -c YESCRYPT'],
  );
});

test('password apply: a refusal on a live guest is an error without the password', () => {
  const { host } = createMemoryHost({
    files: { ...files, '/etc/pam.d/chpasswd': '@include common-password\n' },
    run: () => ({ status: 1, stderr: 'BAD PASSWORD\nchpasswd: line "ops:canary-4711" is bad\n' }),
  });
  assert.throws(
    () => password.apply({ kind: 'password', user: 'ops', password: new Secret('canary-4711') }, host, context),
    (error) =>
      error instanceof AgentError &&
      /chpasswd exited 1: BAD PASSWORD chpasswd/.test(error.message) &&
      !error.message.includes('canary'),
  );
});

test('password apply: a user who is not there is an error', () => {
  const { host } = createMemoryHost({ files });
  assert.throws(
    () => password.apply({ kind: 'password', user: 'dev', lock: true }, host, context),
    /user dev does not exist/,
  );
});

// services

const reload = { kind: 'service', units: ['ssh.service', 'sshd.service'], verb: 'reload', onChangeOf: ['x'] } as const;
const systemd: Record<string, MemoryFile> = { '/run/systemd/system': { kind: 'directory' } };

test('service: the first unit that exists, without waiting', () => {
  const memory = createMemoryHost({ files: { ...systemd, '/usr/lib/systemd/system/sshd.service': '' } });
  assert.equal(service.inspect(reload, memory.host).state, 'unknown');
  service.apply(reload, memory.host, context);
  service.apply({ ...reload, verb: 'restart' }, memory.host, context);
  assert.deepEqual(
    memory.commands.map(({ argv }) => argv.join(' ')),
    ['systemctl --no-block try-reload-or-restart sshd.service', 'systemctl --no-block try-restart sshd.service'],
  );
});

for (const [title, given] of [
  ['no such unit', { files: systemd }],
  ['no systemd', { files: { '/usr/lib/systemd/system/ssh.service': '' } }],
  ['below another root', { live: false, files: { ...systemd, '/usr/lib/systemd/system/ssh.service': '' } }],
] as const) {
  test(`service: nothing to do: ${title}`, () => {
    const memory = createMemoryHost(given);
    assert.deepEqual(service.inspect(reload, memory.host), { state: 'same' });
    service.apply(reload, memory.host, context);
    assert.deepEqual(memory.commands, []);
  });
}

test('service: a systemctl that fails is an error', () => {
  const { host } = createMemoryHost({
    files: { ...systemd, '/lib/systemd/system/ssh.service': '' },
    run: () => ({ status: 1, stderr: 'Failed to connect to bus\n' }),
  });
  assert.throws(
    () => service.apply(reload, host, context),
    /ssh\.service: systemctl exited 1: Failed to connect to bus/,
  );
});

// account files

test('account files: a name is found where a record has it, and nowhere else', () => {
  const passwd =
    'ops\nops:x\nxops:x:1:1::/:\nops:x:1000:1000:ops:/home/ops:/bin/sh\nops:x:7:7::/:\nlast:x:8:8::/:/bin/sh';
  const { host } = createMemoryHost({ files: { '/etc/passwd': passwd, '/etc/group': 'a:x:5:ops\nops-a:x:6:\n' } });
  assert.equal(findUser(host, 'ops')?.uid, 1000);
  assert.equal(findUser(host, 'last')?.uid, 8);
  for (const name of ['xop', 'op', 'x', '', 'home']) assert.equal(findUser(host, name), undefined, name);
  assert.deepEqual(
    ['a', 'ops', 'ops-a', 'x'].map((name) => hasGroup(host, name)),
    [true, false, true, false],
  );
});

// what a power cut takes from a home that useradd has made

const skeletonFiles: Record<string, MemoryFile> = {
  ...files,
  '/etc/skel/.profile': 'PATH=/bin\n',
  '/etc/skel/.bashrc': 'alias ls\n',
  '/etc/skel/.empty': '',
  '/home/ops/.profile': { kind: 'file', content: '', mode: 0o644, uid: 1000, gid: 1000 },
};

test('user: after a power cut the skeleton files that are missing or empty are written again', () => {
  const memory = createMemoryHost({ files: skeletonFiles });
  const action = { kind: 'user', name: 'ops' } as const;
  assert.equal(user.inspect(action, memory.host).state, 'same');
  const found = user.inspect(action, memory.host, { isResumed: true });
  assert.deepEqual(found, { state: 'differs', changes: [{ op: '+', what: 'files of the home of ops' }] });
  user.apply(action, memory.host, { ...context, isResumed: true });
  assert.equal(memory.host.readText('/home/ops/.profile'), 'PATH=/bin\n');
  assert.equal(memory.host.readText('/home/ops/.bashrc'), 'alias ls\n');
  assert.equal(memory.host.stat('/home/ops/.profile')?.uid, 1000);
  assert.equal(user.inspect(action, memory.host, { isResumed: true }).state, 'same');
});

test('user: one of the system whose making was cut off gets its group and its shadow entries', () => {
  const cutOff = (more: Record<string, string>) =>
    createMemoryHost({
      files: { ...files, '/etc/passwd': 'web:x:997:997::/home/web:/bin/sh\n', '/etc/shadow': '', ...more },
    });
  const action = { kind: 'user', name: 'web', system: true, createHome: false } as const;
  const mend = (more: Record<string, string>): string[] => {
    const memory = cutOff(more);
    assert.equal(user.inspect(action, memory.host).state, 'same');
    assert.equal(user.inspect(action, memory.host, { isResumed: true }).state, 'differs');
    user.apply(action, memory.host, { ...context, isResumed: true });
    return memory.commands.map(({ argv }) => argv.join(' '));
  };
  const entry = ['usermod -p ! web', 'chage -m -1 -M -1 -W -1 web'];
  assert.deepEqual(mend({ '/etc/group': '', '/etc/gshadow': 'web:!::\n' }), ['groupadd -g 997 web', ...entry]);
  assert.deepEqual(mend({ '/etc/group': 'web:x:997:\n', '/etc/gshadow': 'webs:!::\n' }), [
    'groupmod -p ! web',
    ...entry,
  ]);
  const whole = { '/etc/group': 'web:x:997:\n', '/etc/gshadow': 'web:!::\n', '/etc/shadow': 'web:!:20779::::::\n' };
  assert.equal(user.inspect(action, cutOff(whole).host, { isResumed: true }).state, 'same');
});

test("user: what somebody else has put there, or the user's own words, stay after a power cut", () => {
  const memory = createMemoryHost({
    files: {
      ...skeletonFiles,
      '/home/ops/.profile': { kind: 'file', content: '', mode: 0o644, uid: 0, gid: 0 },
      '/home/ops/.bashrc': { kind: 'file', content: 'mine\n', mode: 0o644, uid: 1000, gid: 1000 },
    },
  });
  assert.equal(user.inspect({ kind: 'user', name: 'ops' }, memory.host, { isResumed: true }).state, 'same');
});

test('user: after a power cut the ranges of subordinate ids that useradd gives last are given', () => {
  const memory = createMemoryHost({ files: { ...files, '/etc/subuid': '', '/etc/subgid': 'other:100000:65536\n' } });
  const action = { kind: 'user', name: 'ops' } as const;
  assert.equal(user.inspect(action, memory.host).state, 'same');
  assert.equal(user.inspect(action, memory.host, { isResumed: true }).state, 'differs');
  user.apply(action, memory.host, { ...context, isResumed: true });
  assert.deepEqual(
    memory.commands.map(({ argv }) => argv.join(' ')),
    ['usermod --add-subuids 100000-165535 --add-subgids 165536-231071 ops'],
  );
});
