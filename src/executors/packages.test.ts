import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { PackageManager, PackageRequest, PackagesAction } from '../core/action.ts';
import type { ExecOptions, ExecResult } from '../host/host.ts';
import { createMemoryHost, type MemoryFile } from '../host/memory.ts';
import type { Applied, ApplyContext } from './executor.ts';
import { packages } from './packages.ts';

const context: ApplyContext = {
  commandTimeoutMs: 600_000,
  instanceDirectory: '/var/lib/guest-init/instances/i',
  environment: { INSTANCE_ID: 'i' },
  stepId: 'packages/x',
};

type Reply = { exitCode?: number; tail?: string[]; timedOut?: boolean };

/** Applies with a manager that answers as told; `files` and the replies of query tools say what is installed. */
async function run(
  action: Omit<PackagesAction, 'kind'>,
  given: {
    reply?: (line: string) => Reply | undefined;
    query?: (line: string) => { status?: number; stdout?: string };
    files?: Record<string, MemoryFile>;
  } = {},
): Promise<{ lines: string[]; options: ExecOptions[]; applied: Applied }> {
  const lines: string[] = [];
  const options: ExecOptions[] = [];
  const { host } = createMemoryHost({
    files: { '/var/lib/guest-init/instances/x': '', ...given.files },
    run: (argv) => ({ status: 1, ...given.query?.(argv.join(' ')) }),
    exec: async (argv, execOptions): Promise<ExecResult> => {
      lines.push(argv.join(' '));
      options.push(execOptions);
      const { exitCode = 0, tail = [], timedOut = false } = given.reply?.(argv.join(' ')) ?? {};
      return { exitCode: timedOut ? undefined : exitCode, signal: undefined, timedOut, tail };
    },
  });
  const applied = (await packages.apply({ kind: 'packages', ...action }, host, context)) ?? {};
  return { lines, options, applied };
}

const ab: PackageRequest[] = [{ name: 'a' }, { name: 'b', version: '2' }];

describe('command lines', () => {
  const apt =
    'apt-get -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-unsafe-io -o DPkg::Lock::Timeout=120 --assume-yes --quiet';
  const expected: Readonly<Record<PackageManager, readonly [refresh: string, upgrade: string, install: string]>> = {
    apt: [`${apt} -o APT::Update::Error-Mode=any update`, `${apt} dist-upgrade`, `${apt} install a b=2`],
    dnf: ['dnf -y makecache', 'dnf -y upgrade', 'dnf -y install a b-2'],
    yum: ['yum -y makecache', 'yum -y upgrade', 'yum -y install a b-2'],
    zypper: [
      'zypper --non-interactive refresh',
      'zypper --non-interactive update --auto-agree-with-licenses',
      'zypper --non-interactive install --auto-agree-with-licenses a b=2',
    ],
    apk: ['apk --wait 120 update', 'apk --wait 120 upgrade', 'apk --wait 120 add a b=2'],
    pacman: ['pacman --noconfirm -Sy', 'pacman --noconfirm -Syu', 'pacman --noconfirm --needed -S a b=2'],
    snap: ['snap wait system seed.loaded', 'snap refresh', 'snap install a'],
  };
  for (const manager of Object.keys(expected) as PackageManager[])
    it(manager, async () => {
      const [refresh, upgrade, install] = expected[manager];
      assert.deepEqual((await run({ manager, task: 'refresh' })).lines, [refresh]);
      assert.deepEqual((await run({ manager, task: 'upgrade' })).lines, [upgrade]);
      const missing = { stdout: 'package a is not installed\npackage b-2 is not installed\na\nb=2\n' };
      const one = await run({ manager, task: 'install', packages: ab, refreshFirst: true }, { query: () => missing });
      // A lenient manager is asked again for what it says nothing about.
      assert.deepEqual(one.lines.slice(0, 2), [refresh, install]);
    });

  it('a snap each, with its channel', async () => {
    const wanted = [{ name: 'a' }, { name: 'b', version: '--edge' }];
    const { lines } = await run({ manager: 'snap', task: 'install', packages: wanted });
    assert.deepEqual(lines, ['snap install a', 'snap install b --edge']);
  });

  it('nobody is asked anything, each call has a log, and the time is the step’s', async () => {
    const { options } = await run({ manager: 'apt', task: 'install', packages: ab, refreshFirst: true });
    assert.equal(options[0]?.env['DEBIAN_FRONTEND'], 'noninteractive');
    assert.deepEqual(
      options.map(({ log }) => log.slice(log.lastIndexOf('/') + 1)),
      ['packages-x.log', 'packages-x-2.log'],
    );
    for (const { timeoutMs } of options) assert.ok(timeoutMs > 590_000 && timeoutMs <= 600_000, `${timeoutMs}`);
  });
});

const status = (...names: string[]): Record<string, MemoryFile> => ({
  '/var/lib/dpkg/status': names
    .map((name) => `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2.0-3\n`)
    .join('\n'),
});

describe('what is there already', () => {
  const looks: readonly [
    name: string,
    manager: PackageManager,
    wanted: PackageRequest,
    files: Record<string, MemoryFile>,
    same: boolean,
  ][] = [
    ['dpkg', 'apt', { name: 'a' }, status('a'), true],
    ['dpkg, not', 'apt', { name: 'a' }, status('ab'), false],
    ['dpkg, no list at all', 'apt', { name: 'a' }, {}, false],
    [
      'dpkg, removed',
      'apt',
      { name: 'a' },
      { '/var/lib/dpkg/status': 'Package: a\nStatus: deinstall ok config-files\n' },
      false,
    ],
    [
      'dpkg, half',
      'apt',
      { name: 'a' },
      { '/var/lib/dpkg/status': 'Package: a\nStatus: install ok half-configured\n' },
      false,
    ],
    ['dpkg, held', 'apt', { name: 'a' }, { '/var/lib/dpkg/status': 'Package: a\nStatus: hold ok installed\n' }, true],
    ['dpkg, the version', 'apt', { name: 'a', version: '1:2.0-3' }, status('a'), true],
    ['dpkg, another version', 'apt', { name: 'a', version: '1:2.0-4' }, status('a'), false],
    ['dpkg, a pattern', 'apt', { name: 'a=1:2.*' }, status('a'), true],
    ['dpkg, a dot is a dot', 'apt', { name: 'a=1:2x0*' }, status('a'), false],
    ['dpkg, the architecture', 'apt', { name: 'a:amd64' }, status('a'), true],
    ['dpkg, another architecture', 'apt', { name: 'a:i386' }, status('a'), false],
    ['dpkg, a release', 'apt', { name: 'a/backports' }, status('a'), false],
    ['dpkg, g++', 'apt', { name: 'g++' }, status('g++'), true],
    ['dpkg, removal', 'apt', { name: 'a-' }, status('a'), false],
    [
      'dpkg, only needed by others',
      'apt',
      { name: 'a' },
      { ...status('a'), '/var/lib/apt/extended_states': 'Package: a\nArchitecture: amd64\nAuto-Installed: 1\n' },
      false,
    ],
    ['apk', 'apk', { name: 'a' }, { '/lib/apk/db/installed': 'C:Q1\nP:a\nV:1-r0\n\nP:b\nV:2-r0\n' }, true],
    [
      'apk, the version',
      'apk',
      { name: 'b', version: '2-r0' },
      { '/lib/apk/db/installed': 'P:a\nV:1-r0\n\nP:b\nV:2-r0\n' },
      true,
    ],
    [
      'apk, another version',
      'apk',
      { name: 'b', version: '3-r0' },
      { '/lib/apk/db/installed': 'P:b\nV:2-r0\n' },
      false,
    ],
    ['snap', 'snap', { name: 'core20' }, { '/var/lib/snapd/snaps/core20_2434.snap': '' }, true],
    ['snap, another', 'snap', { name: 'core' }, { '/var/lib/snapd/snaps/core20_2434.snap': '' }, false],
    ['snap, side-loaded', 'snap', { name: 'my-app' }, { '/var/lib/snapd/snaps/my-app_x1.snap': '' }, true],
  ];
  for (const [name, manager, wanted, files, same] of looks)
    it(name, () => {
      const { host } = createMemoryHost({ files });
      const action: PackagesAction = { kind: 'packages', manager, task: 'install', packages: [wanted] };
      assert.equal(packages.inspect(action, host).state, same ? 'same' : 'differs');
    });

  it('rpm and pacman are asked, and what they cannot be asked counts as missing', () => {
    const look = (manager: PackageManager, name: string, answer: { status: number; stdout: string }): string => {
      const { host } = createMemoryHost({ run: () => answer });
      return packages.inspect({ kind: 'packages', manager, task: 'install', packages: [{ name }] }, host).state;
    };
    assert.equal(look('dnf', 'a', { status: 0, stdout: 'a-1.0-1.x86_64\n' }), 'same');
    assert.equal(look('dnf', 'a', { status: 1, stdout: 'package a is not installed\n' }), 'differs');
    assert.equal(look('dnf', '@tools', { status: 0, stdout: '' }), 'differs');
    assert.equal(look('zypper', 'a', { status: 1, stdout: '' }), 'differs');
    assert.equal(look('pacman', 'a', { status: 0, stdout: '' }), 'same');
    assert.equal(look('pacman', 'a', { status: 127, stdout: 'a\n' }), 'differs');
  });

  it('without the tool that knows', () => {
    const { host } = createMemoryHost({ which: () => undefined });
    const action: PackagesAction = { kind: 'packages', manager: 'dnf', task: 'install', packages: ab };
    assert.equal(packages.inspect(action, host).state, 'differs');
  });
});

describe('failures', () => {
  it('no manager', async () => {
    const { host } = createMemoryHost({ which: () => undefined });
    await assert.rejects(
      async () => packages.apply({ kind: 'packages', manager: 'apt', task: 'refresh' }, host, context),
      /apt-get: not on this guest/,
    );
  });

  it('yum that ends well without one of two', async () => {
    const given = { query: () => ({ stdout: 'package b-2 is not installed\n' }) };
    const { lines, applied } = await run({ manager: 'yum', task: 'install', packages: ab }, given);
    assert.deepEqual(lines, ['yum -y install b-2']);
    assert.equal(applied.failed, 'not installed: b 2 (not found)');
  });

  it('time that is over ends the list', async () => {
    const reply = (): Reply => ({ timedOut: true });
    const { lines, applied } = await run({ manager: 'apt', task: 'install', packages: ab }, { reply });
    assert.equal(lines.length, 1);
    assert.match(applied.failed ?? '', /^not installed: a \(ended after its time of 600 s\), b 2 \(ended/);
  });

  it('more than five are counted', async () => {
    const many = Array.from({ length: 8 }, (_, index) => ({ name: `p${index}` }));
    const reply = (): Reply => ({ exitCode: 100, tail: ['E: Unable to locate package', 'other'] });
    const { applied } = await run({ manager: 'apt', task: 'install', packages: many }, { reply });
    assert.match(applied.failed ?? '', /p4 \(E: Unable to locate package\) and 3 more$/);
    assert.deepEqual(applied.tail, ['E: Unable to locate package', 'other']);
  });

  it('lists that cannot be fetched are told beside the result', async () => {
    const reply = (line: string): Reply => (line.endsWith('update') ? { exitCode: 100, tail: ['E: no network'] } : {});
    const { applied } = await run({ manager: 'apt', task: 'install', packages: ab, refreshFirst: true }, { reply });
    assert.equal(applied.failed, undefined);
    assert.equal(applied.message, 'the lists could not be fetched: E: no network');
  });

  it('zypper that wants a restart has not failed', async () => {
    const { applied } = await run({ manager: 'zypper', task: 'upgrade' }, { reply: () => ({ exitCode: 102 }) });
    assert.equal(applied.failed, undefined);
    const failed = await run({ manager: 'zypper', task: 'upgrade' }, { reply: () => ({ exitCode: 104 }) });
    assert.equal(failed.applied.failed, 'exited 104');
  });

  it('nothing to do is no change', async () => {
    const { applied } = await run({ manager: 'dnf', task: 'upgrade' }, { reply: () => ({ tail: ['Nothing to do.'] }) });
    assert.equal(applied.idle, true);
    assert.equal((await run({ manager: 'apt', task: 'upgrade' }, { files: status('a') })).applied.idle, true);
    assert.equal((await run({ manager: 'dnf', task: 'upgrade' })).applied.idle, undefined);
  });
});

test('another pacman at work is waited for, not for ever', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let busy = 2;
  const reply = (): Reply => {
    if (busy-- === 0) return {};
    setImmediate(() => t.mock.timers.tick(2000));
    return { exitCode: 1, tail: ['error: failed to init transaction (unable to lock database)'] };
  };
  const { lines, applied } = await run({ manager: 'pacman', task: 'refresh' }, { reply });
  assert.deepEqual([lines.length, applied.failed], [3, undefined]);
});

it('what another manager has installed meanwhile is not asked for', async () => {
  const { host, files } = createMemoryHost({
    files: { '/var/lib/guest-init/instances/x': '' },
    exec: async (argv) => {
      assert.ok(argv.includes('update'), argv.join(' '));
      const content = 'Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n';
      files.set('/var/lib/dpkg/status', { kind: 'file', content: Buffer.from(content), mode: 0o644, uid: 0, gid: 0 });
      return { exitCode: 0, signal: undefined, timedOut: false, tail: [] };
    },
  });
  const action: PackagesAction = {
    kind: 'packages',
    manager: 'apt',
    task: 'install',
    packages: [{ name: 'a' }],
    refreshFirst: true,
  };
  assert.deepEqual(await packages.apply(action, host, context), { idle: true });
});

describe('for a program', () => {
  const wanted = {
    manager: 'apt',
    task: 'install',
    packages: [{ name: 'chrony' }],
    program: '/usr/sbin/chronyd',
  } as const;

  it('that is there nothing is installed', async () => {
    const files = { '/usr/sbin/chronyd': '' };
    const { lines, applied } = await run({ ...wanted, refreshFirst: true }, { files });
    assert.deepEqual([lines, applied], [[], { idle: true }]);
    const { host } = createMemoryHost({ files });
    assert.deepEqual(packages.inspect({ kind: 'packages', ...wanted }, host), { state: 'same' });
  });

  it('that has not come with them the step has failed', async () => {
    const { applied } = await run(wanted);
    assert.match(applied.failed ?? '', /^\/usr\/sbin\/chronyd is still not there: chrony did not bring it$/);
    assert.equal(applied.idle, undefined);
  });
});

describe('any of several names', () => {
  const wanted = { manager: 'apt', task: 'install', anyOf: true, packages: [{ name: 'a' }, { name: 'b' }] } as const;
  const refuse = (name: string) => (line: string) =>
    line.endsWith(` ${name}`) ? { exitCode: 100, tail: [`E: Unable to locate package ${name}`] } : undefined;

  it('is the first that can be had; the lists are fetched once', async () => {
    const { lines, applied } = await run({ ...wanted, refreshFirst: true }, { reply: refuse('a') });
    assert.deepEqual(
      lines.map((line) => line.split(' ').slice(-2).join(' ')),
      ['APT::Update::Error-Mode=any update', 'install a', 'install b'],
    );
    assert.equal(applied.failed, undefined);
  });

  it('is none where one of them is there', async () => {
    const files = { '/var/lib/dpkg/status': 'Package: b\nStatus: install ok installed\nVersion: 1\n' };
    assert.deepEqual((await run(wanted, { files })).lines, []);
    const { host } = createMemoryHost({ files });
    assert.equal(packages.inspect({ kind: 'packages', ...wanted }, host).state, 'same');
  });

  it('that cannot be had are all named', async () => {
    const { applied } = await run(wanted, {
      reply: () => ({ exitCode: 100, tail: ['E: Unable to locate package x'] }),
    });
    assert.match(applied.failed ?? '', /not installed: a \(.*; not installed: b \(/);
  });
});
