import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Step } from '../core/plan.ts';
import { createMemoryHost } from '../host/memory.ts';
import { fingerprintHostKeys, selectShownKeys } from './host-keys.ts';

const { host } = createMemoryHost({
  files: {
    '/etc/ssh/ssh_host_rsa_key.pub': 'ssh-rsa AAAA root@x\n',
    '/etc/ssh/ssh_host_ecdsa_key.pub': 'ecdsa-sha2-nistp256 BBBB root@x\n',
    '/etc/ssh/ssh_host_rsa_key-cert.pub': 'ssh-rsa-cert-v01@openssh.com CCCC root@x\n',
  },
});

function show(hidden?: 'all' | readonly string[]): (string | undefined)[] {
  const action = { kind: 'hostKeys', types: [], ...(hidden === undefined ? {} : { hidden }) } as const;
  const step: Step = { id: 'ssh/host_keys', module: 'ssh-host-keys', stage: 'early', summary: '', action };
  return selectShownKeys(fingerprintHostKeys(host), [step]).map((line) => line.split(' ')[0]);
}

test('fingerprints of the host keys are shown, but for those that user_data hides', () => {
  assert.deepEqual(show(), ['ecdsa-sha2-nistp256', 'ssh-rsa']);
  assert.deepEqual(show('all'), []);
  for (const hidden of ['rsa', 'ssh-rsa', fingerprintHostKeys(host)[1]?.split(' ')[1] ?? '']) {
    assert.deepEqual(show([hidden]), ['ecdsa-sha2-nistp256'], hidden);
  }
});
