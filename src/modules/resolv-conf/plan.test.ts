import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ResolverOwner } from '../../core/facts.ts';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { resolvConf } from './index.ts';

describe('resolv_conf: what is said', () => {
  const managed = (body: string): string => `manage_resolv_conf: true\nresolv_conf: ${body}\n`;
  const cases: readonly [name: string, body: string, resolver: ResolverOwner, problem: RegExp, steps: number][] = [
    ['not asked for', 'resolv_conf: {domain: a.example}\n', 'file', /^warning .*without manage_resolv_conf: true/, 0],
    ['nothing to manage', 'manage_resolv_conf: true\n', 'file', /^warning .*asks for nothing without resolv_conf/, 0],
    ['nothing in it', managed('{}'), 'file', /^warning .*asks for nothing without resolv_conf/, 0],
    ['a name as a server', managed('{nameservers: [ns.example, 192.0.2.1]}'), 'file', /nameservers\[0\] \| value/, 1],
    ['a line break', managed('{domain: "a\\noptions x"}'), 'file', /resolv_conf\.domain \| value/, 0],
    ['an option of two words', managed('{options: {rotate: "a b"}}'), 'file', /options/, 0],
    ['four servers', managed('{nameservers: [10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4]}'), 'file', /^warning .*limit/, 1],
    [
      'options',
      managed('{nameservers: [10.0.0.1], options: {rotate: true}}'),
      'resolved',
      /systemd-resolved .*no options/,
      2,
    ],
    ['no servers', managed('{domain: a.example}'), 'network-manager', /only with nameservers/, 2],
    ['another key', managed('{nameserver: [10.0.0.1]}'), 'file', /unknown-key.*nameserver/, 0],
  ];
  for (const [name, body, resolver, problem, count] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(resolvConf, body, { facts: { resolver } });
      const said = listProblems(diagnostics);
      assert.match(said.join('\n'), problem);
      assert.equal(steps.length, count, said.join('\n'));
    });
});
