import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { FileAction } from '../../core/action.ts';
import { decodeContent, isEncoding } from './decode.ts';
import { explainUnusablePath, normalisePath } from './guest-path.ts';
import { writeFiles } from './index.ts';
import { listProblems, planDocument } from './testing/plan-case.ts';

function planEntry(fields: string): { action: FileAction | undefined; stage: string | undefined; problems: string[] } {
  const { steps, diagnostics } = planDocument(writeFiles, `write_files:\n- ${fields.replaceAll('\n', '\n  ')}\n`);
  return {
    action: steps[0]?.action as FileAction | undefined,
    stage: steps[0]?.stage,
    problems: listProblems(diagnostics),
  };
}

const textOf = (action: FileAction | undefined): string => Buffer.from(action?.content as Uint8Array).toString();
const limit = 64 * 1024 * 1024;

describe('permissions', () => {
  const good: [written: string, mode: number][] = [
    ["'0644'", 0o644],
    ["'644'", 0o644],
    ["'0o600'", 0o600],
    ['0644', 0o644],
    ['0400', 0o400],
    ['0641', 0o641],
    ['01777', 0o1777],
    ['02755', 0o2755],
    ['04755', 0o4755],
    ['420', 0o644],
    ["'04755'", 0o4755],
    ['0o755', 0o755],
    ['0', 0],
    ['416', 0o640],
    ['511', 0o777],
  ];
  for (const [written, mode] of good) {
    test(`${written} is ${mode.toString(8)}`, () => {
      const { action, problems } = planEntry(`path: /a\npermissions: ${written}`);
      assert.deepEqual([action?.mode, problems], [mode, []]);
    });
  }
  test('the default is 0644', () => assert.equal(planEntry('path: /a').action?.mode, 0o644));
  for (const written of ['644', '600', '755', '777', '640', '400', '440', '444', '555', '1777', '2755', '2770']) {
    test(`${written} without its zero is taken as octal, with a warning`, () => {
      const { action, problems } = planEntry(`path: /a\npermissions: ${written}`);
      assert.equal(action?.mode, Number.parseInt(written, 8));
      assert.match(problems[0] ?? '', /^warning \| user_data:4:3 \| write_files\[0\]\.permissions \| value/);
    });
  }
  for (const written of ['500', '1234', '999', '1111']) {
    test(`${written} may stand for two modes, or for none: an error`, () => {
      const { action, problems } = planEntry(`path: /a\npermissions: ${written}`);
      assert.equal(action, undefined);
      assert.match(problems[0] ?? '', /^error \| user_data:4:3 \| write_files\[0\]\.permissions \| value .*in quotes/);
    });
  }
  for (const written of ["'rw-r--r--'", "'0999'", '4096', '-1', '1.5', '[1]', "'17777'", "''"]) {
    test(`${written} is an error`, () => {
      const { action, problems } = planEntry(`path: /a\npermissions: ${written}`);
      assert.equal(action, undefined);
      assert.match(problems[0] ?? '', /expected an octal string such as "0644", found/);
    });
  }
});

describe('an unknown key leaves out its entry, and that alone', () => {
  for (const fields of [
    'path: /etc/issue, contents: x',
    'path: /a, content: x, permision: "0600"',
    'path: /a, content: x, appnd: true',
    'path: /a, source: {uri: "https://x.example/", header: {a: b}}',
    'path: /a, content: x, __proto__: {}',
  ]) {
    test(fields, () => {
      const { steps, diagnostics } = planDocument(writeFiles, `write_files: [{${fields}}, {path: /b}]\n`);
      assert.deepEqual(
        steps.map(({ id }) => id),
        ['write_files/1'],
      );
      assert.match(listProblems(diagnostics).join('\n'), /^error .*\| unknown-key \| .*what it belongs to is left out/);
    });
  }
});

describe('owner', () => {
  const good: [written: string, owner: string, group: string][] = [
    ['root:root', 'root', 'root'],
    ['ops', 'ops', 'root'],
    ["'ops:'", 'ops', 'root'],
    ["':adm'", 'root', 'adm'],
    ['www-data:www-data', 'www-data', 'www-data'],
    ["'1000:1000'", '1000', '1000'],
    ['1000', '1000', 'root'],
  ];
  for (const [written, owner, group] of good) {
    test(written, () => {
      const { action } = planEntry(`path: /a\nowner: ${written}`);
      assert.deepEqual([action?.owner, action?.group], [owner, group]);
    });
  }
  for (const written of ['"a\\nb"', "'a:b:c'", "'a b'", "'-x'", "'../x'", 'true']) {
    test(`${written} is an error`, () => {
      const { action, problems } = planEntry(`path: /a\nowner: ${written}`);
      assert.equal(action, undefined);
      assert.match(problems[0] ?? '', /expected an owner such as "root:root", found/);
    });
  }
});

describe('path', () => {
  const bad = [
    'a',
    '',
    '/',
    '/a/',
    '/a/../b',
    '/proc/1/mem',
    '/sys/x',
    '/dev/sda',
    '//dev//sda',
    '/./proc/x',
    '/a\u0000b',
    '/a\nb',
    `/${'x'.repeat(256)}`,
    `/${'x/'.repeat(2100)}a`,
  ];
  for (const path of bad)
    test(`refuses ${JSON.stringify(path.slice(0, 20))}`, () => assert.ok(explainUnusablePath(path)));
  for (const path of ['/a', '/device', '/procs/x', '/ü/…', '//a//./b', '/a..b', '/a b']) {
    test(`accepts ${path}`, () => assert.equal(explainUnusablePath(path), undefined));
  }
  test('is made plain', () => assert.equal(normalisePath('//a//./b'), '/a/b'));
  test('is required', () => {
    assert.match(
      planEntry('content: a').problems[0] ?? '',
      /^error \| user_data:3:3 \| write_files\[0\] \| missing \| the key "path" is missing/,
    );
  });
});

describe('decoding', () => {
  const zipped = gzipSync('hello');
  const good: [name: string, content: string | Uint8Array, encoding: string, text: string][] = [
    ['text', 'héllo', 'text/plain', 'héllo'],
    ['base64', 'aGVsbG8=', 'b64', 'hello'],
    ['base64 in lines', 'aGVs\n  bG8=\n', 'base64', 'hello'],
    ['base64 as bytes', Buffer.from('aGVsbG8='), 'BASE64', 'hello'],
    ['empty base64', '', 'b64', ''],
    ['gzip as bytes', zipped, 'gz', 'hello'],
    ['two gzip members', Buffer.concat([zipped, zipped]), 'gzip', 'hellohello'],
    ['both', zipped.toString('base64'), 'gz+b64', 'hello'],
    ['both, long and upper case', zipped.toString('base64'), 'GZIP+BASE64', 'hello'],
  ];
  for (const [name, content, encoding, text] of good) {
    test(name, () => {
      const decoded = decodeContent(content, encoding, limit);
      assert.equal('content' in decoded && Buffer.from(decoded.content).toString(), text);
    });
  }
  const bad: [name: string, content: string | Uint8Array, encoding: string, message: RegExp][] = [
    ['not base64', 'hunter2!', 'b64', /^expected base64, found another character$/],
    ['base64 cut off', 'aGVsbG8', 'b64', /cut off$/],
    ['base64 of one character', 'a===', 'b64', /cut off$/],
    ['padding in the middle', 'aG=VsbG8', 'b64', /padding before its end$/],
    ['not gzip', 'hunter2', 'gz', /^expected gzip data, found other data$/],
    ['gzip cut off', zipped.subarray(0, 12), 'gz', /damaged or cut off$/],
    [
      'gzip damaged',
      Buffer.concat([zipped.subarray(0, 14), Buffer.from([1, 2]), zipped.subarray(16)]),
      'gz',
      /damaged or cut off$/,
    ],
    ['nothing as gzip', '', 'gz', /found/],
  ];
  for (const [name, content, encoding, message] of bad) {
    test(name, () => {
      const decoded = decodeContent(content, encoding, limit);
      assert.ok('message' in decoded);
      assert.equal(decoded.code, 'value');
      assert.match(decoded.message, message);
      assert.doesNotMatch(decoded.message, /hunter2/);
    });
  }
  test('a bomb stops at the limit', () => {
    const bomb = gzipSync(Buffer.alloc(3_000_000));
    const decoded = decodeContent(bomb, 'gz', 1_000_000);
    assert.equal('code' in decoded && decoded.code, 'limit');
  });
  test('plain content counts too', () => {
    const decoded = decodeContent('12345', 'text/plain', 4);
    assert.equal('code' in decoded && decoded.code, 'limit');
  });
  test('no member of Object is an encoding', () => {
    assert.deepEqual(['toString', 'constructor', '__proto__', 'rot13', ''].filter(isEncoding), []);
  });
});

describe('entries', () => {
  test('the faulty one is reported at its place, the others are written', () => {
    const { steps, diagnostics } = planDocument(
      writeFiles,
      'write_files:\n- path: /a\n  encoding: b64\n  content: "*"\n- path: /b\n  content: b\n',
    );
    assert.deepEqual(
      steps.map(({ id }) => id),
      ['write_files/1'],
    );
    assert.deepEqual(listProblems(diagnostics), [
      'error | user_data:5:3 | write_files[0].content | value | expected base64, found another character',
    ]);
  });
  test('the total is capped, over entries', () => {
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024)).toString('base64');
    const entry = `- {path: /x, encoding: gz+b64, content: "${bomb}"}\n`;
    const { steps, diagnostics } = planDocument(writeFiles, `write_files:\n${entry}${entry}- {path: /c}\n`);
    assert.deepEqual(
      steps.map(({ id }) => id),
      ['write_files/0', 'write_files/2'],
    );
    assert.match(
      listProblems(diagnostics)[0] ?? '',
      /\| limit \| write_files may hold 64 MiB in all, and 24576 KiB were left/,
    );
  });
  test('from a server: late, its address and headers hidden, the content kept for the case that it fails', () => {
    const { steps, diagnostics } = planDocument(
      writeFiles,
      'write_files:\n- path: /a\n  content: c\n  source: {uri: "https://h.example/CANARY", headers: {x-token: CANARY}}\n',
    );
    assert.deepEqual(diagnostics, []);
    const [{ action, stage, summary } = assert.fail('no step')] = steps;
    assert.ok(action.kind === 'fetchedFile');
    assert.deepEqual([stage, summary, action.fallback], ['late', '/a from h.example', Buffer.from('c')]);
    assert.equal(action.source.reveal(), 'https://h.example/CANARY');
    assert.deepEqual(action.headers?.reveal(), { 'x-token': 'CANARY' });
    assert.doesNotMatch(JSON.stringify(steps), /CANARY/);
  });
  for (const [uri, expected] of [
    ['/srv/it is 100%', 'file:///srv/it%20is%20100%25'],
    ['file:///srv/x', 'file:///srv/x'],
  ] as const)
    test(`${uri} is a file of the guest: early, nothing instead`, () => {
      const { steps } = planDocument(writeFiles, `write_files:\n- path: /a\n  source: {uri: "${uri}"}\n`);
      const [{ action, stage } = assert.fail('no step')] = steps;
      assert.ok(action.kind === 'fetchedFile');
      assert.deepEqual([action.source.reveal(), action.fallback, stage], [expected, undefined, 'early']);
    });
  for (const source of ['ftp://h/x', 'https://', 'x', '../x', 'file://host/x', '/a/../b'])
    test(`${source} is no source`, () => {
      const { action, problems } = planEntry(`path: /a\nsource: {uri: "${source}"}`);
      assert.equal(action, undefined);
      assert.match(problems[0] ?? '', /^error .*source\.uri \| value \| expected an address by https, http or file/);
    });
  for (const headers of ['{"a b": x}', '{a: "x\\ny"}', '{a: 1}', '[a]'])
    test(`headers ${headers}`, () => {
      const { action, problems } = planEntry(`path: /a\nsource: {uri: "https://h/", headers: ${headers}}`);
      assert.equal(action, undefined);
      assert.match(problems[0] ?? '', /^error .*source\.headers/);
    });
  test('defer is late', () => assert.equal(planEntry('path: /a\ndefer: true').stage, 'late'));
  test('no content is an empty file', () => assert.equal(textOf(planEntry('path: /a').action), ''));
  test('a list is asked for', () => {
    const { diagnostics } = planDocument(writeFiles, 'write_files: {path: /a}\n');
    assert.match(listProblems(diagnostics)[0] ?? '', /expected a list of files, found a map/);
  });
  test('no message ever holds a value', () => {
    const secret = 'hunter2';
    const { diagnostics } = planDocument(
      writeFiles,
      `write_files:\n- {path: ${secret}, content: [${secret}], encoding: ${secret}, owner: "${secret} ", permissions: ${secret}, append: ${secret}}\n`,
    );
    assert.ok(diagnostics.length >= 5);
    assert.doesNotMatch(JSON.stringify(diagnostics), /hunter2/);
  });
});
