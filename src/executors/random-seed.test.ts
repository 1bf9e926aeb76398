import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RandomSeedAction } from '../core/action.ts';
import { SecretData } from '../core/secret.ts';
import { createMemoryHost } from '../host/memory.ts';
import { randomSeed } from './random-seed.ts';

const context = { commandTimeoutMs: 0, instanceDirectory: '', environment: {}, stepId: 's' };
const seed = new SecretData<Uint8Array>(Uint8Array.of(1, 2, 3));
const toDevice: RandomSeedAction = { kind: 'randomSeed', path: '/dev/urandom', seed };
const toFile: RandomSeedAction = { kind: 'randomSeed', path: '/var/lib/seed', seed };

test('a device gets the bytes and stays a device', async () => {
  const { host, files } = createMemoryHost({ files: { '/dev/urandom': { kind: 'other' } } });
  assert.equal(randomSeed.token?.(toDevice, host), undefined);
  await randomSeed.apply(toDevice, host, context);
  assert.deepEqual(files.get('/dev/urandom')?.content, Uint8Array.of(1, 2, 3));
  assert.equal(files.get('/dev/urandom')?.kind, 'other');
});

test('a file gets them at its end, once for each try that was cut off', async () => {
  const { host, files } = createMemoryHost({ files: { '/var/lib/seed': { content: Uint8Array.of(9), mode: 0o600 } } });
  const token = randomSeed.token?.(toFile, host) ?? '';
  await randomSeed.apply(toFile, host, context);
  await randomSeed.apply(toFile, host, { ...context, interrupted: { token, tries: 1 } });
  assert.deepEqual([...(files.get('/var/lib/seed')?.content ?? [])], [9, 1, 2, 3]);
});

test('a new file is for root alone', async () => {
  const { host, files } = createMemoryHost();
  await randomSeed.apply(toFile, host, context);
  assert.equal(files.get('/var/lib/seed')?.mode, 0o600);
});

test('an image gets no file in place of its device', () => {
  const { host } = createMemoryHost({ live: false });
  assert.equal(randomSeed.inspect(toDevice, host).state, 'same');
  assert.equal(randomSeed.inspect(toFile, host).state, 'unknown');
});
