import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interpret, listProblems } from './testing/modules.ts';

const cases: readonly (readonly [title: string, body: string, problems: readonly string[], config: unknown])[] = [
  ['nothing wrong', 'write_files:\n  - path: /a\n', [], { files: { write_files: [{ path: '/a' }] } }],
  [
    'a wrong type drops its entry',
    'write_files:\n  - path: /a\n    content: {x: 1}\n  - path: /b\n',
    ['u:4:5 error write_files[0].content: expected a string, found a map (type)'],
    { files: { write_files: [{ path: '/b' }] } },
  ],
  [
    'a custom message',
    'write_files: [{path: a}]\n',
    ['u:2:16 error write_files[0].path: expected an absolute path, found a string (value)'],
    { files: { write_files: [] } },
  ],
  [
    "a union's words where the branch that fits has none",
    'write_files: [{path: /a, permissions: "9"}, {path: /b, permissions: []}]\n',
    [
      'u:2:26 error write_files[0].permissions: expected an octal string such as "0644", found a string (value)',
      'u:2:56 error write_files[1].permissions: expected an octal string such as "0644", found a list (type)',
    ],
    { files: { write_files: [] } },
  ],
  [
    'choices and numbers in plain words',
    'write_files:\n- {path: /a, encoding: x}\n- {path: /a, encoding: 1}\n- {path: /a, tries: 1.5}\n- {path: /a, tries: 0}\n',
    [
      'u:3:14 error write_files[0].encoding: expected one of "b64", "gz", found a string (value)',
      'u:4:14 error write_files[1].encoding: expected one of "b64", "gz", found a number (type)',
      'u:5:14 error write_files[2].tries: expected a whole number, found a number (value)',
      'u:6:14 error write_files[3].tries: expected a number of at least 1, found a number (value)',
    ],
    { files: { write_files: [] } },
  ],
  [
    'every unknown key of an entry, which is used without them',
    'write_files:\n  - path: /a\n    contnet: x\n    Path: /b\n    zzz: 1\n',
    [
      'u:4:5 error write_files[0]: unknown key "contnet"; did you mean "content"? (unknown-key)',
      'u:5:5 error write_files[0]: unknown key "Path"; did you mean "path"? (unknown-key)',
      'u:6:5 error write_files[0]: unknown key "zzz" (unknown-key)',
    ],
    { files: { write_files: [{ path: '/a' }] } },
  ],
  [
    'a missing key',
    'write_files:\n  - content: x\n',
    ['u:3:5 error write_files[0]: the key "path" is missing (missing)'],
    { files: { write_files: [] } },
  ],
  [
    'a list where a map belongs',
    'write_files:\n  - [path, /a]\n',
    ['u:3:5 error write_files[0]: expected a map, found a list (type)'],
    { files: { write_files: [] } },
  ],
  [
    'a list in a list is one entry: half a command is not run',
    'runcmd: [ls, [rm, {x: 1}], {y: 1}, [a, 1], null]\n',
    [
      'u:2:19 error runcmd[1][1]: expected a string, found a map (type)',
      'u:2:28 error runcmd[2]: expected a string, a list or nothing, found a map (type)',
      'u:2:40 error runcmd[3][1]: expected a string, found a number (type)',
    ],
    { commands: { runcmd: ['ls', null] } },
  ],
  [
    'text that YAML took for a map',
    'runcmd:\n  - echo "Password": secret\n  - {a b: 1, c: 2}\n',
    [
      'u:3:5 error runcmd[0]: expected a string, a list or nothing, found a map; text that holds ": " must be quoted (type)',
      'u:4:5 error runcmd[1]: expected a string, a list or nothing, found a map (type)',
    ],
    { commands: { runcmd: [] } },
  ],
  [
    'the branch that was meant',
    'users:\n  - ops\n  - name: x\n    age: old\n  - naem: x\n  - 5\n',
    [
      'u:5:5 error users[1].age: expected a number, found a string (type)',
      'u:6:5 error users[2]: the key "name" is missing (missing)',
      'u:6:5 error users[2]: unknown key "naem"; did you mean "name"? (unknown-key)',
      'u:7:5 error users[3]: expected a string or a map, found a number (type)',
    ],
    { people: { users: ['ops'] } },
  ],
  [
    'the smallest list entry',
    'users:\n  - name: x\n    keys: [a, 1, b]\n',
    ['u:4:15 error users[0].keys[1]: expected a string, found a number (type)'],
    { people: { users: [{ name: 'x', keys: ['a', 'b'] }] } },
  ],
  [
    'a check that runs only when the rest is right',
    'users:\n  - name: nobody\n    agee: 1\n',
    [
      'u:3:5 error users[0]: expected another user than nobody, found a map (value)',
      'u:4:5 error users[0]: unknown key "agee"; did you mean "age"? (unknown-key)',
    ],
    { people: { users: [] } },
  ],
  [
    'an entry of a map with free keys',
    'groups:\n  a: 5\n  b: [x]\n  C: [x]\n',
    [
      'u:3:3 error groups.a: expected a list, found a number (type)',
      'u:5:3 error groups.C: expected a group name as a key here, found a string (value)',
    ],
    { people: { groups: { b: ['x'] } } },
  ],
  [
    'outside lists the key goes, its neighbours stay',
    'groups: 5\nusers: [ops]\n',
    ['u:2:1 error groups: expected a string or a map, found a number (type)'],
    { people: { users: ['ops'] } },
  ],
  [
    'keys that nobody owns',
    'run_cmd: []\nwrite-files: []\napt: {}\nchef: {}\nmerge_how: x\nzzzzzz: 1\nruncmd:\n',
    [
      'u:2:1 error -: unknown key "run_cmd"; did you mean "runcmd"? (unknown-key)',
      'u:3:1 error -: unknown key "write-files"; did you mean "write_files"? (unknown-key)',
      'u:4:1 error -: "apt" is not supported yet by this version; it is left undone (unsupported-key)',
      'u:5:1 error -: "chef" is not supported yet by this version; it is left undone (packages and write_files, then runcmd: chef-client) (unsupported-key)',
      'u:6:1 note -: "merge_how" says how documents combine; with one document it asks for nothing (unsupported-key)',
      'u:7:1 error -: unknown key "zzzzzz" (unknown-key)',
      'u:8:1 note runcmd: nothing stands under this key; it asks for nothing (missing)',
    ],
    {},
  ],
  [
    'keys of JavaScript, and keys that are no names',
    'constructor: 1\n"a\\e[2Jb": 1\ngroups:\n  __proto__: [x]\n  constructor: [x]\nwrite_files:\n  - path: /a\n    toString: x\n',
    [
      'u:2:1 error -: unknown key "constructor" (unknown-key)',
      'u:3:1 error -: unknown key (not a name) (unknown-key)',
      'u:5:3 error groups: unknown key "__proto__" (unknown-key)',
      'u:6:3 error groups: unknown key "constructor" (unknown-key)',
      'u:9:5 error write_files[0]: unknown key "toString" (unknown-key)',
    ],
    { people: { groups: {} }, files: { write_files: [{ path: '/a' }] } },
  ],
  [
    'a key given twice',
    'runcmd: [a]\nruncmd: [b]\n',
    ['u:3:1 warning -: the key "runcmd" is given twice; the last one counts (duplicate-key)'],
    { commands: { runcmd: ['b'] } },
  ],
];

for (const [title, body, problems, config] of cases) {
  test(`config: ${title}`, () => {
    assert.deepEqual(listProblems(body), problems);
    const { document, usable } = interpret(body);
    const found = Object.fromEntries([...(document?.sections ?? [])].map(([name, section]) => [name, section.config]));
    assert.ok(usable);
    assert.deepEqual(found, { ...(config as object), always: { locale: 'C' } });
  });
}

test('places and indexes lead back to the file after entries were dropped', () => {
  const section = interpret(
    'write_files:\n  - path: a\n  - path: /b\n  - content: x\n  - path: /c\n    content: x\n',
  ).document?.sections.get('files');
  assert.ok(section !== undefined);
  assert.deepEqual(
    [0, 1].map((index) => section.originalIndex('write_files', index)),
    [1, 3],
  );
  assert.equal(section.place(['write_files', 0]), 'u:4:5');
  assert.equal(section.place(['write_files', 1, 'content']), 'u:7:5');
  assert.equal(section.place(['write_files', 1, 'owner']), 'u:6:5');
  assert.deepEqual(
    section.locateDiagnostic({ severity: 'warning', code: 'conflict', message: 'm' }, ['write_files', 1, 'path']),
    {
      severity: 'warning',
      code: 'conflict',
      message: 'm',
      source: 'u',
      line: 6,
      column: 5,
      path: 'write_files[3].path',
    },
  );
});

test('entries dropped in nested lists keep their numbers too', () => {
  const section = interpret('users:\n  - 5\n  - name: x\n    keys: [1, a, 2, b]\n').document?.sections.get('people');
  assert.equal(section?.place(['users', 0, 'keys', 1]), 'u:5:21');
});

test('the document is handed on as it was written', () => {
  const { document } = interpret('write_files:\n  - path: a\napt: {x: 1}\n');
  assert.equal(JSON.stringify(document?.raw), '{"write_files":[{"path":"a"}],"apt":{"x":1}}');
});

test('at most 50 problems are shown, errors first, with how many more there are', () => {
  const body = `${'  - 5\n'.repeat(70)}`;
  const { diagnostics } = interpret(`runcmd:\n${'  - a\nruncmd:\n'.repeat(3)}  - a\nwrite_files:\n${body}`);
  assert.equal(diagnostics.length, 51);
  assert.ok(diagnostics.every(({ severity }) => severity === 'error'));
  assert.equal(diagnostics[49]?.path, 'write_files[49]');
  assert.equal(diagnostics[50]?.message, '23 more problems not shown');
  assert.equal(diagnostics[50]?.code, 'more');
});

test('a document of faults is given up instead of filling the memory', () => {
  const { document, diagnostics, usable } = interpret(`hostname: x\nruncmd:\n${'- 5\n'.repeat(19_000)}users: [ops]\n`);
  assert.ok(usable);
  assert.deepEqual(
    diagnostics.map(({ code, line, path }) => ({ code, line, path })),
    [
      { code: 'unsupported-key', line: 2, path: undefined },
      { code: 'limit', line: 3, path: 'runcmd' },
    ],
  );
  assert.deepEqual(document?.sections.get('commands')?.config, {});
  assert.deepEqual(document?.sections.get('people')?.config, { users: ['ops'] });
});
