// Starts scripts/NAME.ts on the pinned Node, from any Node >= 20 and from a fresh clone: installs the locked
// dependencies (and the Debian packages that the script asks for) first when they are not there.
// Usage: node scripts/bootstrap.mjs [--apt PACKAGE,PACKAGE] NAME [ARGUMENT...]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pinnedNode = join(root, 'node_modules', '.bin', 'node');

function say(line) {
  process.stderr.write(`bootstrap: ${line}\n`);
}

function readPackages(path) {
  const { packages } = JSON.parse(readFileSync(path, 'utf8'));
  return new Map(Object.entries(packages).filter(([name]) => name !== ''));
}

/** True when node_modules holds exactly what package-lock.json asks for on this platform. */
function isInstalled() {
  const installedLock = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedLock) || !existsSync(pinnedNode)) return false;
  const wanted = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(installedLock);
  for (const name of installed.keys()) if (!wanted.has(name)) return false;
  for (const [name, entry] of wanted) {
    const found = installed.get(name);
    if (found === undefined ? !entry.optional : found.integrity !== entry.integrity) return false;
  }
  return true;
}

function installPackages() {
  say('installing the locked dependencies (npm ci)');
  // `npm run` puts node_modules/.bin first in PATH; npm must not run on the Node that it is about to delete.
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.endsWith('node_modules/.bin'));
  const { status, error } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: root, stdio: ['ignore', 2, 2], env: { ...process.env, PATH: path.join(delimiter) } },
  );
  if (error || status !== 0) {
    say(`npm ci failed${error ? `: ${error.message}` : ` with exit code ${status}`}`);
    process.exit(1);
  }
  if (!existsSync(pinnedNode)) {
    say(`no pinned Node for ${process.platform}-${process.arch}: only linux-x64 and linux-arm64 are supported`);
    process.exit(1);
  }
}

function findMissingDebianPackages(names) {
  const query = spawnSync('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\\n', ...names], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (query.error) return undefined;
  const present = new Set();
  for (const line of query.stdout.split('\n')) {
    const [name, state] = line.split(' ');
    if (state === 'installed') present.add(name);
  }
  return names.filter((name) => !present.has(name));
}

/** Never fatal: a script that cannot do without a tool says so itself, with the tool's name. */
function installDebianPackages(names) {
  const missing = findMissingDebianPackages(names);
  if (missing === undefined) {
    say(`not a Debian system: cannot check for ${names.join(', ')}`);
    return;
  }
  if (missing.length === 0) return;
  if (process.getuid() !== 0) {
    say(`missing Debian packages (install them as root): ${missing.join(' ')}`);
    return;
  }
  say(`installing Debian packages: ${missing.join(' ')}`);
  const apt = (...args) =>
    spawnSync('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  const install = () => apt('install', '-y', '--no-install-recommends', ...missing);
  let result = install();
  if (result.status !== 0) {
    apt('update');
    result = install();
  }
  if (result.status !== 0) say(`apt-get could not install them: ${(result.stderr ?? '').trim().split('\n').at(-1)}`);
}

function runScript(name, args) {
  const child = spawn(pinnedNode, [join(root, 'scripts', `${name}.ts`), ...args], { cwd: root, stdio: 'inherit' });
  // The terminal sends SIGINT to the whole group: wait for the script to clean up; SIGTERM reaches only us.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    say(`cannot start ${pinnedNode}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
}

const args = process.argv.slice(2);
const debianPackages = args[0] === '--apt' ? args.splice(0, 2)[1].split(',') : [];
const name = args.shift();
if (name === undefined || !existsSync(join(root, 'scripts', `${name}.ts`))) {
  say(`no such script: ${name ?? '(none given)'}`);
  process.exit(2);
}
if (!isInstalled()) installPackages();
if (debianPackages.length > 0) installDebianPackages(debianPackages);
runScript(name, args);
