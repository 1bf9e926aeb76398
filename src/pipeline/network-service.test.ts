import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Stage, Step } from '../core/plan.ts';
import { defaultPolicy } from '../core/policy.ts';
import { createMemoryHost } from '../host/memory.ts';
import { noNetworkServices } from '../host/network-services.ts';
import type { InstanceRecord } from '../state/record.ts';
import { leaveToService } from './network-service.ts';

const step: Step = {
  ...{ id: 'net/eth0/10.0.0.5/24', module: 'network', stage: 'early', summary: 'eth0 10.0.0.5/24' },
  action: { kind: 'netAddress', link: 'eth0', family: 4, address: '10.0.0.5', prefixLength: 24, tool: 'iproute2' },
};
const path = '/etc/network/interfaces.d/50-guest-init';
const record: InstanceRecord = {
  ...{
    instance: { uuid: 'u' },
    name: 'u',
    source: '/dev/sr0',
    startedAt: 0,
    bootId: 'b',
    stages: {},
    everyBoot: false,
  },
  ...{ diagnostics: [], networkSteps: [step], networkBackend: 'ifupdown' },
  made: [{ path, sha256: 'x', step: `network_files${path}` }],
};

const policy = { ...defaultPolicy, network: { ...defaultPolicy.network, backend: 'auto' as const } };

type Case = {
  record?: InstanceRecord;
  files?: Record<string, string>;
  ifupdown?: boolean;
  stages?: readonly Stage[];
  startedByUnit?: boolean;
};

function decide(given: Case = {}): string | undefined {
  const { host } = createMemoryHost({
    files: given.files ?? { [path]: 'x' },
    facts: { networkServices: { ...noNetworkServices, ifupdown: given.ifupdown ?? true } },
  });
  const { stages = ['early'], startedByUnit = true } = given;
  return leaveToService(given.record ?? record, { host, policy, stages, startedByUnit })?.description;
}

test('a network that is written down is left to its service, and told all the same', () => {
  assert.equal(decide(), 'eth0 10.0.0.5/24');
});

const { networkBackend: _, ...unwritten } = record;
const ours: [string, Case][] = [
  ['was never written down', { record: unwritten }],
  ["lost its service's place at boot", { ifupdown: false }],
  ['lost a file', { files: {} }],
  ['is looked at after its service has started', { stages: ['late'] }],
  ['is looked at by a person', { startedByUnit: false, stages: ['early', 'late'] }],
];
for (const [name, given] of ours) {
  test(`a network that ${name} is compared and restored`, () => assert.equal(decide(given), undefined));
}
