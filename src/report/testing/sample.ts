// A record in which a bit of everything happened, and the report that is made of it.

import type { Outcome, Step } from '../../core/plan.ts';
import { plainFacts } from '../../host/memory.ts';
import type { InstanceRecord, StageRecord } from '../../state/record.ts';
import { buildReport, type ReportInput } from '../build.ts';
import type { Report } from '../view.ts';

/** Everything that user_data may have brought; none of it is for others. */
export const canary = 'S3cr3t-canary';

const outcome = (id: string, module: string, details: Partial<Outcome> = {}): Outcome => ({
  step: { id, module, stage: 'early', summary: `summary of ${id}` },
  ...{ status: 'changed', startMs: 1, ms: 2 },
  ...details,
});

const late = (id: string, details: Partial<Outcome> = {}): Outcome => ({
  ...outcome(id, 'runcmd', details),
  step: { id, module: 'runcmd', stage: 'late', summary: 'curl', source: 'user_data:4:5' },
});

const address: Step = {
  ...{ id: 'net/eth0/10.0.0.5/24', module: 'network', stage: 'early', summary: 'eth0 10.0.0.5/24' },
  guess: '/24 (config: network.default_prefix)',
  action: { kind: 'netAddress', link: 'eth0', family: 4, address: '10.0.0.5', prefixLength: 24, tool: 'iproute2' },
};

const stage = (startedAt: number, ms: number, outcomes: readonly Outcome[]): StageRecord => ({
  ...{ bootId: 'boot-1', startedAt, ms, exitCode: 2, outcomes },
});

export const sampleRecord: InstanceRecord = {
  ...{ instance: { uuid: 'u' }, name: 'u', hostname: 'web-1', source: '/dev/sr0 (iso9660)', bootId: 'boot-1' },
  ...{ startedAt: 1_795_230_459, everyBoot: false, networkBackend: 'ifupdown', networkSteps: [address] },
  networkChecks: [{ link: 'eth0', what: 'gateway', subject: '10.0.0.254', result: 'trouble' }],
  diagnostics: [
    { severity: 'error', code: 'unknown-key', source: 'user_data', line: 2, column: 1, message: 'unknown' },
  ],
  stages: {
    early: stage(1_795_230_459, 40, [
      outcome('net/eth0/10.0.0.5/24', 'network', { startMs: 2, ms: 3 }),
      outcome('net/eth0/default', 'network', { startMs: 5, ms: 10 }),
      outcome('hostname', 'hostname', {
        startMs: 16,
        changes: [{ op: '~', what: '/etc/hostname', diff: ['-template', '+web-1'] }],
      }),
      outcome('write_files/0', 'write-files', {
        startMs: 20,
        changes: [{ op: '+', what: '/etc/motd  0644 root:root  14 bytes', diff: [`+${canary}`] }],
      }),
      outcome('write_files/1', 'write-files', {
        startMs: 22,
        changes: [{ op: '+', what: '/etc/app.conf  0640 root:root  9 bytes' }],
      }),
      outcome('users/ops', 'users', { status: 'failed', startMs: 30, message: `useradd exited 4: ${canary}` }),
      {
        step: { id: 'users/ops/keys', module: 'users', stage: 'early', summary: 'ops: 1 key' },
        ...{ status: 'skipped', ms: 0, message: 'needs users/ops, which failed' },
      },
    ]),
    late: stage(1_795_230_470, 8500, [
      late('runcmd/0', { startMs: 10, ms: 8400, exitCode: 0, tail: [`token ${canary}`, 'done'], lines: [canary] }),
      late('runcmd/1', { status: 'failed', startMs: 8420, ms: 20, exitCode: 5, tail: [canary], message: 'exited 5' }),
    ]),
  },
  made: [
    { path: '/etc/motd', sha256: 'aa'.repeat(32), step: 'write_files/0' },
    { path: '/etc/ssh/ssh_host_rsa_key', step: 'ssh/host_keys' },
  ],
};

/** The report of `record`, made at a fixed time. */
export function makeSample(record: InstanceRecord = sampleRecord, changes: Partial<ReportInput> = {}): Report {
  return buildReport({
    program: 'guest-init 0.1.0',
    status: {
      ...{ state: 'degraded', exitCode: 2, message: 'web-1; users/ops failed', hint: 'see: guest-init status' },
      ...{ instance: record.name, source: record.source, startedAt: record.startedAt, ms: 1 },
      ...{ guesses: ['/24 (config: network.default_prefix)'], nextBoot: 'network check only', steps: [] },
    },
    record,
    isRoot: true,
    facts: plainFacts,
    machine: { os: 'Debian GNU/Linux 12', kernel: '6.1.0', architecture: 'x64', processors: 2, memory: 2 ** 31 },
    now: 1_795_230_500,
    findLog: (id) => `/output/${id.replace('/', '-')}.log`,
    ...changes,
  });
}
