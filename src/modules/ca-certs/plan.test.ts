import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { caCerts } from './index.ts';

const certificate = '-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n';
const fedora = { os: { id: 'fedora', idLike: [], prettyName: 'Fedora' } };

describe('ca_certs: what is said', () => {
  const cases: readonly [name: string, body: string, problems: readonly RegExp[], steps: number][] = [
    ['an entry that is no certificate', `ca_certs: {trusted: ["${certificate}", x]}\n`, [/trusted\[1\] \| .*PEM/], 2],
    ['an entry of another type', 'ca_certs: {trusted: [1]}\n', [/trusted\[0\] \| .*PEM.*number/], 0],
    ['no list', 'ca_certs: {trusted: x}\n', [/a list of certificates/], 0],
    ['the old spelling', `ca-certs: {trusted: ["${certificate}"]}\n`, [/note .*deprecated \| spelt ca_certs today/], 2],
    [
      'both spellings',
      `ca_certs: {trusted: ["${certificate}"]}\nca-certs: {trusted: []}\n`,
      [/warning .*ca_certs is there too/],
      2,
    ],
    ['nothing asked for', 'ca_certs: {remove_defaults: false}\n', [], 0],
  ];
  for (const [name, body, problems, count] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(caCerts, body);
      const said = listProblems(diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
      assert.equal(steps.length, count);
      assert.doesNotMatch(said.join('\n'), /MIIB/);
    });

  it('defaults that cannot be removed', () => {
    const { steps, diagnostics } = planDocument(caCerts, 'ca_certs: {remove_defaults: true}\n', { facts: fedora });
    assert.deepEqual(steps, []);
    assert.match(listProblems(diagnostics).join('\n'), /^warning .*remove_defaults \| unsupported-key/);
  });
});
