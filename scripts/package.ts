// npm run package: builds the program, then dist/guest-init_VERSION_ARCH.deb, dist/guest-init-VERSION-linux-ARCH.tar.gz
// (packaging/install with its payload), dist/payload/ (the same, for packaging/install in this checkout) and dist/SHA256SUMS.
// Options: --arch arm64 (in dist/arm64, by way of qemu), --out DIR, --no-build (package what DIR holds), --compression none (a quick
// .deb, for tests).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { BuildInfo } from './build/build-info.ts';
import { findTarget, type Target } from './build/target.ts';
import { writeDeb } from './package/deb.ts';
import { setTimes, writePayload } from './package/payload.ts';
import { listDebianLibraries, readRequirements } from './package/requirements.ts';
import { writeTarball } from './package/tarball.ts';

const root = dirname(import.meta.dirname);

/** Debian's names for the processors that Node's npm packages are there for. */
const debianArchitectures: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: process.arch },
    out: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
    compression: { type: 'string', default: 'xz' },
  },
});

try {
  const target = findTarget(root, values.arch);
  const out = resolve(root, values.out ?? (target.arch === process.arch ? 'dist' : `dist/${target.arch}`));
  if (values.compression !== 'xz' && values.compression !== 'none') {
    throw new Error(`--compression: expected xz or none, found ${values.compression}`);
  }
  if (!values['no-build']) build(out, target);
  packageAll({ out, target, compression: values.compression, epoch: readEpoch() });
} catch (error) {
  console.error(`package: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

function build(out: string, { arch }: Target): void {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/build.ts'), '--arch', arch, '--out', out], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('the build failed');
}

interface PackageOptions {
  out: string;
  target: Target;
  compression: 'xz' | 'none';
  /** Seconds since 1970. */
  epoch: number;
}

/** Works in a folder of its own and renames at the end: nobody finds half a package. */
function packageAll({ out, target, compression, epoch }: PackageOptions): void {
  const started = performance.now();
  const info = join(out, 'build.json');
  if (!existsSync(info)) throw new Error(`${info} does not exist: npm run build`);
  const { version } = JSON.parse(readFileSync(info, 'utf8')) as BuildInfo;
  const architecture = debianArchitectures[target.arch];
  if (architecture === undefined) throw new Error(`no Debian package for ${target.arch}`);
  const work = mkdtempSync(join(out, '.package-'));
  try {
    const requirements = readRequirements(join(out, 'guest-init'));
    const name = `guest-init-${version}-linux-${target.arch}`;
    const release = join(work, name);
    mkdirSync(release);
    copyFileSync(join(root, 'packaging/install'), join(release, 'install'));
    chmodSync(join(release, 'install'), 0o755);
    const payload = join(release, 'payload');
    const tree = writePayload({ root, dist: out, folder: payload, version, epoch, requirements, target });
    setTimes(release, epoch);
    const deb = join(work, `guest-init_${version}_${architecture}.deb`);
    mkdirSync(join(work, 'deb'));
    const libraries = listDebianLibraries(requirements);
    writeDeb({
      root,
      tree,
      work: join(work, 'deb'),
      output: deb,
      version,
      architecture,
      libraries,
      epoch,
      compression,
    });
    const tarball = join(work, `${name}.tar.gz`);
    writeTarball({ folder: release, output: tarball });
    const sums = join(work, 'SHA256SUMS');
    writeFileSync(sums, [deb, tarball].map((file) => `${sha256(file)}  ${basename(file)}\n`).join(''));
    rmSync(join(out, 'payload'), { recursive: true, force: true });
    for (const made of [payload, deb, tarball, sums]) renameSync(made, join(out, basename(made)));
    process.stdout.write(readFileSync(join(out, 'SHA256SUMS'), 'utf8'));
    console.log(`packaged ${version} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** SOURCE_DATE_EPOCH (reproducible-builds.org), else the time of the last commit. */
function readEpoch(): number {
  const given = process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined) {
    if (!/^\d+$/.test(given)) throw new Error(`SOURCE_DATE_EPOCH: expected seconds, found "${given}"`);
    return Number(given);
  }
  const { status, stdout } = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error('not a git checkout: set SOURCE_DATE_EPOCH to the time of the release, in seconds');
  return Number(stdout.trim());
}
