// Parses one line of authorized_keys, sshd(8): options, type, base64 body, comment. The body must be a whole key of that type (RFC 4253 6.6).

import { isOneLine } from '../users/names.ts';

export type PublicKey = {
  readonly options?: string;
  /** Type, body and comment: the line without its options. */
  readonly line: string;
};

/** `skip`: a certificate or another thing that is no plain public key and is left out without harm. */
export type KeyProblem = { readonly expected: string; readonly skip?: boolean };

/** How many length-prefixed fields follow the type name in the body. */
const fieldCounts: Readonly<Record<string, number>> = {
  'ssh-rsa': 2,
  'ssh-dss': 4,
  'ssh-ed25519': 1,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
  'sk-ssh-ed25519@openssh.com': 2,
  'sk-ecdsa-sha2-nistp256@openssh.com': 3,
};

/** Longest line that is looked at; sshd itself reads 8 KiB in old releases. */
const lineLimit = 16_384;

/** One public key line. The problem is a noun phrase saying what was expected; it never holds the line. */
export function parsePublicKey(text: string): PublicKey | KeyProblem {
  const line = text.trim();
  if (!isOneLine(line)) return { expected: 'one public key on one line' };
  if (line.length > lineLimit) return { expected: `a public key line of at most ${lineLimit} characters` };
  if (isCertificate(line)) return { expected: 'a plain public key', skip: true };
  const [first = ''] = line.split(' ', 1);
  if (first in fieldCounts) return checkKey(line);
  const split = splitOptions(line);
  if (split === undefined) return { expected: 'a public key line such as "ssh-ed25519 AAAA… comment"' };
  const key = checkKey(split.rest);
  return 'expected' in key ? key : { options: split.options, line: key.line };
}

function isCertificate(line: string): boolean {
  return (
    /^(?:[a-z0-9-]+-cert-v0[01]@openssh\.com |x509v3-|-----BEGIN )/.test(line) || /^MI[A-Za-z0-9+/]{60,}/.test(line)
  );
}

/** Options end at the first blank outside double quotes; `\"` inside quotes is a quote. */
function splitOptions(line: string): { options: string; rest: string } | undefined {
  let quoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index];
    if (character === '\\' && line[index + 1] === '"') index += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === ' ' || character === '\t')) {
      const options = line.slice(0, index);
      return /^[A-Za-z]/.test(options) ? { options, rest: line.slice(index).trim() } : undefined;
    }
  }
  return undefined;
}

function checkKey(line: string): { line: string } | KeyProblem {
  if (isCertificate(line)) return { expected: 'a plain public key', skip: true };
  const [type = '', body = '', ...comment] = line.split(/[ \t]+/);
  const count = Object.hasOwn(fieldCounts, type) ? fieldCounts[type] : undefined;
  if (count === undefined) return { expected: 'a public key line such as "ssh-ed25519 AAAA… comment"' };
  const fields = splitFields(body);
  if (fields === undefined) return { expected: `a ${type} key whose base64 body is whole` };
  if (fields[0] !== type) return { expected: `a key body of the announced type ${type}` };
  if (fields.length !== count + 1) return { expected: `a ${type} key whose base64 body is whole` };
  return { line: [type, body, ...comment].join(' ') };
}

/** The length-prefixed fields of a key body as Latin-1 text; undefined when the base64 or a length is wrong or bytes are left over. */
function splitFields(body: string): string[] | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body) || body.length % 4 === 1) return undefined;
  const bytes = Buffer.from(body, 'base64');
  const fields: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + 4 > bytes.length) return undefined;
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length || end === at + 4) return undefined;
    fields.push(bytes.toString('latin1', at + 4, end));
    at = end;
  }
  return fields;
}
