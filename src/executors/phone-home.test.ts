import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PhoneHomeAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { Secret } from '../core/secret.ts';
import { createMemoryHost } from '../host/memory.ts';
import { phoneHome } from './phone-home.ts';

const context = { commandTimeoutMs: 1000, instanceDirectory: '', environment: {}, stepId: 's' };
const action: PhoneHomeAction = {
  kind: 'phoneHome',
  url: new Secret('https://home.example/S3cr3t/i-1?token=S3cr3t'),
  fields: [
    { name: 'instance_id', value: 'i 1&x' },
    { name: 'pub_key_rsa', file: '/etc/ssh/rsa.pub' },
    { name: 'pub_key_dsa', file: '/etc/ssh/dsa.pub' },
  ],
  tries: 3,
  pauseMs: 1,
};

type Answer = { status: number } | AgentError;

const refusal = (reason: string) => new AgentError(exitCodes.internal, `home.example: ${reason}`);

function makeHost(answers: readonly Answer[]) {
  const calls: { url: string; form: string }[] = [];
  const { host } = createMemoryHost({
    files: { '/etc/ssh/rsa.pub': 'ssh-rsa AAAA a+b\n' },
    fetch: async (url, { body = '' }) => {
      const answer = answers[calls.length] ?? refusal('no more');
      calls.push({ url, form: body });
      if (answer instanceof AgentError) throw answer;
      return { ...answer, body: new Uint8Array() };
    },
  });
  return { host, calls };
}

describe('phone_home', () => {
  it('posts what there is, and N/A for what there is not', async () => {
    const { host, calls } = makeHost([{ status: 204 }]);
    assert.deepEqual(await phoneHome.apply(action, host, context), { message: 'answered 204' });
    assert.equal(calls[0]?.url, action.url.reveal());
    assert.deepEqual(Object.fromEntries(new URLSearchParams(calls[0]?.form)), {
      instance_id: 'i 1&x',
      pub_key_rsa: 'ssh-rsa AAAA a+b\n',
      pub_key_dsa: 'N/A',
    });
  });

  it('tries again', async () => {
    const { host, calls } = makeHost([refusal('refuses the connection'), { status: 503 }, { status: 200 }]);
    assert.deepEqual(await phoneHome.apply(action, host, context), { message: 'answered 200 to try 3' });
    assert.equal(calls.length, 3);
  });

  const failures: readonly [answer: Answer, message: RegExp][] = [
    [{ status: 404 }, /^home\.example: answered 404 \(3 of 3 tries\)$/],
    [{ status: 302 }, /answered 302, a redirect, which is not followed/],
    [refusal('its certificate is not trusted here'), /^home\.example: its certificate is not trusted here \(/],
  ];
  for (const [answer, message] of failures)
    it(`fails without a word of the path: ${message}`, async () => {
      const { host } = makeHost([answer, answer, answer]);
      await assert.rejects(
        async () => phoneHome.apply(action, host, context),
        (error: Error) => {
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /S3cr3t/);
          return true;
        },
      );
      assert.doesNotMatch(JSON.stringify(phoneHome.inspect(action, host)), /S3cr3t/);
    });

  it('ends with the time that is left', async () => {
    const { host, calls } = makeHost([{ status: 500 }, { status: 500 }, { status: 500 }]);
    const slow = { ...action, pauseMs: 5000 };
    await assert.rejects(async () => phoneHome.apply(slow, host, context), /1 of 3 tries/);
    assert.equal(calls.length, 1);
  });
});
