import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PhoneHomeAction } from '../../core/action.ts';
import { hostname } from '../hostname/index.ts';
import { listProblems, planDocument } from '../write-files/testing/plan-case.ts';
import { phoneHome } from './index.ts';

describe('phone_home: what is said', () => {
  const cases: readonly [name: string, body: string, problem: RegExp, steps?: number][] = [
    ['no address', 'phone_home: {post: all}\n', /phone_home \| missing \| the key "url"/],
    ['another protocol', 'phone_home: {url: "ftp://S3cr3t/"}\n', /url \| value \| expected an http or https address/],
    ['no host', 'phone_home: {url: "http:///S3cr3t"}\n', /url \| value/],
    [
      'another field',
      'phone_home: {url: "http://a/S3cr3t", post: [shadow]}\n',
      /post.*"all", or a list of pub_key_rsa/,
      1,
    ],
    ['no try', 'phone_home: {url: "http://a/S3cr3t", tries: 0}\n', /tries \| value/],
  ];
  for (const [name, body, problem, count = 0] of cases)
    it(name, () => {
      const { steps, diagnostics } = planDocument(phoneHome, body);
      const said = listProblems(diagnostics);
      assert.equal(said.length, 1, said.join('\n'));
      assert.match(said[0] ?? '', problem);
      assert.doesNotMatch(said[0] ?? '', /S3cr3t/);
      assert.equal(steps.length, count);
    });
});

it('names the guest as the hostname module does, and puts the instance into the address alone', () => {
  const body = 'hostname: web-9\nfqdn: web-9.example.org\nphone_home: {url: "http://a/$INSTANCE_ID/$INSTANCE_IDS"}\n';
  const { steps } = planDocument(phoneHome, body, { neighbours: [hostname], instance: { id: { uuid: 'x/../y' } } });
  const action = steps[0]?.action as PhoneHomeAction;
  assert.equal(action.url.reveal(), 'http://a/x%2F..%2Fy/$INSTANCE_IDS');
  const values = action.fields.flatMap(({ name, value }) => (value === undefined ? [] : [`${name}=${value}`]));
  assert.deepEqual(values, ['instance_id=x/../y', 'hostname=web-9', 'fqdn=web-9.example.org']);
  assert.equal(steps[0]?.summary, 'http://a');
});
