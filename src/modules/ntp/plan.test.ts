import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { ntp } from './index.ts';
import { listVendorPools } from './pools.ts';

describe('ntp: what is said', () => {
  const cases: readonly [name: string, body: string, problem: RegExp, steps: number][] = [
    [
      'a line break',
      'ntp: {servers: ["a\\nkeyfile /etc/shadow", b]}\n',
      /servers\[0\] \| value \| expected a host name/,
      3,
    ],
    ['an option', 'ntp: {pools: ["-x"]}\n', /pools\[0\] \| value/, 3],
    ['no list', 'ntp: {servers: a.example}\n', /ntp\.servers \| type \| .*a list of servers/, 0],
    [
      'a client without a template',
      'ntp: {ntp_client: clockd}\n',
      /ntp_client \| value \| .*confpath, service_name, template/,
      0,
    ],
    ['a relative file', 'ntp: {config: {confpath: etc/x}}\n', /config\.confpath \| value/, 0],
    [
      'peers without a word',
      'ntp: {ntp_client: openntpd, peers: [a]}\n',
      /^warning .*ntp\.peers \| unsupported-key \| openntpd/,
      3,
    ],
    ['allow without a word', 'ntp: {ntp_client: ntp, allow: [all]}\n', /^warning .*ntp\.allow \| unsupported-key/, 3],
    [
      'a template that is none',
      'ntp: {config: {template: "## template:jinja\\n{% for x in pools %}"}}\n',
      /config\.template \| syntax \| line 2 of the template/,
      0,
    ],
    [
      'a name that nobody gives',
      'ntp: {config: {template: "## template:jinja\\n{{ passwords }}"}}\n',
      /line 2 of the template: .*passwords/,
      0,
    ],
    ['another key', 'ntp: {servers: [a], stratum: 2}\n', /unknown-key.*stratum/, 3],
  ];
  for (const [name, body, problem, count] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(ntp, body);
      const said = listProblems(diagnostics);
      assert.equal(said.length, 1, said.join('\n'));
      assert.match(said[0] ?? '', problem);
      assert.equal(steps.length, count);
    });
});

it('who names no server gets those of the distribution', () => {
  assert.deepEqual(listVendorPools({ id: 'opensuse-leap', idLike: ['suse'] })[0], '0.opensuse.pool.ntp.org');
  assert.deepEqual(listVendorPools({ id: 'devuan', idLike: ['debian'] })[3], '3.debian.pool.ntp.org');
  assert.deepEqual(listVendorPools({ id: 'own', idLike: [] })[0], '0.pool.ntp.org');
});
