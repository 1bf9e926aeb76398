import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as v from 'valibot';
import { assertLinear } from '../../test/support/cpu-time.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { defaultPolicy } from '../core/policy.ts';
import { Policy } from '../core/policy-schema.ts';
import { createMemoryHost } from '../host/memory.ts';
import { loadPolicy, policyPath } from './policy-file.ts';

const load = (text: string) => loadPolicy(createMemoryHost({ files: { [policyPath]: text } }).host);
const repositoryRoot = join(import.meta.dirname, '..', '..');

async function refuse(text: string): Promise<string> {
  const error = await load(text).then(
    () => assert.fail(`accepted: ${text}`),
    (error: unknown) => error,
  );
  assert.ok(error instanceof AgentError, String(error));
  assert.equal(error.code, exitCodes.inputInvalid);
  assert.match(error.hint ?? '', /config\.yaml/);
  return error.message.replace(`${policyPath}:`, '');
}

test('the defaults of the boot path are those of the schema', () => {
  assert.deepEqual(defaultPolicy, v.parse(Policy, {}));
});

test('absent, empty, all comments and the packaged file mean the defaults, by identity: nothing was parsed', async () => {
  const packaged = readFileSync(join(repositoryRoot, 'packaging/config.yaml'), 'utf8');
  assert.equal(await loadPolicy(createMemoryHost().host), defaultPolicy);
  for (const text of ['', '\n\n', '# a: 1', '  # a\r\n\r\n#b\r\n', packaged]) {
    assert.equal(await load(text), defaultPolicy, JSON.stringify(text));
  }
});

test('what is said is laid over the defaults', async () => {
  const policy = await load('network:\n  default_gateway: 1\ndefault_user: ops\n');
  assert.deepEqual(policy, {
    ...defaultPolicy,
    network: { ...defaultPolicy.network, default_gateway: 1 },
    default_user: 'ops',
  });
  assert.equal((await load('network:\n  default_gateway: none\n')).network.default_gateway, 'none');
  assert.equal((await load('network:\n  default_gateway: 10.0.0.1\n')).network.default_gateway, '10.0.0.1');
  assert.equal((await load('drive: {required: false}\n')).drive.required, false);
});

test('a long file of comments and empty lines with one setting takes no longer for its size', async () => {
  await assertLinear(2000, (count) => {
    const text = `${'# a comment\n\n'.repeat(count)}admin_pass: true\n`;
    return async () => assert.equal((await load(text)).admin_pass, true);
  });
});

test('an error refuses the whole file, with its place, what was expected and the type that was found', async () => {
  const cases: [string, RegExp][] = [
    ['user_data_file: {path: /../etc/x}\n', /user_data_file.path: expected an absolute path or "none"/],
    ['user_data_file: {path: /./x}\n', /user_data_file.path: expected an absolute path or "none"/],
    ['admin_pass: "yes"\n', /^1:\d+: admin_pass: expected boolean, found a string$/],
    ['# x\nnetwork:\n  gateway: 1\n', /^3:\d+: network\.gateway: no such setting$/],
    ['network: 5\n', /^1:\d+: network: expected a map of settings, found a number$/],
    ['- a\n', /^1:\d+: expected a map of settings, found a list$/],
    ['network:\n  default_prefix: 33\n', /^2:\d+: network\.default_prefix: expected a prefix length from 1 to 32/],
    ['network:\n  default_gateway: nowhere\n', /^2:\d+: network\.default_gateway: expected an IPv4 address/],
    ['default_user: "a b"\n', /^1:\d+: default_user: expected a user name, found a string$/],
    ['a: 1\nadmin_pass: 3\n', /^2:\d+: admin_pass: expected boolean, found a number \(and 1 more\)$/],
    ['network: [\n', /^\d+:\d+: /],
    ['admin_pass: true\nadmin_pass: false\n', /^2:1: admin_pass: set twice$/],
  ];
  for (const [text, expected] of cases) assert.match(await refuse(text), expected, text);
});

test('no value of the file is repeated', async () => {
  for (const text of [
    'default_user: "S3cr3t canary"\n',
    'network:\n  default_gateway: S3cr3t-canary\n',
    'timeout:\n  early: S3cr3t-canary\n',
  ]) {
    assert.doesNotMatch(await refuse(text), /S3cr3t/);
  }
});
