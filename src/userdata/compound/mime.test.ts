import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { listProblems, listScripts, makeMime, read, readDocument } from '../testing/sources.ts';
import { readHeaders, readParameters } from './mime-headers.ts';
import { decodeBody, transcode } from './transfer-encoding.ts';

const base64 = (content: string | Uint8Array): string => Buffer.from(content).toString('base64');

const parameters: readonly (readonly [field: string, value: string, parameters: Record<string, string>])[] = [
  ['text/plain', 'text/plain', {}],
  ['Text/Plain; charset=UTF-8', 'text/plain', { charset: 'UTF-8' }],
  ['multipart/mixed; boundary="a;b\\"c"', 'multipart/mixed', { boundary: 'a;b"c' }],
  ['a/b ; X = y ; ; z', 'a/b', { x: 'y' }],
  ['attachment; filename="never closed', 'attachment', { filename: 'never closed' }],
  ["attachment; filename*=utf-8''na%C3%AFve.sh", 'attachment', { filename: 'naïve.sh' }],
  ['attachment; filename*0="a"; filename*1="b.sh"', 'attachment', { filename: 'ab.sh' }],
  ["attachment; filename*0*=utf-8'en'%41; filename*1=B", 'attachment', { filename: 'AB' }],
  ['attachment; filename="first"; filename="second"', 'attachment', { filename: 'first' }],
  ['', '', {}],
];

for (const [field, value, expected] of parameters) {
  test(`parameters: ${field}`, () => {
    const found = readParameters(field);
    assert.deepEqual([found.value, Object.fromEntries(found.parameters)], [value, expected]);
  });
}

test('headers: folding, case, the first of two, a mailbox line, the blank line', () => {
  const text = 'From x\r\nA: 1\r\n  2\nb : 3\na: 4\n\nbody';
  const { fields, bodyStart, strayAt } = readHeaders(text, 0, text.length);
  assert.deepEqual([fields.get('a'), fields.get('b'), text.slice(bodyStart), strayAt], ['1 2', '3', 'body', undefined]);
});

test('headers: a line that is none ends them', () => {
  const found = readHeaders('A: 1\nnothing\n', 0, 13);
  assert.deepEqual([found.strayAt, found.bodyStart], [5, 5]);
});

const bodies: readonly (readonly [encoding: string, body: string, expected: string | undefined, warns?: boolean])[] = [
  ['', 'as it is', 'as it is'],
  ['8bit', '\xc3\xa9', 'é'],
  ['binary', '\r\n', '\r\n'],
  ['base64', ' aGVs\r\nbG8= ', 'hello'],
  ['base64', 'aGVsbG8', 'hello'],
  ['base64', 'aGV$', undefined],
  ['base64', 'aGVsb', undefined],
  ['quoted-printable', 'a=3Db=\nc =20  \nd', 'a=bc  \nd'],
  ['quoted-printable', 'a=\r\nb\r\nc', 'ab\r\nc'],
  ['quoted-printable', '=E2=82=AC', '€'],
  ['quoted-printable', 'a=zz', 'a=zz', true],
  ['quoted-printable', 'end=', 'end'],
  ['x-uuencode', '', undefined],
];

for (const [encoding, body, expected, warns = false] of bodies) {
  test(`body: ${encoding} ${JSON.stringify(body)}`, () => {
    const decoded = decodeBody(body, encoding);
    assert.equal(decoded.ok ? Buffer.from(decoded.bytes).toString() : undefined, expected);
    assert.equal(decoded.ok && decoded.warning !== undefined, warns);
  });
}

test('charsets', () => {
  const bytes = Buffer.from([0xe9]);
  const cases = ['iso-8859-1', 'latin1', 'windows-1252', 'utf-16le', 'no-such'].map((charset) => {
    const found = transcode(charset === 'utf-16le' ? Buffer.from('é', 'utf16le') : bytes, charset);
    return found.ok ? Buffer.from(found.bytes).toString() : found.message;
  });
  assert.deepEqual(cases, ['é', 'é', 'é', 'é', 'expected a charset such as utf-8, found one that is not known']);
  assert.equal(transcode(bytes, 'shift_jis').ok, false);
});

test('each part is what its type says, or its first line where the type says nothing', async () => {
  const message = makeMime([
    { type: 'text/cloud-config', body: 'runcmd: [one]' },
    { type: 'text/plain', body: '#!/bin/sh\necho plain' },
    { type: 'application/octet-stream', body: '#!/bin/sh\necho octets' },
    { body: '#!/bin/sh\necho untyped' },
    { type: 'text/x-shellscript', body: '#cloud-config\nwrite_files: [{path: /a}]' },
    { type: 'text/x-shellscript-per-boot', name: 'boot.sh', body: '#!/bin/sh\necho boot' },
    { type: 'text/x-shellscript-per-instance', body: '#!/bin/sh\necho instance' },
    { type: 'text/x-shellscript-per-once', body: '#!/bin/sh\necho once' },
    { type: 'text/cloud-boothook', body: '#cloud-boothook\n#!/bin/sh\necho hook' },
    { type: 'text/plain', body: '#cloud-boothook #!/bin/sh\necho same line' },
  ]);
  const found = await read(message);
  assert.deepEqual(listProblems(found), []);
  assert.deepEqual(readDocument(found), { runcmd: ['one'], write_files: [{ path: '/a' }] });
  assert.deepEqual(listScripts(found), [
    ['part-002', 'script', '#!/bin/sh\necho plain'],
    ['part-003', 'script', '#!/bin/sh\necho octets'],
    ['part-004', 'script', '#!/bin/sh\necho untyped'],
    ['boot.sh', 'script boot', '#!/bin/sh\necho boot'],
    ['part-007', 'script instance', '#!/bin/sh\necho instance'],
    ['part-008', 'script once', '#!/bin/sh\necho once'],
    ['part-009', 'hook', '#!/bin/sh\necho hook'],
    ['part-010', 'hook', '#!/bin/sh\necho same line'],
  ]);
});

const inside = makeMime([{ type: 'text/x-shellscript', body: '#!/bin/sh\necho deep' }], { boundary: 'inner' });
const same: readonly (readonly [title: string, message: string | Uint8Array])[] = [
  ['CRLF', makeMime([{ body: '#!/bin/sh\necho deep' }], { newline: '\r\n' })],
  ['nested', makeMime([{ type: 'multipart/mixed; boundary="inner"', body: inside.slice(inside.indexOf('\n\n') + 2) }])],
  ['base64', makeMime([{ headers: 'Content-Transfer-Encoding: base64', body: base64('#!/bin/sh\necho deep') }])],
  [
    'quoted-printable',
    makeMime([{ headers: 'content-transfer-encoding: Quoted-Printable', body: '#!/bin/=\nsh\necho=20deep' }]),
  ],
  [
    'gzip part',
    makeMime([
      {
        type: 'application/x-gzip',
        headers: 'Content-Transfer-Encoding: base64',
        body: base64(gzipSync('#!/bin/sh\necho deep')),
      },
    ]),
  ],
  [
    'gzip octets',
    makeMime([
      {
        type: 'application/octet-stream',
        headers: 'Content-Transfer-Encoding: base64',
        body: base64(gzipSync('#!/bin/sh\necho deep')),
      },
    ]),
  ],
  ['gzip around', gzipSync(makeMime([{ body: '#!/bin/sh\necho deep' }]))],
  ['gzip around gzip', gzipSync(gzipSync(makeMime([{ body: '#!/bin/sh\necho deep' }])))],
  ['base64 around', base64(makeMime([{ body: '#!/bin/sh\necho deep' }]))],
  [
    'a mailbox line and a preamble',
    `From x Mon\n${makeMime([{ body: '#!/bin/sh\necho deep' }]).replace('\n\n--', '\n\npreamble\n--BOUNDARYX\n--')}epilogue`,
  ],
  [
    'an unquoted boundary with blanks after it',
    makeMime([{ body: '#!/bin/sh\necho deep' }])
      .replace('"BOUNDARY"', 'BOUNDARY')
      .replace('--BOUNDARY\n', '--BOUNDARY  \n'),
  ],
  ['one entity without parts', 'MIME-Version: 1.0\nContent-Type: text/x-shellscript\n\n#!/bin/sh\necho deep'],
  [
    'latin-1',
    Buffer.from(makeMime([{ type: 'text/plain; charset=iso-8859-1', body: '#!/bin/sh\necho deep' }]), 'latin1'),
  ],
];

for (const [title, message] of same) {
  test(`the same script: ${title}`, async () => {
    const found = await read(message);
    assert.deepEqual(
      found.diagnostics.filter(({ severity }) => severity !== 'note'),
      [],
    );
    assert.deepEqual(
      listScripts(found).map(([, kind, text]) => [kind, text]),
      [['script', '#!/bin/sh\necho deep']],
    );
  });
}

const named: readonly (readonly [filename: string, name: string])[] = [
  ['setup.sh', 'setup.sh'],
  ['../../etc/passwd', 'passwd'],
  ['/etc/cron.d/x', 'x'],
  ['..\\\\..\\\\x.bat', 'x.bat'],
  ['..', 'part-001'],
  ['a b\tc;rm -rf.sh', 'a-b-c-rm--rf.sh'],
  ['.hidden', 'hidden'],
  ['x'.repeat(300), 'x'.repeat(60)],
  ['', 'part-001'],
];

for (const [filename, name] of named) {
  test(`a file name is a label: ${filename.slice(0, 30)}`, async () => {
    assert.equal((await read(makeMime([{ name: filename, body: '#!/bin/sh\n' }]))).scripts?.[0]?.name, name);
  });
}

test('two scripts with one name both run, and it is said', async () => {
  const found = await read(
    makeMime([
      { name: 'a.sh', body: '#!/bin/sh\n1' },
      { name: 'x/a.sh', body: '#!/bin/sh\n2' },
    ]),
  );
  assert.deepEqual(
    found.scripts?.map(({ name }) => name),
    ['a.sh', 'a.sh-2'],
  );
  assert.match(listProblems(found).join(), /^warning u part 2 \(a\.sh\) -: another script has the same name/);
});

test('one bad part costs itself', async () => {
  const found = await read(
    makeMime([
      { type: 'text/cloud-config', body: 'a: [' },
      { type: 'text/part-handler', body: 'import os' },
      { type: 'text/x-include-url', body: 'ftp://192.0.2.1/' },
      { type: 'image/png', body: 'x' },
      { type: 'text/cloud-config', body: 'runcmd: [ls]' },
      { body: '' },
    ]),
  );
  assert.deepEqual(readDocument(found), { runcmd: ['ls'] });
  assert.ok(found.usable);
  assert.deepEqual(
    found.diagnostics.map(({ source, code }) => `${source} ${code}`),
    ['u part 1 syntax', 'u part 2 refused', 'u part 3 value', 'u part 3 missing', 'u part 4 unsupported-format'],
  );
});

test('nothing usable is not usable', async () => {
  assert.equal((await read(makeMime([{ type: 'image/png', body: 'x' }]))).usable, false);
});
