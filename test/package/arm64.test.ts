// The arm64 package, made on x64: it is for arm64, and its program does its work under qemu's user emulation.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { BuildInfo } from '../../scripts/build/build-info.ts';
import { readCodeCacheRejection } from '../../scripts/build/verify.ts';
import { hasTool, runTool, tryTool } from '../support/command.ts';
import { explainMissingRoots, prepareRoot } from '../support/roots.ts';
import { withImage } from './image.ts';

const repository = join(import.meta.dirname, '../..');
const emulator = ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu'];
const tools = ['qemu-aarch64', 'aarch64-linux-gnu-strip', 'dpkg-deb'];

function explainMissing(): string | undefined {
  if (process.arch !== 'x64') return 'is made on x64';
  const missing = tools.filter((tool) => !hasTool(tool));
  return missing.length > 0 ? `needs ${missing.join(', ')}: npm run package:arm64 installs them` : undefined;
}

describe('the arm64 package', { skip: explainMissing() ?? false }, () => {
  let out: string;
  before(() => {
    out = mkdtempSync(join(tmpdir(), 'guest-init-arm64-'));
    const options = ['--arch', 'arm64', '--compression', 'none', '--out', out];
    runTool([process.execPath, join(repository, 'scripts/package.ts'), ...options]);
  });
  after(() => rmSync(out, { recursive: true, force: true }));

  const run = (...args: string[]) => tryTool([...emulator, join(out, 'guest-init'), ...args]);

  it('is for arm64, and asks for the libraries that its program needs', () => {
    const { version } = JSON.parse(readFileSync(join(out, 'build.json'), 'utf8')) as BuildInfo;
    const fields = runTool([
      'dpkg-deb',
      '--field',
      join(out, `guest-init_${version}_arm64.deb`),
      'Architecture',
      'Depends',
    ]);
    assert.match(fields, /^Architecture: arm64$/m);
    assert.match(fields, /^Depends: libc6 \(>= 2\.28\), libgcc-s1 .*net-tools \| iproute2/m);
    const header = runTool(['readelf', '--file-header', join(out, 'payload/root/usr/bin/guest-init')]);
    assert.match(header, /Machine: +AArch64/);
    assert.match(readFileSync(join(out, 'payload/manifest'), 'utf8'), /^loader \/lib\/ld-linux-aarch64\.so\.1$/m);
  });

  it('runs, with its code cache', () => {
    const { version, codeCacheBytes } = JSON.parse(readFileSync(join(out, 'build.json'), 'utf8')) as BuildInfo;
    assert.equal(run('--version').stdout.includes(version), true);
    assert.equal(codeCacheBytes > 100_000, true);
    assert.equal(readCodeCacheRejection(join(out, 'guest-init'), emulator), '');
  });

  it('plans what the x64 program plans', () => {
    const argv = ['plan', '--json', '--source', join(repository, 'docs/examples/drive')];
    const { status, stdout } = run(...argv);
    assert.equal(status, 0);
    const native = tryTool([process.execPath, join(out, 'guest-init.cjs'), ...argv]);
    assert.equal(stdout, native.stdout);
    assert.match(stdout, /10\.0\.0\.5|local-ipv4|address/);
  });

  const missingRoot = explainMissingRoots();
  it('is refused by an image of another processor', { skip: missingRoot ?? false }, async () => {
    const source = await prepareRoot('bookworm-minimal');
    withImage({ source, payload: join(out, 'payload') }, (image) => {
      const { status, said } = image.install();
      assert.match(said, /no \/lib\/ld-linux-aarch64\.so\.1: it is for another processor/);
      assert.equal(status, 1);
      assert.deepEqual(image.changes(), []);
    });
  });
});
