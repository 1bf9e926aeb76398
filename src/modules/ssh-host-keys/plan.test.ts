import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { sshHostKeys } from './index.ts';

const key = '-----BEGIN RSA PRIVATE KEY-----\\nCANARY\\n-----END RSA PRIVATE KEY-----\\n';
const facts = { sshd: 'keyed' } as const;

function types(body: string, given: Parameters<typeof planDocument>[2] = { facts }): readonly string[] | undefined {
  const { steps } = planDocument(sshHostKeys, body, given);
  const [action] = steps.map((step) => step.action).filter((found) => found.kind === 'hostKeys');
  return action?.given?.reveal().map(({ type }) => type) ?? action?.types;
}

describe('host keys: what is said', () => {
  const cases: readonly [
    name: string,
    body: string,
    problems: readonly RegExp[],
    types: readonly string[] | undefined,
  ][] = [
    [
      'a private key that is none',
      'ssh_keys: {rsa_private: CANARY, ed25519_private: "${key}"}\n',
      [/^error \| user_data:2:\d+ \| ssh_keys\.rsa_private .*BEGIN … PRIVATE KEY/],
      ['ed25519'],
    ],
    [
      'no usable private key',
      'ssh_keys: {rsa_private: CANARY}\n',
      [/ssh_keys\.rsa_private/],
      ['rsa', 'ecdsa', 'ed25519'],
    ],
    [
      'halves without their private key',
      'ssh_keys: {rsa_public: ssh-rsa AAAA, rsa_certificate: ssh-rsa-cert-v01@openssh.com AAAA}\n',
      [/^error .*rsa_public \| missing \| .*rsa_private/, /^error .*rsa_certificate \| missing/],
      ['rsa', 'ecdsa', 'ed25519'],
    ],
    [
      'DSA',
      'ssh_keys: {dsa_private: CANARY}\n',
      [/^warning .*dsa_private .*OpenSSH 7\.0/],
      ['rsa', 'ecdsa', 'ed25519'],
    ],
    ['DSA among the types', 'ssh_genkeytypes: [dsa, rsa]\n', [/^note .*ssh_genkeytypes\[0\] \| deprecated/], ['rsa']],
    ['a type of security tokens', 'ssh_genkeytypes: [ed25519-sk, rsa]\n', [/^error .*rsa, ecdsa or ed25519/], ['rsa']],
    [
      'an unknown kind of key',
      'ssh_keys: {"ecdsa-sk_private": CANARY}\n',
      [/^error .*ecdsa-sk_private/],
      ['rsa', 'ecdsa', 'ed25519'],
    ],
    ['publishing', 'ssh_publish_hostkeys: {enabled: true}\n', [/^note .*config drive/], ['rsa', 'ecdsa', 'ed25519']],
    ['output of ssh-keygen', 'ssh_quiet_keygen: false\n', [/^note .*not shown/], ['rsa', 'ecdsa', 'ed25519']],
    ['fingerprints of users', 'authkey_hash: sha512\n', [/^note .*authkey_hash/], ['rsa', 'ecdsa', 'ed25519']],
  ];
  for (const [name, body, problems, expected] of cases) {
    it(name, () => {
      const document = body.replace('${key}', key);
      const said = listProblems(planDocument(sshHostKeys, document, { facts }).diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
      assert.doesNotMatch(said.join('\n'), /CANARY/);
      assert.deepEqual(types(document), expected);
    });
  }

  it('an sshd that is left without a key', () => {
    const { steps, diagnostics } = planDocument(sshHostKeys, 'ssh_genkeytypes: []\n', { facts: { sshd: 'keyless' } });
    assert.deepEqual(steps, []);
    assert.match(listProblems(diagnostics).join('\n'), /^warning .*conflict \| sshd has no host key/);
  });

  it('keys of an instance without a name stay', () => {
    const { steps } = planDocument(sshHostKeys, 'ssh_quiet_keygen: true\n', { facts, instance: { id: {} } });
    assert.equal(JSON.stringify(steps).includes('replaceFor'), false);
  });
});
