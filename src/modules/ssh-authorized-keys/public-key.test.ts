import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePublicKey } from './public-key.ts';

const ed25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPvT7rjcme67eF/i9Nn36AVxYRijvp4S2UyFdhm+UDPp ops@example';
const rsa =
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC83I1iLK2FvfUp9RDdgmnkLmCfuZwm0YDwb1e/xQ5E+2Lsqv3mN2cl+UrtSt4Ac5HL7zZCzwJEvkuSU8HDis+6cxqeqdXjWu8OUBqyULRagh19xE2EX0mFWUhWRuDK+JgaBa6tbpRQIQShOYwTiKOPJJHTHJYDDn/wZ4XMiEgj8X2VggRaaJS6ti5pugERvtRtt716MgnMAw4BPSWUmk0ea04NR3iZQmnXym6w9ydJRZcgFaKjVPAEIlMKzv+c4eUTyuSEbacmET30ZVEkZb8btomtCZD/fFvXGQdfsP0eFYEd1rEPa3CB+ZztVYvbukA9/r8V8mdP8c9zCpIdfIbf rsa@example';
const ecdsa =
  'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBM0Sn7Rkhub16LowkO6GGRfov9Sn6tlzOoy4HLbSFBi9RJ2+ghl5W1ul5z7LcXudOqw7mYlYL5P0E2saTn7e7Zk= ec@example';
const securityKey =
  'sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIFy2oumdJTkUr52rfCz4lslIreNGi40XQg/m82dszplpAAAABHNzaDo= sk@example';
const certificate =
  'ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIG/VKgzd3zdsD2s/ciC28Pn9aSj3yc19CfJ26UWENbygAAAAAXg= cert@example';
const [, body = ''] = ed25519.split(' ');

const accepted: readonly [title: string, line: string, options: string | undefined][] = [
  ['Ed25519', ed25519, undefined],
  ['RSA', rsa, undefined],
  ['ECDSA', ecdsa, undefined],
  ['a security key', securityKey, undefined],
  ['blanks around', `  ${ed25519}\n`, undefined],
  ['no comment', `ssh-ed25519 ${body}`, undefined],
  ['one option', `restrict ${ed25519}`, 'restrict'],
  ['a quoted option with blanks', `command="echo a b",no-pty ${ed25519}`, 'command="echo a b",no-pty'],
  ['a quoted quote', `command="echo \\"a b\\"" ${ed25519}`, 'command="echo \\"a b\\""'],
];

for (const [title, line, options] of accepted) {
  test(`accepts ${title}`, () => {
    const key = parsePublicKey(line);
    assert.ok('line' in key);
    assert.equal(key.options, options);
    assert.match(key.line, /^[a-z0-9@.-]+ AAAA/);
  });
}

const refused: readonly [title: string, line: string][] = [
  ['nothing', ''],
  ['a word', 'ops'],
  ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----'],
  ['two lines', `${ed25519}\n${ed25519}`],
  ['a carriage return inside', `ssh-ed25519 ${body} a\rb`],
  ['a NUL', `ssh-ed25519 ${body} a\0b`],
  ['a Unicode line separator', `ssh-ed25519 ${body} a\u2028b`],
  ['a type of JavaScript', `constructor ${body}`],
  ['an unknown type', `ssh-rsa2 ${body}`],
  ['no body', 'ssh-ed25519'],
  ['a body that is no base64', `ssh-ed25519 ${body.slice(0, -4)}!!!!`],
  ['a cut body', `ssh-ed25519 ${body.slice(0, -8)}`],
  ['a body with more behind', `ssh-ed25519 ${body}AAAA`],
  ['another type inside', `ssh-rsa ${body}`],
  ['another type of as many fields inside', ecdsa.replace('nistp256 ', 'nistp384 ')],
  ['an RSA type with one field', `ssh-rsa ${Buffer.from('\0\0\0\x07ssh-rsa\0\0\0\x01a').toString('base64')}`],
  ['options without a key', 'command="x"'],
  ['an open quote', `command="x ${ed25519}`],
  ['a comment line', `# ${ed25519}`],
  ['a length beyond the end', `ssh-ed25519 ${Buffer.from('\x7f\xff\xff\xffssh', 'latin1').toString('base64')}`],
  ['a line without end', `ssh-ed25519 ${body} ${'x'.repeat(20_000)}`],
];

for (const [title, line] of refused) {
  test(`refuses ${title}`, () => {
    const problem = parsePublicKey(line);
    assert.ok('expected' in problem, JSON.stringify(problem));
    assert.ok(!problem.expected.includes(body.slice(20, 40)), 'the line is in the message');
  });
}

for (const [title, line] of [
  ['an OpenSSH certificate', certificate],
  ['an OpenSSH certificate behind options', `restrict ${certificate}`],
  ['a PEM certificate', '-----BEGIN CERTIFICATE-----'],
  ['a bare DER body', `MIIC${'A'.repeat(80)}`],
] as const) {
  test(`leaves out ${title}`, () => {
    assert.deepEqual(parsePublicKey(line), { expected: 'a plain public key', skip: true });
  });
}
