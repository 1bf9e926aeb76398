import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { listProblems, listScripts, makeMime, read, readDocument } from '../testing/sources.ts';

const blob = (text: string, source: string) => ({ bytes: Buffer.from(text), source });
const vendor = (text: string, key: 'vendor_data' | 'vendor_data2' = 'vendor_data') => {
  return { key, blobs: [blob(text, `${key}.json (cloud-init)`)] };
};

test('user_data wins over vendor data, that over the documents of the image; maps are joined', async () => {
  const found = await read('#cloud-config\nlocale: user\ngroups: {a: [u]}\n', {
    vendorData: [
      vendor('#cloud-config\nlocale: v\ngroups: {a: [v], b: [v]}\nruncmd: [v]\n'),
      vendor('#cloud-config\nruncmd: [v2]\n', 'vendor_data2'),
    ],
    localDocuments: [
      blob('write_files: [{path: /one}]\nruncmd: [l]\n', '/d/10.yaml'),
      blob('write_files: [{path: /two}]\n', '/d/20.yaml'),
    ],
  });
  assert.deepEqual(readDocument(found), {
    locale: 'user',
    groups: { a: ['u'], b: ['v'] },
    runcmd: ['v2'],
    write_files: [{ path: '/two' }],
  });
  assert.match(
    listProblems(found).join('\n'),
    /note vendor_data\.json \(cloud-init\):4:1 runcmd: not used: vendor_data2\.json \(cloud-init\):2:1 says the same key/,
  );
});

test('an error in a layer names that layer', async () => {
  const found = await read('#cloud-config\nlocale: C\n', {
    localDocuments: [blob('write_files:\n- path: relative\n', '/d/10.yaml')],
  });
  assert.deepEqual(listProblems(found), [
    'error /d/10.yaml:2:3 write_files[0].path: expected an absolute path, found a string (value)',
  ]);
});

const switches: readonly (readonly [setting: string, isApplied: boolean])[] = [
  ['vendor_data: {enabled: true}', true],
  ['vendor_data: {enabled: "yes"}', true],
  ['vendor_data: {prefix: x}', true],
  ['vendor_data:', true],
  ['vendor_data: {enabled: false}', false],
  ['vendor_data: {enabled: "off"}', false],
  ['vendor_data: none', false],
  ['vendor_data2: {enabled: false}', true],
];

for (const [setting, isApplied] of switches) {
  test(`${setting}: vendor data is ${isApplied ? '' : 'not '}applied`, async () => {
    const vendorData = [vendor('#!/bin/sh\necho v\n')];
    const found = await read(`#cloud-config\n${setting}\n`, { vendorData });
    assert.equal(found.scripts?.length ?? 0, isApplied ? 1 : 0);
    const notes = listProblems(found).filter((line) => line.includes('not applied: vendor_data.enabled'));
    assert.equal(notes.length, isApplied ? 0 : 1);
  });
}

test('scripts of vendor data get the prefix, those of user_data do not', async () => {
  const message = makeMime([
    { type: 'text/cloud-config', body: 'vendor_data: {prefix: [/bin/wrap, 30]}' },
    { name: 'u.sh', body: '#!/bin/sh\n' },
  ]);
  const { scripts = [] } = await read(message, { vendorData: [vendor('#!/bin/sh\n')] });
  assert.deepEqual(
    scripts.map(({ name, isVendor, prefix }) => [name, isVendor, prefix]),
    [
      ['vendor_data', true, ['/bin/wrap', '30']],
      ['u.sh', undefined, undefined],
    ],
  );
});

test('without user_data the vendor data stands alone', async () => {
  const { interpretSources } = await import('../interpret-sources.ts');
  const { modules } = await import('../testing/modules.ts');
  const found = await interpretSources({ vendorData: [vendor('#cloud-config\nruncmd: [v]\n')] }, modules);
  assert.deepEqual(readDocument(found), { runcmd: ['v'] });
});

test('templates are filled in, and problems of the result name the line of the template', async () => {
  const templateNames = async () => ({ names: ['a', 'b'] });
  const text =
    '## template: jinja\n#cloud-config\nwrite_files:\n{% for name in names %}\n- path: {{ name }}\n{% endfor %}\n';
  const found = await read(text, { templateNames });
  const expected = 'error u:5:3 write_files[N].path: expected an absolute path, found a string (value)';
  assert.deepEqual(listProblems(found), [expected.replace('N', '0'), expected.replace('N', '1')]);
  const script = await read('## template: jinja\n#!/bin/sh\necho {{ names[1] }}\n', { templateNames });
  assert.deepEqual(listScripts(script), [['user_data', 'script', '#!/bin/sh\necho b\n']]);
});

test('a name that is not defined in a condition of a template is noted with its line', async () => {
  const text = '## template: jinja\n#cloud-config\n{% if role == "db" %}\n# never\n{% endif %}\nruncmd: [a]\n';
  const found = await read(text, { templateNames: async () => ({ rule: 'db' }) });
  assert.deepEqual(listProblems(found), [
    'note u:3:7 -: "role" is not defined; did you mean "rule"? (here it counts as equal to no value) (missing)',
  ]);
});

test('a template without names is checked only', async () => {
  assert.match(
    listProblems(await read('## template: jinja\n#cloud-config\na: {{ b }}\n')).join(),
    /^note u -: a template: only its syntax was checked/,
  );
  assert.match(listProblems(await read('## template: jinja\n{{ b\n')).join(), /^error u:2:1 -: a tag is never closed/);
});

test('a template may not become an archive', async () => {
  const found = await read('## template: jinja\n#cloud-config-archive\n- a\n', { templateNames: async () => ({}) });
  assert.match(listProblems(found).join(), /error u -: a template may become a document/);
});

test('at most fifty problems for all parts together', async () => {
  const parts = Array.from({ length: 4 }, () => ({
    type: 'text/cloud-config',
    headers: 'Merge-Type: list(append)+dict(recurse_list)',
    body: `runcmd: [${'{a: 1},'.repeat(20)}]`,
  }));
  const { diagnostics } = await read(makeMime(parts));
  assert.equal(diagnostics.length, 51);
  assert.match(diagnostics.at(-1)?.message ?? '', /^30 more problems not shown/);
});

test('no bytes make it throw, whatever they say that they are', async () => {
  const heads = [
    'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n',
    'MIME-Version: 1.0\nContent-Type: text/cloud-config\nContent-Transfer-Encoding: quoted-printable\n\n',
    '#cloud-config-archive\n- type: text/cloud-config\n  merge_how: ',
    '#cloud-config-archive\n',
    '#cloud-config-jsonp\n[{"op":"add","path":"',
    '#cloud-config-jsonp\n',
    '#cloud-boothook\n',
    '## template: jinja\n#cloud-config\n{{ ',
    '## template: jinja\n{% ',
    '## template: jinja\n',
  ];
  const pieces = fc.constantFrom(
    '--b\n',
    '--b--',
    '\n',
    ': ',
    '"',
    '{{',
    '}}',
    '{%',
    '%}',
    '|',
    '(',
    ')',
    '[',
    ']',
    '- ',
    '=',
    'if',
    'for x in y',
    'x',
    '~1',
    '/',
    '\r\n',
    '#!',
    '#cloud-config\n',
    '\0',
    'é',
  );
  const body = fc.oneof(
    fc.array(pieces, { maxLength: 30 }).map((words) => words.join('')),
    fc.string({ unit: 'binary', maxLength: 80 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...heads), body, async (head, rest) => {
      const found = await read(`${head}${rest}`, { templateNames: async () => ({ y: [1, 'a', { x: null }] }) });
      assert.ok(found.usable || found.diagnostics.some(({ severity }) => severity === 'error'));
    }),
    { numRuns: 1500 },
  );
});

test('what is packed shows no value in its messages', async () => {
  const canary = 'S3cr3t-canary-77';
  const values = fc.constantFrom(canary, `[${canary}]`, `{a: ${canary}}`, `"${canary}`, '5', 'null', '[{name: ops}]');
  const keys = fc.constantFrom('runcmd', 'write_files', 'users', 'groups', 'locale', 'zz', 'merge_how', 'merge_type');
  const part = fc
    .array(fc.tuple(keys, values), { maxLength: 4 })
    .map((entries) => entries.map(([key, value]) => `${key}: ${value}`).join('\n'));
  const patch = fc
    .tuple(fc.constantFrom('add', 'remove', 'replace', 'test', canary), fc.constantFrom('/runcmd/0', '/zz', canary))
    .map(([op, path]) => JSON.stringify([{ op, path, value: canary }]));
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          part.map((text) => ({ type: 'text/cloud-config', body: text })),
          patch.map((text) => ({ type: 'text/cloud-config-jsonp', body: text })),
        ),
        { maxLength: 5 },
      ),
      async (parts) => {
        assert.ok(!JSON.stringify((await read(makeMime(parts))).diagnostics).includes(canary));
      },
    ),
    { numRuns: 400 },
  );
});
