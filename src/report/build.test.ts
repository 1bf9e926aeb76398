// The report as data: what it takes from the record, and what is left without one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InstanceRecord } from '../state/record.ts';
import { chooseExitCode, pathOf, type RunStatus } from './build.ts';
import { makeSample, sampleRecord } from './testing/sample.ts';

test('every step of both stages, with its name for people, and the file with what a command printed', () => {
  const report = makeSample();
  assert.deepEqual(report.counts, { changed: 6, unchanged: 0, failed: 2, skipped: 1 });
  assert.deepEqual(
    report.steps.filter(({ log }) => log !== undefined).map(({ label, exitCode, log }) => [label, exitCode, log]),
    [
      ['runcmd[0]', 0, '/output/runcmd-0.log'],
      ['runcmd[1]', 5, '/output/runcmd-1.log'],
    ],
  );
  assert.equal(report.ms, 8540);
  assert.equal(report.hint, 'mend what is named below, then: guest-init run --force');
  assert.deepEqual([report.scope, chooseExitCode(report)], ['whole', 0]);
});

test('files: those that were made, with what changed in them, then those that were only changed', () => {
  assert.deepEqual(
    makeSample().files.map(({ path, step, sha256, changes }) => [path, step, sha256?.slice(0, 4), changes.length]),
    [
      ['/etc/motd', 'write_files/0', 'aaaa', 1],
      ['/etc/ssh/ssh_host_rsa_key', 'ssh/host_keys', undefined, 0],
      ['/etc/hostname', 'hostname', undefined, 1],
      ['/etc/app.conf', 'write_files/1', undefined, 1],
    ],
  );
  assert.equal(pathOf('/root/two words  0644 root:root  1 byte'), '/root/two words');
  assert.equal(pathOf('/etc/localtime -> /usr/share/zoneinfo/UTC'), '/etc/localtime');
  assert.equal(pathOf('host name a -> b'), undefined);
});

test('a link: what was asked for, whether it is there, what was seen', () => {
  const [link] = makeSample().network.links;
  assert.equal(link?.name, 'eth0');
  assert.deepEqual(link?.wanted, [
    { what: 'address', value: '10.0.0.5/24', present: false, guess: '/24 (config: network.default_prefix)' },
  ]);
  assert.equal(link?.checks[0]?.result, 'trouble');
});

test('after a later boot the times are those of the run that did everything, and the later one is named', () => {
  const { late } = sampleRecord.stages;
  assert.ok(late);
  const whole = { bootId: 'boot-1', startedAt: late.startedAt, ms: late.ms };
  const again = { ...late, bootId: 'boot-2', startedAt: 1_795_300_000, ms: 3, whole };
  const record: InstanceRecord = { ...sampleRecord, stages: { ...sampleRecord.stages, late: again } };
  const report = makeSample(record);
  assert.equal(report.ms, 8540);
  assert.deepEqual(report.stages[1], { name: 'late', ...whole, exitCode: 2, repeatedAt: 1_795_300_000 });
});

test('without the record there are names, codes and times', () => {
  const step = { id: 'runcmd/0', module: 'runcmd', stage: 'late', summary: 'curl', status: 'failed' } as const;
  const given: RunStatus = {
    ...({ state: 'degraded', exitCode: 2, message: 'm', instance: 'u' } as const),
    ...{ guesses: [], nextBoot: 'only root can tell' },
    steps: [{ ...step, startMs: 10, ms: 30, exitCode: 3 }],
  };
  const report = makeSample(sampleRecord, { record: undefined, isRoot: false, status: given });
  assert.equal(report.scope, 'public');
  assert.deepEqual(report.stages, [{ name: 'late', ms: 40 }]);
  assert.deepEqual([report.files, report.problems, report.steps[0]?.tail], [[], [], undefined]);
  assert.equal(report.steps[0]?.label, 'runcmd[0]');
});

test('nothing has run: told by the exit code', () => {
  const never = { state: 'never', exitCode: 1, message: 'has not run', guesses: [], nextBoot: 'x', steps: [] } as const;
  const report = makeSample(sampleRecord, { record: undefined, status: never });
  assert.equal(chooseExitCode(report), 1);
  assert.deepEqual(report.stages, []);
});
