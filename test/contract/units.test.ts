// The units: nothing that lets people log in waits for the late stage (ADR 2), who waits for its end has a target for it, and what a killed
// run cannot say is said by the stop step.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { repositoryRoot } from '../support/built-program.ts';
import { hasTool } from '../support/command.ts';

const units = join(repositoryRoot, 'packaging/systemd');
const names = ['guest-init.service', 'guest-init-late.service', 'guest-init-ready.target'] as const;

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'guest-init-units-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** All values of one setting, of the repeated lines too. */
function read(text: string, setting: string): string[] {
  return [...text.matchAll(new RegExp(`^${setting}=(.*)$`, 'gm'))].flatMap(([, words]) => words?.split(' ') ?? []);
}

/** Units that would wait for the late stage or for the target behind it, but for those that are for that. */
function findWaiting(late: string, target: string): string[] {
  const wanted = read(late, 'WantedBy').filter((name) => name !== 'multi-user.target');
  return [
    ...wanted,
    ...read(late, 'Before'),
    ...read(late, 'RequiredBy'),
    ...read(target, 'Before'),
    ...read(target, 'WantedBy'),
  ].filter((name) => name !== 'guest-init-ready.target');
}

test('nothing is ordered behind the late stage but the target that says so', () => {
  const [late, target] = ['guest-init-late.service', 'guest-init-ready.target'].map((name) =>
    readFileSync(join(units, name), 'utf8'),
  );
  assert.ok(late !== undefined && target !== undefined);
  assert.deepEqual(findWaiting(late, target), []);
  assert.deepEqual(findWaiting(`${late}\nBefore=ssh.service\n`, target), ['ssh.service'], 'a breach goes unseen');
  assert.ok(
    read(late, 'Wants').includes('guest-init-ready.target') && read(late, 'Before').includes('guest-init-ready.target'),
  );
  assert.deepEqual(read(target, 'After'), ['guest-init.service', 'guest-init-late.service']);
  assert.ok(read(late, 'After').includes('ssh.service'));
});

const noAnalyze = hasTool('systemd-analyze') ? false : 'needs systemd-analyze';

/** What systemd-analyze says of our units, beside those of this machine. */
function verify(dropIn?: string): string {
  const place = mkdtempSync(join(folder, 'verify-'));
  for (const name of names) cpSync(join(units, name), join(place, name));
  mkdirSync(join(place, 'multi-user.target.wants'));
  symlinkSync('../guest-init-late.service', join(place, 'multi-user.target.wants/guest-init-late.service'));
  if (dropIn !== undefined) {
    mkdirSync(join(place, 'guest-init-late.service.d'));
    writeFileSync(join(place, 'guest-init-late.service.d/planted.conf'), dropIn);
  }
  const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...names.map((name) => join(place, name))], {
    encoding: 'utf8',
    env: { ...process.env, SYSTEMD_UNIT_PATH: `${place}:/usr/lib/systemd/system:/lib/systemd/system` },
    timeout: 60_000,
  });
  // The program and its scripts are not installed on this machine.
  return stderr
    .split('\n')
    .filter((line) => /guest-init/.test(line) && !/is not executable/.test(line))
    .join('\n');
}

test('systemd finds nothing to complain of, and no circle', { skip: noAnalyze }, () => {
  assert.equal(verify(), '');
  assert.match(verify('[Unit]\nAfter=guest-init-ready.target\n'), /ordering cycle/, 'a circle goes unseen');
});

describe('last words', () => {
  const script = join(units, 'last-words.sh');

  function say(stage: string, environment: Readonly<Record<string, string>>) {
    const runtime = mkdtempSync(join(folder, 'run-'));
    const { status, stdout, stderr } = spawnSync('/bin/sh', [script, stage], {
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', GUEST_INIT_RUNTIME: runtime, GUEST_INIT_CGROUPS: runtime, ...environment },
    });
    assert.deepEqual([status, stderr], [0, '']);
    const file = (name: string): string | undefined => {
      try {
        return readFileSync(join(runtime, name), 'utf8');
      } catch {
        return undefined;
      }
    };
    return { stdout, issue: file('issue'), ready: file('ready') };
  }

  test('both units have them behind every end', () => {
    for (const stage of ['early', 'late'] as const) {
      const text = readFileSync(join(units, stage === 'early' ? names[0] : names[1]), 'utf8');
      assert.ok(text.includes(`\nExecStopPost=-/usr/lib/guest-init/last-words ${stage}\n`), stage);
    }
  });

  const ends = {
    timeout: /FAILED \(1\) the late stage ran out of time/,
    'oom-kill': /the late stage was killed: the guest ran out of memory/,
    signal: /the late stage was killed by signal KILL/,
    watchdog: /the late stage was stopped by systemd: watchdog/,
  };
  for (const [result, words] of Object.entries(ends)) {
    test(`after ${result}: on the console, above the prompt, for those who wait`, () => {
      const { stdout, issue, ready } = say('late', { SERVICE_RESULT: result, EXIT_STATUS: 'KILL' });
      assert.match(stdout, words);
      assert.equal(stdout.trim().split('\n').length, 1);
      assert.match(stdout, /; the rest is done by the next run: guest-init run\n$/);
      assert.match(issue ?? '', words);
      assert.ok((issue ?? '').split('\n').every((line) => line.length <= 79));
      assert.match(ready ?? '', /^1 FAILED \(1\) the late stage/);
    });
  }

  const group = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  const noGroups = group === undefined ? 'no cgroup v2 here' : false;
  test('a SIGKILL is told as want of memory where the kernel has counted one', { skip: noGroups }, () => {
    const sayWith = (events: string) => {
      const cgroups = mkdtempSync(join(folder, 'cgroups-'));
      mkdirSync(join(cgroups, group ?? ''), { recursive: true });
      writeFileSync(join(cgroups, group ?? '', 'memory.events'), events);
      const killed = { SERVICE_RESULT: 'signal', EXIT_STATUS: 'KILL', GUEST_INIT_CGROUPS: cgroups };
      return say('early', killed).stdout;
    };
    assert.match(sayWith('max 9\noom 1\noom_kill 1\noom_group_kill 0\n'), /was killed: the guest ran out of memory;/);
    assert.match(sayWith('max 9\noom 1\noom_kill 0\noom_group_kill 0\n'), /was killed by signal KILL;/);
  });

  test('the early stage is followed by the late one: nobody is told yet that all has ended', () => {
    const { stdout, ready } = say('early', { SERVICE_RESULT: 'timeout' });
    assert.match(stdout, /the early stage ran out of time/);
    assert.equal(ready, undefined);
  });

  test('none where the run has told its end itself', () => {
    for (const result of ['success', 'exit-code', 'exec-condition', '']) {
      const { stdout, issue, ready } = say('late', result === '' ? {} : { SERVICE_RESULT: result });
      assert.deepEqual([stdout, issue, ready], ['', undefined, undefined], result);
    }
  });

  test('are clean by shellcheck', { skip: hasTool('shellcheck') ? false : 'needs shellcheck' }, () => {
    const { status, stdout } = spawnSync('shellcheck', ['--shell=sh', script], { encoding: 'utf8' });
    assert.deepEqual([status, stdout], [0, '']);
  });
});

test('a crash of the agent leaves no core dump, and commands of the late stage may ask for one', () => {
  const limits = names.slice(0, 2).map((name) => read(readFileSync(join(units, name), 'utf8'), 'LimitCORE'));
  assert.deepEqual(limits, [['0'], ['0:infinity']]);
});
