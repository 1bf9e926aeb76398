import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PasswordAction } from '../../core/action.ts';
import { Secret } from '../../core/secret.ts';
import { type Given, planAccounts } from '../users/testing/plan-accounts.ts';

const hash = '$6$abc$0123456789';

/** Actions with their secret in the open. */
type Open = Omit<PasswordAction, 'kind' | 'password'> & { text?: string };

const cases: [title: string, given: Given, passwords: Open[], problems: RegExp[]][] = [
  [
    'password is the default user’s, and expires',
    { document: 'password: sesame\n' },
    [{ user: 'debian', text: 'sesame', expire: true }],
    [],
  ],
  [
    'chpasswd.expire false',
    { document: 'password: sesame\nchpasswd: {expire: false}\n' },
    [{ user: 'debian', text: 'sesame' }],
    [],
  ],
  ['a hash never expires', { document: `password: ${hash}\n` }, [{ user: 'debian', text: hash, hashed: true }], []],
  ['password: RANDOM', { document: 'password: RANDOM\n' }, [{ user: 'debian', random: true, expire: true }], []],
  [
    'without default the first user receives it',
    { document: 'users: [ops]\npassword: sesame\n' },
    [{ user: 'ops', text: 'sesame', expire: true }],
    [],
  ],
  [
    'nobody to receive it',
    { document: 'users: []\npassword: sesame\n' },
    [],
    [/warning users: there is no user to receive the keys and passwords that name none: `users` asks for nobody/],
  ],
  [
    'chpasswd.users of each type',
    {
      document: `users: [a, b, c, d]\nchpasswd:\n  users:\n  - {name: a, password: "${hash}"}\n  - {name: b, password: sesame, type: text}\n  - {name: c, type: RANDOM}\n  - {name: d, password: "${hash}", type: hash}\n`,
    },
    [
      { user: 'a', text: hash, hashed: true },
      { user: 'b', text: 'sesame', expire: true },
      { user: 'c', random: true, expire: true },
      { user: 'd', text: hash, hashed: true },
    ],
    [],
  ],
  [
    'text without its type',
    { document: 'chpasswd: {users: [{name: root, password: sesame}]}\n' },
    [{ user: 'root', text: 'sesame', hashed: true }],
    [/warning chpasswd\.users\[0\]: not a crypt\(3\) hash/],
  ],
  [
    'a user twice: the last one counts',
    {
      document:
        'chpasswd: {users: [{name: root, password: canary-one, type: text}, {name: root, password: canary-two, type: text}]}\n',
    },
    [{ user: 'root', text: 'canary-two', expire: true }],
    [/warning chpasswd\.users\[1\]: the password of this user is given before; the last one counts \(duplicate-key\)/],
  ],
  [
    'a user in both forms: that of the list counts',
    { document: 'chpasswd: {list: ["root:b", "root:c"], users: [{name: root, password: a, type: text}]}\n' },
    [{ user: 'root', text: 'c', expire: true }],
    [/warning chpasswd\.list\[0\]: .*the last one/, /warning chpasswd\.list\[1\]: .*the last one/, /deprecated/],
  ],
  ...(
    [
      ['password: 12345, type: text', /users\[0\]\.password: expected a password in quotes, found a number/],
      ['password: "", type: text', /users\[0\]\.password: expected a password that is not empty/],
      ['password: ""', /users\[0\]\.password: expected a password that is not empty/],
      ['type: text', /users\[0\]: the key "password" is missing/],
      ['password: x, type: plain', /users\[0\]\.type: expected "hash", "text" or "RANDOM", found a string/],
      ['type: RANDOM, passwd: x', /users\[0\]: unknown key "passwd"; did you mean "password"/],
    ] as const
  ).map(([fields, problem]): [string, Given, Open[], RegExp[]] => [
    `chpasswd.users with a fault: ${fields}`,
    { document: `chpasswd: {users: [{name: root, ${fields}}]}\n` },
    fields.includes('RANDOM') ? [{ user: 'root', random: true, expire: true }] : [],
    [problem],
  ]),
  [
    'chpasswd.list as text',
    {
      document: `users: [a, b, c]\nchpasswd:\n  expire: false\n  list: |\n    a:with:colons\n    b:${hash}\n    c:R\n`,
    },
    [
      { user: 'a', text: 'with:colons' },
      { user: 'b', text: hash, hashed: true },
      { user: 'c', random: true },
    ],
    [/note chpasswd\.list: .*\(deprecated\)/],
  ],
  [
    'chpasswd.list as a list, with a bad entry',
    { document: 'chpasswd:\n  list: ["root:x", nonsense, ":x", "root2"]\n' },
    [{ user: 'root', text: 'x', expire: true }],
    [
      /error chpasswd\.list\[1\]: expected a "user:password" line/,
      /error chpasswd\.list\[2\]: expected a "user:password" line/,
      /error chpasswd\.list\[3\]: expected a "user:password" line/,
      /note chpasswd\.list/,
    ],
  ],
  ...['$1$a$b', '$2a$05$abc', '$2b$05$abc', '$2y$05$abc', '$5$a$b', '$6$a$b', '$y$j9T$a$b'].map(
    (text): [string, Given, Open[], RegExp[]] => [
      `${text.slice(0, 4)} in a list is a hash`,
      { document: `chpasswd: {list: ["root:${text}"]}\n` },
      [{ user: 'root', text, hashed: true }],
      [/deprecated/],
    ],
  ),
  [
    'a dollar alone is no hash',
    { document: 'chpasswd: {list: ["root:$6hello"]}\n' },
    [{ user: 'root', text: '$6hello', expire: true }],
    [/deprecated/],
  ],
  [
    'password and chpasswd for others: both hold',
    { document: 'password: one\nchpasswd: {users: [{name: root, password: two, type: text}]}\n' },
    [
      { user: 'root', text: 'two', expire: true },
      { user: 'debian', text: 'one', expire: true },
    ],
    [],
  ],
  [
    'admin_pass without the policy is not used',
    { document: 'users: [default]\n', instance: { adminPassword: new Secret('nova') } },
    [],
    [],
  ],
  [
    'admin_pass with the policy, not expired',
    { instance: { adminPassword: new Secret('nova') }, policy: { admin_pass: true } },
    [{ user: 'debian', text: 'nova' }],
    [],
  ],
  [
    'the document’s password wins over admin_pass',
    { document: 'password: sesame\n', instance: { adminPassword: new Secret('nova') }, policy: { admin_pass: true } },
    [{ user: 'debian', text: 'sesame', expire: true }],
    [],
  ],
  [
    'admin_pass with a line end',
    { instance: { adminPassword: new Secret('nova\nroot:x') }, policy: { admin_pass: true } },
    [],
    [/^metadata error: metadata admin_pass: expected a password of one line/],
  ],
  [
    'admin_pass with a line end is the metadata’s, though there is a document',
    {
      document: 'users: [default]\n',
      instance: { adminPassword: new Secret('nova\nroot:x') },
      policy: { admin_pass: true },
    },
    [],
    [/^metadata error: metadata admin_pass: expected a password of one line/],
  ],
  [
    'a user dropped for a fault has no password to set; the next one receives `password`',
    {
      document:
        'users: [{name: ops, gecos: "a:b"}, dev]\npassword: sesame\nchpasswd: {users: [{name: ops, password: x, type: text}]}\n',
    },
    [{ user: 'dev', text: 'sesame', expire: true }],
    [/error users\[0\]\.gecos/, /error chpasswd\.users\[0\]: no such user/],
  ],
  [
    'a default user that nobody makes has no password to set',
    { document: 'chpasswd: {users: [{name: debian, password: x, type: text}]}\n' },
    [],
    [/error chpasswd\.users\[0\]: no such user/],
  ],
  [
    'a user that is not there',
    { document: 'chpasswd: {users: [{name: nobody-knows, password: x, type: text}]}\n' },
    [],
    [/error chpasswd\.users\[0\]: no such user/],
  ],
  ['a blank password', { document: 'password: ""\n' }, [], [/error password: a blank password/]],
  [
    'a number',
    { document: 'password: 12345\n' },
    [],
    [/error password: expected a password in quotes, found a number/],
  ],
  ['a line end', { document: 'password: "a\\nroot:b"\n' }, [], [/error password: expected a password of one line/]],
  [
    'a NUL in a list entry',
    { document: 'chpasswd: {list: ["root:a\\0b"]}\n' },
    [],
    [/error chpasswd\.list\[0\]/, /deprecated/],
  ],
  [
    'a colon in a hash',
    { document: `chpasswd: {users: [{name: root, password: "${hash}:0:0"}]}\n` },
    [],
    [/error chpasswd\.users\[0\]: expected a crypt\(3\) hash/],
  ],
  [
    'a colon in a name',
    { document: 'chpasswd: {users: [{name: "root:x", password: y, type: text}]}\n' },
    [],
    [/error chpasswd\.users\[0\]\.name: expected a user name/],
  ],
];

for (const [title, given, passwords, problems] of cases) {
  test(`passwords: ${title}`, () => {
    const plan = planAccounts(given);
    const steps = plan.steps.filter(({ module }) => module === 'passwords');
    const open = steps.map(({ action }): Open => {
      assert.ok(action.kind === 'password');
      const { kind: _, password, ...rest } = action;
      return { ...rest, ...(password === undefined ? {} : { text: password.reveal() }) };
    });
    assert.deepEqual(open, passwords);
    assert.equal(plan.problems.length, problems.length, plan.problems.join('\n'));
    for (const [index, problem] of problems.entries()) assert.match(plan.problems[index] ?? '', problem);
    const printed = JSON.stringify([plan.problems, plan.steps]);
    for (const { text } of passwords) {
      if (text !== undefined && text.length > 3) assert.ok(!printed.includes(text), 'a password is printed');
    }
  });
}
