// npm run new, in a copy of the repository: what it makes passes the gates as it is, and everything that is generated is current.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const repository = dirname(dirname(import.meta.dirname));

describe('npm run new', () => {
  let copy = '';
  before(() => {
    copy = mkdtempSync(join(tmpdir(), 'guest-init-new-'));
    for (const name of [
      'src',
      'scripts',
      'docs',
      'packaging',
      'test',
      'package.json',
      'tsconfig.json',
      'biome.json',
      '.gitignore',
    ])
      cpSync(join(repository, name), join(copy, name), { recursive: true });
    symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));
  });
  after(() => rmSync(copy, { recursive: true, force: true }));

  const run = (...args: string[]): { status: number | null; output: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8' });
    return { status, output: `${stdout}${stderr}` };
  };
  const tool = (name: string, ...args: string[]): { status: number | null; output: string } => {
    const { status, stdout, stderr } = spawnSync(join(copy, 'node_modules', '.bin', name), args, {
      cwd: copy,
      encoding: 'utf8',
    });
    return { status, output: `${stdout}${stderr}` };
  };

  it('makes a module that passes format, lint, types and its own tests', () => {
    const made = run('scripts/new.ts', 'module', 'ubuntu_pro');
    assert.equal(made.status, 0, made.output);
    for (const { status, output } of [
      tool('biome', 'check', 'src/modules/ubuntu-pro'),
      tool('tsc', '--noEmit', '-p', '.'),
      run('--test', 'src/modules/ubuntu-pro/cases.test.ts', 'test/golden/module-order.test.ts'),
      run('scripts/gen.ts', '--check'),
    ])
      assert.equal(status, 0, output);
    assert.match(readFileSync(join(copy, 'src/modules/registry.generated.ts'), 'utf8'), /ubuntuPro/);
    assert.ok(existsSync(join(copy, 'docs/modules/ubuntu-pro.md')));
  });

  it('leaves a module that is there alone', () => {
    const path = join(copy, 'src/modules/timezone/plan.ts');
    const content = readFileSync(path, 'utf8');
    const again = run('scripts/new.ts', 'module', 'timezone');
    assert.equal(again.status, 1);
    assert.match(again.output, /src\/modules\/timezone is there already/);
    assert.equal(readFileSync(path, 'utf8'), content);
  });

  it('says how it is used', () => {
    for (const args of [
      [],
      ['module'],
      ['renderer', 'x'],
      ['module', 'Upper'],
      ['module', '../x'],
      ['module', 'a', 'b'],
    ]) {
      const { status, output } = run('scripts/new.ts', ...args);
      assert.equal(status, 1, args.join(' '));
      assert.match(output, /usage: npm run new module NAME/);
    }
  });
});
