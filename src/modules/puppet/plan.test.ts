import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hostname } from '../hostname/index.ts';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { puppet } from './index.ts';

describe('puppet', () => {
  const cases: readonly [name: string, body: string, problems: readonly RegExp[], steps: readonly string[]][] = [
    [
      'the installer',
      '{install_type: aio, collection: puppet7}',
      [/^warning .*install_type .*not downloaded/, /collection/],
      ['renew', 'service'],
    ],
    ['a version of nothing', '{install: false, version: "7.7"}', [/^warning .*version /], ['renew', 'service']],
    ['nothing but files', '{install: false, start_service: false, conf: {agent: {server: p}}}', [], ['conf']],
    [
      'text in place of a section',
      '{start_service: false, conf: {agent: CANARY}}',
      [/conf\.agent \| type \| .*map of settings/],
      [],
    ],
    ['a value of two lines', '{start_service: false, conf: {agent: {server: "CANARY\\n[main]"}}}', [/conf\.agent/], []],
    ['a path that climbs', '{start_service: false, conf_file: /../x}', [/conf_file .*without/], []],
    ['a section that is none', '{start_service: false, conf: {"a]": {server: p}}}', [/letters, digits/], []],
    [
      'an attribute that is a list',
      '{start_service: false, csr_attributes: {custom_attributes: {a: [CANARY]}}}',
      [/custom_attributes\.a/],
      [],
    ],
  ];
  for (const [name, body, problems, expected] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(puppet, `puppet: ${body}\n`);
      const said = listProblems(diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
      assert.doesNotMatch(said.join('\n') + JSON.stringify(steps), /CANARY/);
      if (said.length === 0 || expected.length > 0)
        assert.deepEqual(
          steps.map(({ id }) => id.replace('puppet/', '')),
          expected,
        );
    });

  it('the name of the certificate is filled in', () => {
    const body = 'fqdn: Web-1.Example.org\npuppet: {conf: {agent: {certname: "%i.%f"}}}\n';
    const { steps } = planDocument(puppet, body, { instance: { id: { ec2: 'i-0000000A' } }, neighbours: [hostname] });
    const [action] = steps.map((step) => step.action).filter((found) => found.kind === 'sections');
    assert.deepEqual(action?.settings, { agent: { certname: 'i-0000000a.web-1.example.org' } });
  });

  it('a rejected name is not that of the certificate', () => {
    const body = 'fqdn: 8.1\npuppet: {conf: {agent: {certname: "%f"}}}\n';
    const { steps } = planDocument(puppet, body, { instance: { hostname: 'web-1' }, neighbours: [hostname] });
    const [action] = steps.map((step) => step.action).filter((found) => found.kind === 'sections');
    assert.deepEqual(action?.settings, { agent: { certname: 'web-1' } });
  });
});
