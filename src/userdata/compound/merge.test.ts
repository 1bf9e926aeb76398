// Merging as cloud-init does it; what its own code makes of the same documents is compared in test/sandbox/user-data-oracle.test.ts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listProblems, makeMime, read, readDocument } from '../testing/sources.ts';

type Part = { readonly body: string; readonly headers?: string };

async function merge(...parts: readonly (string | Part)[]) {
  const found = await read(
    makeMime(
      parts.map((part) => ({ type: 'text/cloud-config', ...(typeof part === 'string' ? { body: part } : part) })),
    ),
  );
  return { found, document: readDocument(found), problems: listProblems(found) };
}

const append = 'list(append)+dict(no_replace,recurse_list)+str()';

test('by default a later part replaces whole keys, and a list that is lost is a warning with both places', async () => {
  const { document, problems } = await merge('runcmd: [a]\nlocale: C', 'runcmd: [b]\nusers: []');
  assert.deepEqual(document, { runcmd: ['b'], locale: 'C', users: [] });
  assert.deepEqual(problems, [
    'warning u part 1:1:1 runcmd: replaced by what stands at u part 2:1:1; to keep both: merge_how: "list(append)+dict(recurse_list)+str()" in the later part (conflict)',
  ]);
});

const kept: readonly (readonly [title: string, parts: readonly (string | Part)[], expected: unknown])[] = [
  ['append', ['runcmd: [a]', `runcmd: [b]\nmerge_how: "${append}"`], { runcmd: ['a', 'b'] }],
  ['prepend', ['runcmd: [a]', 'runcmd: [b]\nmerge_type: list(prepend)+dict(recurse_array)'], { runcmd: ['b', 'a'] }],
  [
    'as a list of maps',
    [
      'runcmd: [a]',
      'runcmd: [b]\nmerge_how:\n- {name: list, settings: [append]}\n- {name: dict, settings: [recurse_list]}',
    ],
    { runcmd: ['a', 'b'] },
  ],
  [
    'as a list of lists',
    ['runcmd: [a]', 'runcmd: [b]\nmerge_how: [[list, append], [dict, recurse_list]]'],
    { runcmd: ['a', 'b'] },
  ],
  ['by a header', ['runcmd: [a]', { headers: `Merge-Type: ${append}`, body: 'runcmd: [b]' }], { runcmd: ['a', 'b'] }],
  [
    'by the other header',
    ['runcmd: [a]', { headers: `X-Merge-Type: ${append}`, body: 'runcmd: [b]' }],
    { runcmd: ['a', 'b'] },
  ],
  [
    'the document before the header',
    ['runcmd: [a]', { headers: `Merge-Type: ${append}`, body: 'runcmd: [b]\nmerge_how: dict(replace)+list()' }],
    { runcmd: ['b'] },
  ],
  [
    'no_replace keeps what was there',
    ['locale: a', 'locale: b\nmerge_how: dict(no_replace)+list()+str()'],
    { locale: 'a' },
  ],
  ['recurse_str joins', ['locale: a', 'locale: b\nmerge_how: dict(recurse_str)+str(append)'], { locale: 'ab' }],
  [
    'allow_delete',
    ['locale: a\nrepeat: 1\n'.replace('repeat: 1\n', ''), 'locale: null\nmerge_how: dict(allow_delete)'],
    {},
  ],
  [
    'maps inside',
    ['groups: {a: [x]}', `groups: {a: [y], b: [z]}\nmerge_how: "${append}"`],
    { groups: { a: ['x', 'y'], b: ['z'] } },
  ],
  [
    'lists entry by entry',
    ['runcmd: [a, b]', 'runcmd: [c]\nmerge_how: dict(recurse_list)+list()'],
    { runcmd: ['c', 'b'] },
  ],
  [
    'a dash for an underscore, blanks, capitals',
    ['runcmd: [a]', 'runcmd: [b]\nmerge_how: " List(Append) + dict( recurse-list ) "'],
    { runcmd: ['a', 'b'] },
  ],
];

for (const [title, parts, expected] of kept) {
  test(`merges: ${title}`, async () => {
    const { document, problems } = await merge(...parts);
    assert.deepEqual(document, expected);
    assert.deepEqual(
      problems.filter((line) => line.startsWith('error')),
      [],
    );
  });
}

const faulty: readonly (readonly [title: string, how: string, problem: RegExp])[] = [
  ['no dict', 'list(append)', /^error u part 2:2:1 -: expected a strategy for maps too/],
  [
    'an unknown strategy',
    'set(append)+dict()',
    /^error u part 2:2:1 -: expected the strategies dict, list and str, found "set"/,
  ],
  ['no brackets', 'append', /^error u part 2:2:1 -: expected strategies such as/],
  ['a number', '5', /^error u part 2:2:1 -: expected strategies such as .*, found a number/],
  ['a map without settings', '[{name: list}]', /^error u part 2:2:13 -: expected a map with name and settings/],
];

for (const [title, how, problem] of faulty) {
  test(`refuses: ${title}`, async () => {
    const { document, problems } = await merge('runcmd: [a]', `runcmd: [b]\nmerge_how: ${how}`);
    assert.deepEqual(document, { runcmd: ['a'] });
    assert.match(problems.join('\n'), problem);
    assert.match(problems.join('\n'), /the part is left out/);
  });
}

test('an option that does not exist is a warning', async () => {
  const { problems } = await merge('runcmd: [a]', 'runcmd: [b]\nmerge_how: list(apend)+dict(recurse_list)');
  assert.match(problems.join('\n'), /warning u part 2:2:1 -: list\(\) has no option "apend"/);
});

test('entries that a merge cuts off, and types that do not fit, are told', async () => {
  const cut = await merge('runcmd: [a]', 'runcmd: [b, c]\nmerge_how: dict(recurse_list)+list()');
  assert.deepEqual(cut.document, { runcmd: ['b'] });
  assert.match(cut.problems.join('\n'), /warning u part 2:1:1 runcmd: list\(\) merges entry by entry/);
  const misfit = await merge('runcmd: [a]', 'runcmd: b\nmerge_how: dict(recurse_str)+list(append)');
  assert.deepEqual(misfit.document, { runcmd: ['a'] });
  assert.match(
    misfit.problems.join('\n'),
    /error u part 2:1:1 runcmd: cannot be merged with what stands at u part 1:1:1/,
  );
});

test('what is said of a merged value names its own part and line', async () => {
  const { found, problems } = await merge(
    'runcmd:\n- a\n- [x, {y: 1}]',
    `write_files:\n- path: relative\nruncmd:\n- b\n-  {c: 1}\nmerge_how: "${append}"`,
  );
  assert.deepEqual(problems, [
    'error u part 1:3:7 runcmd[1][1]: expected a string, found a map (type)',
    'error u part 2:2:3 write_files[0].path: expected an absolute path, found a string (value)',
    'error u part 2:5:4 runcmd[3]: expected a string, a list or nothing, found a map (type)',
  ]);
  assert.equal(found.document?.sections.get('commands')?.place(['runcmd', 1]), 'u part 2:4:3');
});

test('the order of parts decides, patches included', async () => {
  const patch = (value: string) => ({
    type: 'text/cloud-config-jsonp',
    body: `[{"op":"add","path":"/runcmd/0","value":"${value}"}]`,
  });
  const found = await read(
    makeMime([
      { type: 'text/cloud-config', body: 'runcmd: [b]' },
      patch('a'),
      { type: 'text/cloud-config', body: `runcmd: [c]\nmerge_how: "${append}"` },
    ]),
  );
  assert.deepEqual(readDocument(found), { runcmd: ['a', 'b', 'c'] });
});

test('a document alone keeps its note about merge_how; an archive entry may carry the header', async () => {
  assert.match(
    listProblems(await read(`#cloud-config\nmerge_how: "${append}"\n`)).join(),
    /with one document it asks for nothing/,
  );
  const found = await read(
    `#cloud-config-archive\n- "runcmd: [a]"\n- {content: "runcmd: [b]", Merge-Type: "${append}"}\n`,
  );
  assert.deepEqual(readDocument(found), { runcmd: ['a', 'b'] });
});
