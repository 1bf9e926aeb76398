// What holds for everything that user_data may be packed in.

import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { bytesOf, checkProperty, textOf } from '../../../test/support/property.ts';
import { makeMime, read, readDocument } from '../testing/sources.ts';
import { gunzip } from './gunzip.ts';
import { readMime } from './mime.ts';
import { decodeBody, transcode } from './transfer-encoding.ts';

const pieces = [
  ...[
    'Content-Type: multipart/mixed; boundary="B"\n',
    'Content-Type: text/cloud-config\n',
    'MIME-Version: 1.0\n',
    '\n',
    '\r\n',
  ],
  ...[
    '--B\n',
    '--B--\n',
    'Content-Transfer-Encoding: base64\n',
    'Content-Type: ',
    'text/x-shellscript',
    '; charset=',
    'utf-16le',
  ],
  ...[
    'boundary=',
    '"',
    ';',
    '=',
    ' name*0*=',
    "utf-8''%41",
    ' ',
    '\t',
    'aGk=',
    '=20',
    '#cloud-config\n',
    'runcmd: [a]\n',
  ],
];
const heads = [
  ...[
    '#cloud-config\n',
    '#!/bin/sh\n',
    '#include\n',
    '#include-once\n',
    '#cloud-config-archive\n',
    '#cloud-config-jsonp\n',
  ],
  ...[
    '#part-handler\n',
    '#cloud-boothook\n',
    '## template: jinja\n',
    '#upstart-job\n',
    'I2Nsb3VkLWNvbmZpZwo=',
    '- type: ',
    'text/x-a',
  ],
  ...[
    'content: ',
    '|\n  ',
    'https://h/a\n',
    'file:///etc/shadow\n',
    '{"op": "add", "path": "/a", "value": 1}',
    '[',
    ']',
    '{{ x }}',
  ],
];

checkProperty(
  'any bytes are a document, scripts or problems with a place, never an exception',
  fc.asyncProperty(bytesOf([...pieces, ...heads], 16), fc.boolean(), async (bytes, isPacked) => {
    const found = await read(isPacked ? gzipSync(bytes) : bytes);
    for (const { source, line, column, message } of found.diagnostics) {
      assert.match(source, /^u/);
      assert.ok(line === undefined || (line >= 1 && (column ?? 1) >= 1));
      assert.notEqual(message, '');
    }
  }),
);

checkProperty(
  'any bytes are a MIME message or have problems, each at a line of it',
  fc.property(bytesOf(pieces, 24), (bytes) => {
    const lines = Buffer.from(bytes).toString('latin1').split('\n').length;
    const { leaves, problems } = readMime(bytes);
    for (const { line } of [...leaves, ...problems]) assert.ok(line >= 1 && line <= lines);
  }),
);

checkProperty(
  'parts of a message come out as they were put in, whatever its line ends',
  fc.asyncProperty(
    fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 5 }),
    fc.constantFrom('\n', '\r\n'),
    async (words, newline) => {
      const parts = words.map((word) => ({ type: 'text/x-shellscript', name: word, body: `#!/bin/sh\necho ${word}` }));
      const found = await read(makeMime(parts, { newline }));
      assert.deepEqual(
        (found.scripts ?? []).map(({ bytes }) => /echo (\w+)/.exec(Buffer.from(bytes).toString())?.[1]),
        words,
      );
    },
  ),
);

checkProperty(
  'what gzip packed comes out, and not more than the limit',
  fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(320), fc.nat(2), (bytes, limit, more) => {
    const members = Array.from({ length: more + 1 }, () => gzipSync(bytes));
    const whole = Buffer.concat(members.map(() => bytes));
    const result = gunzip(Buffer.concat(members), limit);
    if (whole.length <= limit) assert.deepEqual(result.ok && Buffer.from(result.bytes), whole);
    else if (limit > 0) assert.equal(result.ok ? 'ok' : result.code, 'limit');
  }),
);

checkProperty(
  'damaged gzip is refused, or harmless: it never gives more than the limit, nor an exception',
  fc.property(
    fc.uint8Array({ minLength: 1, maxLength: 200 }),
    fc.nat(),
    fc.nat(255),
    fc.nat(),
    (bytes, at, byte, cut) => {
      const packed = Buffer.from(gzipSync(bytes));
      packed[at % packed.length] = byte;
      const result = gunzip(packed.subarray(0, packed.length - (cut % 8)), 1000);
      if (result.ok) assert.ok(result.bytes.length <= 1000);
      else assert.ok(['damaged', 'limit'].includes(result.code));
      const short = gunzip(gzipSync(bytes).subarray(0, 10 + (cut % 8)), 1000);
      assert.ok(!short.ok || short.bytes.length === 0);
    },
  ),
);

checkProperty(
  'base64 comes out as it went in, however its lines are broken',
  fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 80 }), (bytes, width) => {
    const text = Buffer.from(bytes)
      .toString('base64')
      .replace(new RegExp(`.{${width}}`, 'g'), '$&\r\n');
    const decoded = decodeBody(text, 'base64');
    assert.ok(decoded.ok);
    assert.deepEqual(Buffer.from(decoded.bytes), Buffer.from(bytes));
  }),
);

checkProperty(
  'quoted-printable comes out as it went in',
  fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
    const words = [...bytes].map((byte) => `=${byte.toString(16).padStart(2, '0').toUpperCase()}`);
    const text = words.join('').replace(/(?:=..){1,24}(?!$)/g, '$&=\r\n');
    const decoded = decodeBody(text, 'quoted-printable');
    assert.ok(decoded.ok && decoded.warning === undefined);
    assert.deepEqual(Buffer.from(decoded.bytes), Buffer.from(bytes));
  }),
);

checkProperty(
  'any body in any encoding and charset is bytes or one sentence',
  fc.property(
    textOf(['=', '=20', '=G', '\r\n', '\n', ' ', 'aGk', '====', '\u00e9'], 20),
    fc.constantFrom('', 'base64', 'quoted-printable', 'uuencode', '__proto__'),
    fc.constantFrom('', 'utf-8', 'latin1', 'utf-16le', 'shift_jis', 'x-none', '', 'toString'),
    (text, encoding, charset) => {
      const body = Buffer.from(text).toString('latin1');
      const decoded = decodeBody(body, encoding);
      if (!decoded.ok) return assert.notEqual(decoded.message, '');
      const converted = transcode(decoded.bytes, charset);
      assert.ok(converted.ok || converted.message !== '');
    },
  ),
);

checkProperty(
  'an address of an #include list is a URL of ours, or is refused at its line',
  fc.asyncProperty(
    fc.array(
      textOf(
        [
          'https://',
          'http://',
          'file://',
          'ftp://',
          'h.example',
          '/p',
          '?q=',
          '@',
          ':80',
          ' ',
          '#',
          '%zz',
          '\\',
          '[::1]',
        ],
        6,
      ),
    ),
    async (words) => {
      const lines = words.map((word) => word.replaceAll(/[\r\n\u0085\u2028\u2029]/g, ''));
      const { diagnostics, wanted = [] } = await read(`#include\n${lines.join('\n')}\n`);
      for (const { url } of wanted) assert.match(url, /^(?:https?|file):\/\/\/?\S*$/);
      for (const { line = 1 } of diagnostics) assert.ok(line <= lines.length + 2);
    },
  ),
);

checkProperty(
  'a document is the same packed, in base64 and as it is',
  fc.asyncProperty(
    fc.dictionary(fc.stringMatching(/^[b-m]{1,6}$/), fc.array(fc.nat(9), { maxLength: 3 })),
    async (map) => {
      const text = `#cloud-config\n${JSON.stringify({ runcmd: [], ...map })}\n`;
      const plain = readDocument(await read(text));
      assert.deepEqual(readDocument(await read(gzipSync(text))), plain);
      assert.deepEqual(readDocument(await read(Buffer.from(text).toString('base64'))), plain);
      assert.deepEqual(readDocument(await read(makeMime([{ type: 'text/cloud-config', body: text }]))), plain);
    },
  ),
);
