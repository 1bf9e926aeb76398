import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UnitAction } from '../core/action.ts';
import { createMemoryHost, type MemoryFile } from '../host/memory.ts';
import { unit } from './unit.ts';

const context = { commandTimeoutMs: 1000, instanceDirectory: '/x', environment: {}, stepId: 's' };
const running = { '/run/systemd/system/.keep': '' };

function makeHost(
  files: Readonly<Record<string, MemoryFile>>,
  answers: Readonly<Record<string, Partial<{ status: number; stdout: string; stderr: string }>>> = {},
) {
  return createMemoryHost({
    files: { ...running, ...files },
    run: (argv) => answers[argv.slice(1).join(' ')] ?? { status: 0, stdout: 'inactive\n' },
  });
}

const start: UnitAction = { kind: 'unit', unit: 'app.service', verb: 'start' };

describe('units', () => {
  it('are told without waiting', () => {
    for (const verb of [
      'start',
      'stop',
      'restart',
      'reload',
      'try-restart',
      'reload-or-restart',
      'reload-or-try-restart',
    ] as const) {
      const { host, commands } = makeHost({});
      unit.apply({ ...start, verb }, host, context);
      assert.deepEqual(commands, [{ argv: ['systemctl', '--no-block', verb, 'app.service'] }]);
    }
  });

  it('that run are not started, those that do not are not stopped', () => {
    const active = makeHost({}, { 'is-active app.service': { stdout: 'active\n' } }).host;
    assert.equal(unit.inspect(start, active).state, 'same');
    assert.equal(unit.inspect({ ...start, verb: 'stop' }, active).state, 'unknown');
    const { host } = makeHost({}, { 'is-active app.service': { status: 3, stdout: 'inactive\n' } });
    assert.equal(unit.inspect(start, host).state, 'unknown');
    assert.equal(unit.inspect({ ...start, verb: 'stop' }, host).state, 'same');
    assert.equal(unit.inspect({ ...start, verb: 'restart' }, host).state, 'unknown');
  });

  it('are enabled once, until the next boot where that is asked for', () => {
    const { host } = makeHost({}, { 'is-enabled app.service': { status: 0, stdout: 'enabled\n' } });
    assert.equal(unit.inspect({ ...start, verb: 'enable' }, host).state, 'same');
    const other = makeHost({}, { 'is-enabled app.service': { status: 1, stdout: 'disabled\n' } });
    assert.equal(unit.inspect({ ...start, verb: 'enable' }, other.host).state, 'unknown');
    unit.apply({ ...start, verb: 'enable', runtime: true }, other.host, context);
    assert.deepEqual(other.commands.at(-1)?.argv, [
      'systemctl',
      '--no-reload',
      '--runtime',
      '--force',
      'enable',
      'app.service',
    ]);
  });

  it('fail with what systemctl says', () => {
    const { host } = makeHost(
      {},
      {
        '--no-block start app.service': {
          status: 5,
          stderr: 'Failed to start app.service: Unit app.service not found.\n',
        },
      },
    );
    assert.throws(() => unit.apply(start, host, context), /app\.service: systemctl start.*not found/);
  });

  it('that may be missing are left out where they are', () => {
    const optional = { ...start, optional: true } as const;
    assert.equal(unit.inspect(optional, makeHost({}).host).state, 'same');
    assert.equal(
      unit.inspect(optional, makeHost({ '/usr/lib/systemd/system/app.service': 'x' }).host).state,
      'unknown',
    );
    assert.equal(
      unit.inspect(optional, makeHost({ '/etc/systemd/system/app.service': { target: '/dev/null' } }).host).state,
      'same',
    );
    const instance = { ...optional, unit: 'app@1.service' };
    assert.equal(unit.inspect(instance, makeHost({ '/lib/systemd/system/app@.service': 'x' }).host).state, 'unknown');
  });

  it('do not run without their settings', () => {
    const { host, commands } = makeHost({});
    assert.throws(
      () => unit.apply({ ...start, requires: ['/run/systemd/system/app.service.d/20-cloudinit.conf'] }, host, context),
      /app\.service: not told to start, .*20-cloudinit\.conf is missing/,
    );
    assert.deepEqual(commands, []);
  });

  it('are not asked about where no systemd runs', () => {
    assert.equal(unit.inspect(start, createMemoryHost().host).state, 'same');
  });

  it('lose their mask in /run, and nothing else', () => {
    const path = '/run/systemd/system/app.service';
    const unmask: UnitAction = { ...start, verb: 'unmask' };
    const cases: readonly [MemoryFile, boolean][] = [
      [{ target: '/dev/null' }, true],
      ['', true],
      ['[Service]\n', false],
      [{ target: '/etc/other.service' }, false],
    ];
    for (const [file, isMask] of cases) {
      const { host, files } = makeHost({ [path]: file });
      assert.equal(unit.inspect(unmask, host).state, isMask ? 'differs' : 'same');
      unit.apply(unmask, host, context);
      assert.equal(files.has(path), !isMask);
    }
  });
});
