// What is in the packages, and that the same sources give the same packages.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { installedFiles } from '../../scripts/package/installed-files.ts';
import { runTool, tryTool } from '../support/command.ts';
import { type Packages, requirePackages } from '../support/packages.ts';

const repository = dirname(dirname(import.meta.dirname));

describe('the packages', () => {
  let packages: Packages;
  let folder: string;
  before(() => {
    packages = requirePackages();
    folder = mkdtempSync(join(tmpdir(), 'guest-init-packages-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** SHA256SUMS of a packaging in a folder of its own, under another umask and time zone. */
  function packageAgain(name: string, umask: string): string {
    const out = join(folder, name);
    mkdirSync(out);
    const dist = dirname(packages.deb);
    for (const file of ['guest-init', 'build.json', 'meta.json']) copyFileSync(join(dist, file), join(out, file));
    const script =
      'umask "$1"; exec env TZ=Asia/Tokyo SOURCE_DATE_EPOCH=1700000000 "$2" "$3" --no-build --compression none --out "$4"';
    runTool(['sh', '-c', script, 'sh', umask, process.execPath, join(repository, 'scripts/package.ts'), out]);
    return readFileSync(join(out, 'SHA256SUMS'), 'utf8');
  }

  it('are the same bytes, whoever makes them and where', () => {
    assert.equal(packageAgain('here', '022'), packageAgain('a-place-with-a-longer-name', '077'));
  });

  it('hold what the one list says, each file with its mode, and nothing else', () => {
    const listing = runTool(['sh', '-c', 'dpkg-deb --fsys-tarfile "$1" | tar -tv', 'sh', packages.deb]);
    const inDeb = listing
      .trim()
      .split('\n')
      .filter((line) => !line.startsWith('d'))
      .map((line) => line.split(/\s+/))
      .map(([mode = '', owner = '', , , , path = '']) => `${mode} ${owner} ${path.slice(1)}`);
    const expected = installedFiles
      .filter(({ only }) => only !== 'fallback')
      .map(({ path, mode }) => `${mode === 0o755 ? '-rwxr-xr-x' : '-rw-r--r--'} root/root ${path}`);
    assert.deepEqual(
      inDeb.sort(),
      [...expected, '-rw-r--r-- root/root /usr/share/lintian/overrides/guest-init'].sort(),
    );

    const manifest = readFileSync(join(packages.payload, 'manifest'), 'utf8').split('\n');
    for (const { path, mode, conffile } of installedFiles) {
      const content = readFileSync(join(packages.payload, 'root', path));
      const sha256 = createHash('sha256').update(content).digest('hex');
      const words = [conffile ? 'conffile' : 'file', mode.toString(8).padStart(4, '0'), sha256].join(' ');
      assert.equal(manifest.filter((line) => line.startsWith(words) && line.endsWith(` ${path}`)).length, 1, path);
    }
  });

  it('the checksums are those of the files', () => {
    const { status, stdout } = tryTool([
      'sh',
      '-c',
      'cd "$1" && sha256sum --check SHA256SUMS',
      'sh',
      dirname(packages.deb),
    ]);
    assert.deepEqual([status, stdout.match(/OK/g)?.length], [0, 2]);
  });

  it('the copyright file names Node and each bundled package', () => {
    const text = readFileSync(join(packages.payload, 'root/usr/share/doc/guest-init/copyright'), 'utf8');
    const version = JSON.parse(readFileSync(join(repository, 'node_modules/valibot/package.json'), 'utf8')).version;
    assert.match(text, /Apache License, Version 2\.0/);
    assert.equal(text.includes(`valibot ${version} (MIT)`), true);
    for (const name of ['execa', 'js-yaml', 'pino', 'systeminformation', 'yargs']) {
      assert.match(text, new RegExp(`^  ${name} [0-9.]+ \\(MIT\\)$`, 'm'));
    }
    assert.match(text, /Node\.js 24\.\d+\.\d+, with the notices of what it contains/);
    assert.match(text, /- OpenSSL/, "Node's own list of what it contains");
  });
});
