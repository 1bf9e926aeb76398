// The same user_data to Debian's cloud-init and to us: merged documents, scripts and hooks are equal, or the difference is explained here.
// One Python process for all documents, in a chroot of its own namespaces; nothing of them is run.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { interpretSources } from '../../src/userdata/interpret-sources.ts';
import { repositoryRoot } from '../support/built-program.ts';
import { explainMissingRoots, prepareRoot } from '../support/roots.ts';

const missing = explainMissingRoots();
const names = {
  v1: { instance_id: 'i-7', local_hostname: 'web-1', region: null, public_ssh_keys: ['a', 'b'] },
  ds: { meta_data: { meta: { role: 'db', 'x-y': 1 }, tags: ['p', 'q'] } },
};

type Answer = {
  readonly config: unknown;
  readonly scripts: Readonly<Record<string, string>>;
  readonly boot: Readonly<Record<string, string>>;
  readonly instance: Readonly<Record<string, string>>;
  readonly once: Readonly<Record<string, string>>;
  readonly hooks: Readonly<Record<string, string>>;
};
type Given = { readonly failed?: string } & Partial<Answer>;

type Part = {
  readonly type?: string;
  readonly name?: string;
  readonly headers?: readonly string[];
  readonly body: string;
};

function mime(parts: readonly Part[], newline = '\n'): string {
  const entities = parts.map(({ type = 'text/cloud-config', name, headers = [], body }) => {
    const disposition = name === undefined ? [] : [`Content-Disposition: attachment; filename="${name}"`];
    return `--B\n${[`Content-Type: ${type}`, ...disposition, ...headers].join('\n')}\n\n${body}\n`;
  });
  return `Content-Type: multipart/mixed; boundary="B"\nMIME-Version: 1.0\n\n${entities.join('')}--B--\n`.replaceAll(
    '\n',
    newline,
  );
}

const merged = (how: string, first: string, second: string): string =>
  mime([{ body: first }, { body: `merge_how: ${how}\n${second}` }]);
const jinja = (body: string): string => `## template: jinja\n#cloud-config\n${body}`;
const patched = (...operations: readonly unknown[]): string =>
  mime([
    { body: 'runcmd: [a, b]\nusers: [{name: x}]' },
    { type: 'text/cloud-config-jsonp', body: JSON.stringify(operations) },
  ]);
const sh = '#!/bin/sh\necho hi';
const base64 = (content: string | Uint8Array): string => Buffer.from(content).toString('base64');

/** `differs`: what is ours, and why it is not cloud-init's. */
type Case = readonly [
  title: string,
  content: string | Uint8Array,
  differs?: { readonly ours: Partial<Answer>; readonly because: string },
];

const cases: readonly Case[] = [
  ['a document', '#cloud-config\nruncmd: [a]\n'],
  ['a document after blank lines', '\n\n#cloud-config\nruncmd: [a]\n'],
  ['another spelling', '#Cloud-Config\nruncmd: [a]\n'],
  ['gzip', gzipSync('#cloud-config\nruncmd: [a]\n')],
  ['gzip around MIME', gzipSync(mime([{ body: 'runcmd: [a]' }]))],
  [
    'gzip around gzip',
    gzipSync(gzipSync('#cloud-config\nruncmd: [a]\n')),
    { ours: { config: { runcmd: ['a'] } }, because: 'cloud-init unpacks one layer and applies nothing' },
  ],
  [
    'base64 of the whole',
    base64('#cloud-config\nruncmd: [a]\n'),
    { ours: { config: { runcmd: ['a'] } }, because: 'cloud-init does not decode it on a config drive' },
  ],
  ['a script alone', sh],
  ['a script with CRLF', sh.replaceAll('\n', '\r\n')],
  ['a hook alone', `#cloud-boothook\n${sh}`],
  ['two documents', mime([{ body: 'runcmd: [a]\nlocale: C' }, { body: 'runcmd: [b]\nusers: []' }])],
  ['CRLF', mime([{ body: 'runcmd: [a]' }, { type: 'text/x-shellscript', name: 's', body: sh }], '\r\n')],
  [
    'typed and untyped parts',
    mime([
      { type: 'text/plain', body: '#cloud-config\nruncmd: [a]' },
      { type: 'text/plain', name: 's.sh', body: sh },
    ]),
  ],
  [
    'octets',
    mime([{ type: 'application/octet-stream', name: 's.sh', body: sh }]),
    {
      ours: { scripts: { 's.sh': sh } },
      because: 'cloud-init leaves parts of this type unhandled; the first line says what it is',
    },
  ],
  ['a document called a script', mime([{ type: 'text/x-shellscript', body: '#cloud-config\nruncmd: [a]' }])],
  [
    'scripts of every frequency',
    mime(
      ['boot', 'instance', 'once'].map((when) => ({
        type: `text/x-shellscript-per-${when}`,
        name: `${when}.sh`,
        body: sh,
      })),
    ),
  ],
  [
    'hooks and scripts',
    mime([
      { type: 'text/cloud-boothook', name: 'h', body: `#cloud-boothook\n${sh}` },
      { type: 'text/x-shellscript', name: 's', body: sh },
    ]),
  ],
  [
    'names of parts',
    mime([{ body: 'a: 1' }, { type: 'text/x-shellscript', body: sh }, { type: 'text/x-shellscript', body: sh }]),
  ],
  ['base64 part', mime([{ headers: ['Content-Transfer-Encoding: base64'], body: base64('runcmd: [a]') }])],
  [
    'quoted-printable part',
    mime([{ headers: ['Content-Transfer-Encoding: quoted-printable'], body: 'runcmd: [=61=\nb, "=C3=A9"]' }]),
  ],
  [
    '8bit part',
    mime([{ headers: ['Content-Transfer-Encoding: 8bit'], body: 'runcmd: ["é"]' }]),
    { ours: { config: { runcmd: ['é'] } }, because: 'cloud-init loses text beyond ASCII that is not encoded' },
  ],
  [
    'gzip part',
    mime([
      {
        type: 'application/x-gzip',
        headers: ['Content-Transfer-Encoding: base64'],
        body: base64(gzipSync('#cloud-config\nruncmd: [a]')),
      },
    ]),
  ],
  [
    'nested',
    mime([
      {
        type: 'multipart/mixed; boundary="C"',
        body: `--C\nContent-Type: text/cloud-config\n\nruncmd: [a]\n--C\nContent-Type: text/x-shellscript\n\n${sh}\n--C--`,
      },
      { body: 'locale: C' },
    ]),
  ],
  [
    'a preamble and an epilogue',
    `${mime([{ body: 'runcmd: [a]' }]).replace('\n\n--B', '\n\npreamble\n\n--B')}epilogue\n`,
  ],
  ['no closing boundary', mime([{ body: 'runcmd: [a]' }]).replace('--B--\n', '')],
  ['one entity', `MIME-Version: 1.0\nContent-Type: text/cloud-config\n\nruncmd: [a]\n`],
  ['a bad part beside a good one', mime([{ body: 'a: [' }, { body: 'runcmd: [a]' }])],
  [
    'an archive',
    `#cloud-config-archive\n- type: text/cloud-config\n  content: |\n    runcmd: [a]\n- "#!/bin/sh\\necho hi"\n- {content: "#!/bin/sh\\necho ho", filename: n.sh}\n- "locale: C"\n`,
  ],
  [
    'an archive of scripts at each boot',
    `#cloud-config-archive\n- {type: text/x-shellscript-per-boot, filename: b.sh, content: "#!/bin/sh\\n"}\n`,
  ],
  [
    'an archive with a header',
    `#cloud-config-archive\n- "runcmd: [a]"\n- {content: "runcmd: [b]", Merge-Type: "list(append)+dict(recurse_list)+str()"}\n`,
  ],
  ['append', merged('list(append)+dict(no_replace,recurse_list)+str()', 'runcmd: [a]', 'runcmd: [b]')],
  ['prepend', merged('list(prepend)+dict(recurse_array)+str()', 'runcmd: [a]', 'runcmd: [b]')],
  [
    'lists of maps',
    merged(
      '[{name: list, settings: [append]}, {name: dict, settings: [no_replace, recurse_list]}]',
      'runcmd: [a]',
      'runcmd: [b]',
    ),
  ],
  ['lists of lists', merged('[[list, append], [dict, recurse_list]]', 'runcmd: [a]', 'runcmd: [b]')],
  ['no_replace', merged('dict(no_replace)+list()+str()', 'a: 1\nb: {c: 1}', 'a: 2\nb: {c: 2, d: 3}\ne: 4')],
  ['replace', merged('dict(replace)+list()+str()', 'a: 1\nb: {c: 1}', 'a: 2\nb: {d: 3}')],
  ['recurse_str', merged('dict(recurse_str)+str(append)', 'a: x', 'a: y')],
  ['recurse_str, no append', merged('dict(recurse_str)+str()', 'a: x', 'a: y')],
  ['allow_delete', merged('dict(allow_delete)+list()', 'a: 1\nb: 2', 'a: null\nb: 3')],
  ['entry by entry', merged('dict(recurse_list)+list()', 'a: [1, 2, 3]', 'a: [4, 5]')],
  ['entry by entry, longer', merged('dict(recurse_list)+list()', 'a: [1]', 'a: [2, 3]')],
  ['maps in lists', merged('dict(recurse_list)+list(recurse_dict)', 'a: [{x: 1}]', 'a: [{x: 2, y: 3}]')],
  ['lists in lists', merged('dict(recurse_list)+list(recurse_list)', 'a: [[1, 2]]', 'a: [[3]]')],
  ['lists no_replace', merged('dict(recurse_list)+list(no_replace)', 'a: [1, 2]', 'a: [3]')],
  ['a string where a list was', merged('dict(recurse_str)+list()', 'a: [1]', 'a: x')],
  ['a list where a string was', merged('dict(recurse_list)+list()+str()', 'a: x', 'a: [1]')],
  ['a list where a number was', merged('dict(recurse_list)+list()', 'a: 1', 'a: [1]')],
  ['a map where a string was', merged('dict()+str()', 'a: x', 'a: {b: 1}')],
  ['no strategy for lists', merged('dict(recurse_list)', 'a: [1]', 'a: [2]')],
  ['no strategy for maps', merged('list(append)', 'a: [1]', 'b: 2')],
  ['the first of two for a type', merged('dict(replace)+dict(no_replace)', 'a: 1', 'a: 2')],
  ['an unknown strategy', merged('set()+dict()', 'a: 1', 'b: 2')],
  ['a strategy that is none', merged('nonsense', 'a: 1', 'b: 2')],
  ['merge_type', mime([{ body: 'a: [1]' }, { body: 'merge_type: list(append)+dict(recurse_list)\na: [2]' }])],
  [
    'a header',
    mime([{ body: 'a: [1]' }, { headers: ['Merge-Type: list(append)+dict(recurse_list)'], body: 'a: [2]' }]),
  ],
  [
    'the other header',
    mime([{ body: 'a: [1]' }, { headers: ['X-Merge-Type: list(append)+dict(recurse_list)'], body: 'a: [2]' }]),
  ],
  [
    'a header behind the document',
    mime([
      { body: 'a: [1]' },
      { headers: ['Merge-Type: dict(replace)+list()'], body: 'merge_how: list(append)+dict(recurse_list)\na: [2]' },
    ]),
  ],
  [
    'three parts',
    mime([{ body: 'a: [1]' }, { body: 'merge_how: list(append)+dict(recurse_list)\na: [2]' }, { body: 'b: 1' }]),
  ],
  ['patch: add', patched({ op: 'add', path: '/runcmd/0', value: 'z' }, { op: 'add', path: '/runcmd/-', value: 'c' })],
  [
    'patch: remove and replace',
    patched({ op: 'remove', path: '/runcmd/0' }, { op: 'replace', path: '/users/0/name', value: 'y' }),
  ],
  [
    'patch: move, copy, test',
    patched(
      { op: 'test', path: '/runcmd/0', value: 'a' },
      { op: 'copy', from: '/runcmd', path: '/bootcmd' },
      { op: 'move', from: '/users', path: '/people' },
    ),
  ],
  [
    'patch: a test that fails',
    patched({ op: 'add', path: '/x', value: 1 }, { op: 'test', path: '/runcmd/0', value: 'b' }),
  ],
  ['patch: nothing there', patched({ op: 'replace', path: '/nothing/0', value: 1 })],
  ['template', jinja('hostname: {{ v1.local_hostname }}\nid: {{ instance_id }}\n')],
  [
    'template: loops and conditions',
    jinja(
      'runcmd:\n{% for tag in ds.meta_data.tags %}\n- echo {{ loop.index }} {{ tag }}\n{% endfor %}\n{% if ds.meta_data.meta.role == "db" %}\nlocale: C\n{% else %}\nlocale: D\n{% endif %}\n',
    ),
  ],
  [
    'template: filters',
    jinja(
      "a: {{ 'x-y' | replace('-', '_') | upper }}\nb: {{ nothing | default('d') }}\nc: {{ ds.meta_data.tags | join(',') }}\nd: {{ v1.public_ssh_keys }}\ne: {{ 7 // 2 }} {{ 7 / 2 }}\nf: {{ v1.region }}\n",
    ),
  ],
  [
    'template: numbers, words and tuples',
    jinja(
      "a: {{ 2.5|round }} {{ 42|round }} {{ 2 ** 3 ** 2 }} {{ 1e16 }} {{ (1, 2) }} x {{ {'b': 2}|dictsort }}\nb: {{ 'its ok-then'|title }}\n",
    ),
  ],
  ['template: an undefined name in conditions', jinja("{% if nope %}\na: 1\n{% endif %}\nb: {{ nope or 'z' }}\n")],
  ['template: names with a dash', jinja('a: {{ ds.meta_data.meta.x_y }}\n')],
  ['template: white space', jinja('a: |\n  {%- if true %}\n  x\n  {%- endif %}\n  y {#- gone -#} z\n')],
  ['template: a script', '## template: jinja\n#!/bin/sh\necho {{ v1.instance_id }}\n'],
  ['template: as a part', mime([{ type: 'text/jinja2', body: jinja('a: {{ 1 + 1 }}') }, { body: 'b: 1' }])],
  [
    'template: an undefined name',
    jinja('a: {{ nowhere }}\n'),
    {
      ours: { config: {} },
      because: 'cloud-init writes CI_MISSING_JINJA_VAR/nowhere; here it is an error with its line',
    },
  ],
];

/** Names of v1 at the top and keys with `_`, as the pipeline gives them. */
const flatNames = {
  ...names.v1,
  v1: names.v1,
  ds: { meta_data: { ...names.ds.meta_data, meta: { ...names.ds.meta_data.meta, x_y: 1 } } },
};

async function ask(content: string | Uint8Array): Promise<Answer> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const { document, scripts = [] } = await interpretSources(
    { userData: { bytes, source: 'user_data' }, templateNames: async () => flatNames },
    [],
  );
  const pick = (kind: string, frequency?: string): Record<string, string> =>
    Object.fromEntries(
      scripts
        .filter((script) => script.kind === kind && script.frequency === frequency)
        .map(({ name, bytes: text }) => [
          name === 'user_data' ? 'part-001' : name,
          Buffer.from(text).toString().trimEnd(),
        ]),
    );
  return {
    config: JSON.parse(JSON.stringify(document?.raw ?? {})),
    scripts: pick('script'),
    boot: pick('script', 'boot'),
    instance: pick('script', 'instance'),
    once: pick('script', 'once'),
    hooks: pick('hook'),
  };
}

const trim = (texts: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.trimEnd()]));

describe('user_data as cloud-init reads it', { skip: missing ?? false }, () => {
  let answers: Given[] = [];
  before(async () => {
    const root = await prepareRoot('bookworm-cloud-init');
    const program = readFileSync(join(repositoryRoot, 'test/support/cloud-init-oracle.py'), 'utf8');
    const input = cases.map(([, content]) => ({ userData: base64(content), names }));
    // The root is the lower layer of every sandbox: it is seen read-only, with a /tmp that ends with the process.
    const script =
      'mount --make-rprivate / && mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && mount -t tmpfs tmpfs "$1/tmp" && exec chroot "$1" /usr/bin/python3 -c "$2"';
    const { stdout, stderr, status } = spawnSync(
      'unshare',
      ['--mount', '--net', '--pid', '--fork', '--kill-child', 'sh', '-c', script, 'sh', root, program],
      {
        input: JSON.stringify(input),
        encoding: 'utf8',
        timeout: 120_000,
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    assert.equal(status, 0, stderr);
    answers = JSON.parse(stdout) as Given[];
  });

  it('there are forty documents and more', () => assert.ok(cases.length >= 40));

  for (const [index, [title, content, differs]] of cases.entries()) {
    it(title, async () => {
      const theirs = answers[index];
      assert.ok(theirs !== undefined && theirs.failed === undefined, theirs?.failed);
      const ours = await ask(content);
      const expected: Answer = {
        config: theirs.config ?? {},
        ...{ scripts: trim(theirs.scripts), boot: trim(theirs.boot), instance: trim(theirs.instance) },
        ...{ once: trim(theirs.once), hooks: trim(theirs.hooks) },
      };
      if (differs === undefined) assert.deepEqual(ours, expected);
      else {
        assert.notDeepEqual(ours, expected, `no longer true: ${differs.because}`);
        assert.deepEqual(ours, { ...ours, ...differs.ours });
      }
    });
  }
});
