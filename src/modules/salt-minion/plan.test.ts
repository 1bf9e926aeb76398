import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '../../core/secret.ts';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { saltMinion } from './index.ts';

const pem = '"-----BEGIN PRIVATE KEY-----\\nCANARY\\n-----END PRIVATE KEY-----\\n"';

describe('salt_minion', () => {
  const cases: readonly [name: string, body: string, problems: readonly RegExp[], steps: readonly string[]][] = [
    [
      'one key without the other',
      `{private_key: ${pem}}`,
      [/^error .*private_key \| missing \| public_key/],
      ['install', 'renew', 'service'],
    ],
    ['a key that is none', `{private_key: CANARY, public_key: ${pem}}`, [/private_key .*PEM/], []],
    ['a folder that leaves', '{config_dir: /../x}', [/config_dir .*absolute path/], []],
    ['an option for a service', '{service_name: --now}', [/service_name .*letters/], []],
    ['an unknown key', '{master: x, conf: {}}', [/unknown key "master"/], ['install', 'conf', 'renew', 'service']],
  ];
  for (const [name, body, problems, expected] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(saltMinion, `salt_minion: ${body}\n`);
      const said = listProblems(diagnostics);
      assert.equal(said.length, problems.length, said.join('\n'));
      for (const [index, problem] of problems.entries()) assert.match(said[index] ?? '', problem);
      assert.deepEqual(
        steps.map(({ id }) => id.replace('salt_minion/', '')),
        expected,
      );
      assert.doesNotMatch(said.join('\n') + JSON.stringify(steps), /CANARY/);
    });

  it('settings are written as JSON, every value as it was', () => {
    const { steps } = planDocument(
      saltMinion,
      'salt_minion: {conf: {a: "yes", b: no, c: "0644", d: [null, {e: 1.5}]}}\n',
    );
    const [action] = steps.map((step) => step.action).filter((found) => found.kind === 'file');
    const { content } = action ?? assert.fail('no file');
    assert.ok(content instanceof Secret);
    const [comment = '', ...lines] = content.reveal().split('\n');
    assert.match(comment, /^# /);
    assert.deepEqual(JSON.parse(lines.join('\n')), { a: 'yes', b: false, c: '0644', d: [null, { e: 1.5 }] });
  });
});
