import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { detectUserData, maxUserDataBytes } from './detect.ts';
import { partFormats } from './formats/registry.generated.ts';

function detect(content: string | Uint8Array) {
  return detectUserData(
    { bytes: typeof content === 'string' ? Buffer.from(content) : content, source: 'user_data' },
    partFormats,
  );
}

function summarise(content: string | Uint8Array): string {
  const detection = detect(content);
  const codes = detection.diagnostics.map(
    ({ severity, code, line }) => `${severity}/${code}${line === undefined ? '' : `@${line}`}`,
  );
  const isFormat = detection.kind === 'packed' || detection.kind === 'envelope';
  const name = detection.kind === 'part' ? detection.format.name : isFormat ? detection.format : detection.kind;
  return [name, ...codes].join(' ');
}

const document = '#cloud-config\nruncmd: [ls]\n';
const base64 = (content: string | Uint8Array): string => Buffer.from(content).toString('base64');

const accepted: readonly (readonly [title: string, content: string | Uint8Array, expected: string])[] = [
  ['exact document', document, 'cloud-config'],
  ['only the first line, no line feed', '#cloud-config', 'cloud-config'],
  ['script', '#!/bin/sh\nls\n', 'script'],
  ['empty', '', 'nothing'],
  ['blank', ' \n\t\r\n ', 'nothing'],
  ['byte order mark alone', '\ufeff\n', 'nothing'],
  ['byte order mark', `\ufeff${document}`, 'cloud-config note/spelling@1'],
  ['CRLF', '#cloud-config\r\nruncmd: [ls]\r\n', 'cloud-config note/spelling@1'],
  ['CRLF later on', '#cloud-config\nruncmd:\n  - ls\r\n', 'cloud-config note/spelling@3'],
  ['blank lines first', `\n \n${document}`, 'cloud-config note/spelling@1'],
  ['# cloud-config', '# cloud-config\n', 'cloud-config note/spelling@1'],
  ['#Cloud-Config', '#Cloud-Config\n', 'cloud-config note/spelling@1'],
  ['trailing blanks', '#cloud-config  \n', 'cloud-config note/spelling@1'],
  [
    'all at once',
    '\ufeff\r\n# Cloud-Config \r\na: 1\r\n',
    'cloud-config note/spelling@1 note/spelling@1 note/spelling@1 note/spelling@2',
  ],
  ['base64', base64(document), 'cloud-config note/spelling@1'],
  ['base64, folded', `${base64(document).replace(/.{12}/g, '$&\r\n')}\n`, 'cloud-config note/spelling@1'],
  [
    'base64, four times',
    base64(base64(base64(base64(document)))),
    'cloud-config note/spelling@1 note/spelling@1 note/spelling@1 note/spelling@1',
  ],
  ['base64 of a script', base64('#!/bin/sh\n'), 'script note/spelling@1'],
  ['gzip', gzipSync(document), 'gzip'],
  ['gzip in base64', base64(gzipSync(document)), 'gzip note/spelling@1'],
  ['MIME', 'Content-Type: multipart/mixed; boundary="b"\nMIME-Version: 1.0\n\n--b\n', 'mime'],
  ['MIME after From', 'From nobody Fri Jan 1 2026\nMIME-Version: 1.0\n', 'mime'],
  ['MIME of one part, lower case', 'mime-version: 1.0\ncontent-type: text/x-shellscript\n\n#!/bin/sh\n', 'mime'],
  ['MIME with bytes that are not UTF-8', Buffer.from('MIME-Version: 1.0\n\n\xff', 'latin1'), 'mime'],
  ['MIME in base64', base64('MIME-Version: 1.0\n\nx'), 'mime note/spelling@1'],
  ['archive', '#cloud-config-archive\n- type: x\n', 'archive'],
  ['archive, loosely', '# Cloud-Config-Archive\n', 'archive note/spelling@1'],
  ['JSON patch', '#cloud-config-jsonp\n[]\n', 'json-patch'],
  ['JSON patch on the first line', '#cloud-config-jsonp []\n', 'json-patch'],
  ['boothook', '#cloud-boothook\n#!/bin/sh\n', 'boothook'],
  ['jinja', '## template: jinja\n#cloud-config\n', 'jinja'],
  ['jinja, without the blank', '##template:jinja\n#cloud-config\n', 'jinja note/spelling@1'],
];

for (const [title, content, expected] of accepted) {
  test(`accepts ${title}`, () => assert.equal(summarise(content), expected));
}

const refused: readonly (readonly [title: string, content: string | Uint8Array, expected: string, wording: RegExp])[] =
  [
    [
      'base64 five times',
      base64(base64(base64(base64(base64(document))))),
      'refused note/spelling@1 note/spelling@1 note/spelling@1 note/spelling@1 error/limit',
      /more than 4/,
    ],
    ['another template', '## template: mako\n', 'refused error/unsupported-format@1', /another kind than jinja/],
    ['Ignition', '{"ignition": {"version": "3.4.0"}}', 'refused error/unsupported-format@1', /Ignition/],
    ['part handler', '#part-handler\nimport os\n', 'refused error/refused@1', /Python/],
    [
      'YAML without header',
      'runcmd:\n  - ls\n',
      'unrecognised error/syntax@1',
      /"#cloud-config" or .* found YAML without a header/,
    ],
    ['late header', '# hello\n#cloud-config\n', 'unrecognised error/syntax@1', /on a later line/],
    ['comment', '# hello\n', 'unrecognised error/syntax@1', /another comment/],
    ['plain text', 'hello there\n', 'unrecognised error/syntax@1', /text without a header/],
    ['text that is base64 by chance', 'hello123', 'unrecognised error/syntax@1', /text without a header/],
    ['page', '\n<!DOCTYPE html><html>', 'unrecognised error/syntax@2', /an HTML page/],
    ['XML', '<a/>', 'unrecognised error/syntax@1', /XML/],
    ['JSON', '{"a": 1}', 'unrecognised error/syntax@1', /JSON/],
    ['key', 'ssh-ed25519 AAAA x', 'unrecognised error/syntax@1', /an SSH public key/],
    ['PEM', '-----BEGIN RSA PRIVATE KEY-----\n', 'unrecognised error/syntax@1', /PEM/],
    ['PowerShell', '#ps1_sysnative\n', 'unrecognised error/syntax@1', /Windows/],
    ['UTF-16 with mark', Buffer.from(`\ufeff${document}`, 'utf16le'), 'unrecognised error/syntax', /UTF-16/],
    ['UTF-16 without mark', Buffer.from(document, 'utf16le'), 'unrecognised error/syntax', /UTF-16/],
    ['zeros', new Uint8Array(64), 'unrecognised error/syntax', /binary data/],
    ['ELF', Buffer.from('\x7fELF\x02\x01', 'latin1'), 'unrecognised error/syntax', /ELF/],
    ['zip', Buffer.from('PK\x03\x04', 'latin1'), 'unrecognised error/syntax', /zip/],
    [
      'Latin-1',
      Buffer.from('#cloud-config\n\nhostname: caf\xe9\n', 'latin1'),
      'unrecognised error/syntax@3',
      /offset 28/,
    ],
    [
      'too much',
      Buffer.alloc(maxUserDataBytes + 1, 0x20),
      'refused error/limit',
      /4194305 bytes; the limit is 4194304/,
    ],
  ];

for (const [title, content, expected, wording] of refused) {
  test(`refuses ${title}`, () => {
    assert.equal(summarise(content), expected);
    assert.match(detect(content).diagnostics.at(-1)?.message ?? '', wording);
  });
}

test('a part keeps the lines of the file and names what was decoded', () => {
  const detection = detect(base64(`\r\n${document}`));
  assert.ok(detection.kind === 'part');
  assert.deepEqual(detection.part, {
    text: `\n${document}`,
    source: 'user_data (decoded)',
    headerOffset: 1,
    headerLine: 2,
  });
});

test('4 MiB is not too much', () => {
  const bytes = Buffer.alloc(maxUserDataBytes, 0x20);
  bytes.write('#cloud-config\n');
  assert.equal(summarise(bytes), 'cloud-config');
});

test('every cut and every odd byte is found at its offset', () => {
  const text = 'aé€😀\nz'.repeat(40);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes);
    damaged[at] = 0xff;
    const message = detect(damaged).diagnostics.at(-1)?.message ?? '';
    const offset = Number(/offset (\d+)/.exec(message)?.[1] ?? Number.NaN);
    // The damage shows at the start of the character that it is in.
    assert.ok(offset <= at && at - offset < 4, `damage at ${at} reported at ${offset}`);
    assert.equal(Buffer.from(bytes.subarray(0, offset).toString('utf8')).length, offset);
  }
});
