// Small inputs that ask for much: each ends within 2 s and 256 MiB, by the limit that it is over, or is read where it only looks dangerous.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { makeMime } from '../testing/sources.ts';

const mib = 1024 * 1024;
const zip = (bytes: string | Uint8Array): Uint8Array => gzipSync(bytes, { level: 9 });
const config = (body: string): string => `#cloud-config\n${body}`;

/** `multipart` inside `multipart`, `depth` times. */
function nestMime(depth: number): string {
  let body = 'Content-Type: text/cloud-config\n\nruncmd: [ls]\n';
  for (let level = depth; level > 0; level--) {
    const open = `Content-Type: multipart/mixed; boundary="b${level}"\n\n--b${level}\n`;
    body = `${level === 1 ? 'MIME-Version: 1.0\n' : ''}${open}${body}\n--b${level}--\n`;
  }
  return body;
}

function aliases(): string {
  const lines = Array.from({ length: 12 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`);
  return `a0: &a0 [x, x, x, x, x, x, x, x, x]\n${lines.join('\n')}\nruncmd: *a12\n`;
}

const doubling = Array.from({ length: 60 }, (_, at) => ({ op: 'copy', from: '/a', path: `/a/k${at}` }));
const inserts = Array.from({ length: 60_000 }, () => ({ op: 'add', path: '/a/0', value: 1 }));
const template = (body: string): string => `## template: jinja\n#cloud-config\n${body}\n`;

const bombs: readonly (readonly [title: string, content: string | Uint8Array, codes: readonly string[]])[] = [
  ['gzip, 1000 to 1', zip(Buffer.alloc(1024 * mib, 0x20)), ['limit']],
  ['gzip of gzip', zip(zip(Buffer.alloc(512 * mib, 0x20))), ['limit']],
  [
    'gzip ten times',
    Array.from({ length: 10 }).reduce<Uint8Array>((bytes) => zip(bytes), Buffer.from('#!/bin/sh\n')),
    ['limit'],
  ],
  ['gzip just over all that may be unpacked', zip(config(`# ${'x'.repeat(16 * mib)}`)), ['limit']],
  ['gzip of a key bomb', zip(config(Array.from({ length: 200_000 }, (_, at) => `k${at}: 1\n`).join(''))), ['limit']],
  ['gzip of many brackets', zip(config(`runcmd: [${'[],'.repeat(mib)}]`)), ['limit']],
  ['an alias bomb', config(aliases()), ['limit']],
  ['MIME, 20 deep', nestMime(20), ['limit']],
  [
    'MIME, 10 000 parts',
    makeMime(Array.from({ length: 10_000 }, () => ({ type: 'text/cloud-config', body: 'runcmd: [ls]' }))),
    ['limit'],
  ],
  [
    'MIME, empty delimiters only',
    `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n${'--b\n'.repeat(900_000)}`,
    ['limit'],
  ],
  [
    'MIME, dashes only',
    `MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=-\n\n${'-'.repeat(4 * mib - 100)}`,
    ['syntax'],
  ],
  [
    'MIME, one endless header',
    `MIME-Version: 1.0\nContent-Type: multipart/mixed; ${'a=";'.repeat(mib - 100)}`,
    ['limit'],
  ],
  ['MIME, folded headers', `MIME-Version: 1.0\nX: y\n${' z\n'.repeat(mib)}`, ['limit']],
  [
    'MIME, parts that are gzip bombs',
    makeMime(
      Array.from({ length: 8 }, () => ({
        type: 'application/gzip',
        headers: 'Content-Transfer-Encoding: base64',
        body: Buffer.from(zip(Buffer.alloc(256 * mib))).toString('base64'),
      })),
    ),
    ['limit'],
  ],
  [
    'quoted-printable of signs',
    makeMime([
      {
        type: 'text/x-shellscript',
        headers: 'Content-Transfer-Encoding: quoted-printable',
        body: `#!/bin/sh\n${'= \t'.repeat(mib)}`,
      },
    ]),
    [],
  ],
  [
    'an archive of aliases',
    `#cloud-config-archive\n- &a "${'x'.repeat(mib)}"\n${'- *a\n'.repeat(900)}`,
    ['limit', 'type'],
  ],
  [
    'an archive in an archive, and so on',
    Array.from({ length: 20 }).reduce<string>((inner) => `#cloud-config-archive\n- ${JSON.stringify(inner)}\n`, 'x'),
    ['limit'],
  ],
  [
    'a patch that doubles',
    makeMime([
      { type: 'text/cloud-config', body: 'a: {b: 1}' },
      { type: 'text/cloud-config-jsonp', body: JSON.stringify(doubling) },
    ]),
    ['limit', 'unknown-key'],
  ],
  [
    'a patch that copies for ever',
    makeMime([
      { type: 'text/cloud-config', body: 'a: []' },
      { type: 'text/cloud-config-jsonp', body: JSON.stringify(inserts) },
    ]),
    ['limit', 'unknown-key'],
  ],
  [
    'a merge of many parts',
    makeMime(
      Array.from({ length: 900 }, () => ({
        type: 'text/cloud-config',
        headers: 'Merge-Type: list(append)+dict(recurse_list)',
        body: `runcmd: [${'x,'.repeat(1000)}]`,
      })),
    ),
    ['limit'],
  ],
  [
    'a template that loops',
    template('{% for a in items %}{% for b in items %}{% for c in items %}x{% endfor %}{% endfor %}{% endfor %}'),
    ['syntax'],
  ],
  ['a template that grows', template(`{% set a = 'x' * 1000 %}${'{% set a = a ~ a %}'.repeat(60)}{{ a }}`), ['syntax']],
  [
    'a template that shares lists',
    template(
      `{% set a = [1] %}{% set b = [1] %}${'{% set a = [a, a] %}{% set b = [b, b] %}'.repeat(60)}{% if a == b %}x{% endif %}`,
    ),
    ['syntax'],
  ],
  [
    'a template that nests lists',
    template(`{% set a = [1] %}${'{% set a = [a] %}'.repeat(50_000)}{{ a }}`),
    ['syntax'],
  ],
  ['a template of brackets', template(`{{ ${'('.repeat(100_000)} }}`), ['syntax']],
  ['a template of blocks', template('{% if 1 %}'.repeat(100_000)), ['syntax']],
  ['a template of signs', template(`{{ ${'-'.repeat(100_000)}1 }}`), ['syntax']],
  ['a template of a power', template('{{ 9 ** 9 ** 9 ** 9 }}'), ['syntax']],
  ['a template of a range', template('{{ range(1000000000) | list }}'), ['syntax']],
  ['a template that replaces', template("{{ ('x' * 100000) | replace('x', 'y' * 100000) }}"), ['syntax']],
  ['a template that is never closed', template('{{ "'.repeat(mib / 2)), ['syntax']],
];

const driver = join(import.meta.dirname, '../testing/measure.ts');

for (const [title, content, codes] of bombs) {
  test(title, () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, [driver], {
      input: content,
      encoding: 'utf8',
      timeout: 30_000,
    });
    assert.equal(status, 0, stderr);
    const found = JSON.parse(stdout) as { ms: number; mib: number; codes: string[] };
    assert.deepEqual(found.codes.sort(), [...codes].sort());
    assert.ok(found.ms < 2000, `${found.ms} ms`);
    assert.ok(found.mib < 256, `${found.mib} MiB`);
  });
}
