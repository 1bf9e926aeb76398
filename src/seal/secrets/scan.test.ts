import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { assertLinear } from '../../../test/support/cpu-time.ts';
import { scanForSecrets } from './scan.ts';

const scan = (text: string | Uint8Array): string[] =>
  scanForSecrets(typeof text === 'string' ? Buffer.from(text) : text).map(({ line, what }) => `${line} ${what}`);

const token = '6a28e078895c5ec737174db2419bb2f3';
const discovery = 'a discovery token, by which each copy joins the cluster of the first';
const named = 'a password or token';

test('the discovery URL of a cluster, in a document, a drop-in, an option', () => {
  assert.deepEqual(scan(`#cloud-config\ncoreos:\n  etcd:\n    discovery: https://discovery.etcd.io/${token}\n`), [
    `4 ${discovery}`,
  ]);
  assert.deepEqual(scan(`[Service]\nEnvironment="ETCD_DISCOVERY=https://discovery.etcd.io/${token}"\n`), [
    `2 ${discovery}`,
  ]);
  assert.deepEqual(scan(`etcd2 --discovery=https://discovery.example.org/${token}`), [`1 ${discovery}`]);
  // The user is told to get one.
  assert.deepEqual(scan('# generate one at https://discovery.etcd.io/new\n'), []);
});

test('secrets by their form', () => {
  for (const [line, what] of [
    ['-----BEGIN OPENSSH PRIVATE KEY-----', 'a private key'],
    ['  -----BEGIN RSA PRIVATE KEY-----', 'a private key'],
    ['# -----BEGIN PRIVATE KEY-----', 'a private key'],
    ['hashed_passwd: $6$rounds=4096$saltsalt$abcdefghijklmnop', 'a password hash'],
    ['- $y$j9T$abcdefgh$abcdefghijklmnop', 'a password hash'],
    [`# ghp_${'a'.repeat(36)}`, 'a token'],
    [`K10${'a'.repeat(64)}::server:x`, 'a token'],
    ['x: AKIAABCDEFGHIJKLMNOP', 'an access key'],
    ['proxy: http://user:sesame@proxy.example.org/', 'a password in an address'],
  ] as const) {
    assert.deepEqual(scan(line), [`1 ${what}`], line);
  }
});

test('secrets by their name', () => {
  for (const line of [
    'password: sesame',
    '  plain_text_passwd: "sesame"',
    '{"adminPass": 1, "db-password": "sesame"}',
    'Environment=API_KEY=sesame',
    'Environment="DB_PASSWORD=sesame" "B=c"',
    'ExecStart=/usr/bin/join --token sesame',
    'kubeadm join --token=abcdef.0123456789abcdef',
    'PrivateKey = aGVsbG8=',
    'export aws_secret_access_key=sesame',
    'k3s_token: sesame',
  ])
    assert.deepEqual(scan(line), [`1 ${named}`], line);
  assert.deepEqual(scan('machine example.org login me password sesame'), ['1 a password']);
});

test('what only looks like one', () => {
  for (const line of [
    'lock_passwd: true',
    'ssh_pwauth: false',
    'password: ',
    'password: null',
    'token: $TOKEN',
    'TOKEN=${TOKEN}',
    'token: {{ vault.token }}',
    'private_key: /etc/ssl/private/server.key',
    '# password: write it here',
    'PasswordAuthentication no',
    'password: |',
    'chpasswd: {expire: false}',
    'password_file = /etc/secret',
    'hashed_passwd: "!"',
    'ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAbcdefghijklmnopqrstuvwxyz0123456789ABCDEFG me]',
    'https://example.org/a:b',
    '%ops ALL=(ALL) NOPASSWD: ALL',
    'root: x:0:0',
  ])
    assert.deepEqual(scan(line), [], line);
});

test('packed ones: gzip, base64 of a file, a MIME part, a gzip in base64', () => {
  const secret = `#!/bin/sh\n# a line that makes it long enough to be broken\nexport TOKEN=sesame\n${'true\n'.repeat(30)}`;
  assert.deepEqual(scan(gzipSync(secret)), [`1 ${named}, packed`]);
  const encoded = Buffer.from(secret).toString('base64');
  assert.deepEqual(scan(`write_files:\n  - encoding: b64\n    content: ${encoded}\n`), [`3 ${named}, packed`]);
  const mime = `Content-Transfer-Encoding: base64\n\n${encoded.replace(/(.{76})/g, '$1\n')}\n`;
  assert.deepEqual(scan(mime), [`3 ${named}, packed`]);
  assert.deepEqual(scan(`x: ${gzipSync(secret).toString('base64')}`), [`1 ${named}, packed, packed`]);
});

test('a bomb, a damaged package and a binary file are no secrets, and soon done', async () => {
  assert.deepEqual(scan(gzipSync(Buffer.alloc(64 * 1024 * 1024))), []);
  assert.deepEqual(scan(Uint8Array.of(0x1f, 0x8b, 1, 2, 3)), []);
  assert.deepEqual(scan(Buffer.concat([Buffer.from('password: sesame\n'), Buffer.alloc(4)])), []);
  await assertLinear(40_000, (size) => {
    const text = `${'a'.repeat(50 * size)}\n${'a '.repeat(size)}\n${'token'.repeat(size / 3)}`;
    return () => assert.deepEqual(scan(text), []);
  });
});

test('lines made to be slow are not, and a secret at the end of a long one is found', async () => {
  for (const piece of [
    'a-',
    'a.',
    '-',
    '--a',
    '$6$',
    'discovery=http://x/',
    'eyJaaaaaaaaaa-',
    'token=',
    'http://a:',
    ' \t',
    '--token ',
    '=',
    'A/',
  ])
    await assertLinear(500_000, (size) => {
      const line = piece.repeat(Math.ceil(size / piece.length));
      return () => assert.ok(scan(line).length <= 1, piece);
    });
  const bombs = `${gzipSync(Buffer.alloc(1024 * 1024)).toString('base64')}\n\n`;
  await assertLinear(500, (count) => {
    const text = bombs.repeat(count);
    return () => assert.deepEqual(scan(text), []);
  });
  assert.deepEqual(scan(`${'x y '.repeat(10_000)}password=sesame`), [`1 ${named}`]);
});

test('passwords of chpasswd, in both forms of the list', () => {
  assert.deepEqual(scan('#cloud-config\nchpasswd:\n  list: |\n    root:sesame\n'), ['3 passwords']);
  assert.deepEqual(scan('#cloud-config\nchpasswd:\n  expire: true\n  list: [root:sesame]\n'), ['4 passwords']);
  assert.deepEqual(scan('#cloud-config\nchpasswd:\n  list: [root:RANDOM]\n'), []);
  assert.deepEqual(scan('chpasswd: [broken'), []);
});
