// What a boot evaluates (ADR 9): the files, packages and modules of Node of a run with a minimal drive, and of one that finds
// everything applied. Every evaluated module costs each guest its milliseconds, so a new one is a decision: UPDATE_GOLDEN=1
// rewrites boot-path.json, and the difference wants a reason.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { build, type Plugin } from 'esbuild';
import { repositoryRoot } from '../support/built-program.ts';
import { hasTool, tryTool } from '../support/command.ts';

type Evaluated = { sources: string[]; packages: string[]; builtins: string[] };
type Runs = { minimal: Evaluated; applied: Evaluated };

const skip = explainSkip();
const goldenPath = join(import.meta.dirname, 'boot-path.json');

/** None of these has work to do for a drive that only gives an address. */
const forbiddenPackages = ['valibot', 'yargs', 'js-yaml', 'execa', 'systeminformation'];
const forbiddenBuiltins = ['crypto', 'http', 'https'];

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'guest-init-boot-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

function explainSkip(): string | false {
  if (process.geteuid?.() !== 0) return 'needs root, for namespaces';
  if (!hasTool('unshare') || !hasTool('ip')) return 'needs unshare and ip';
  const probe = tryTool([
    'unshare',
    '--mount',
    '--net',
    '--uts',
    'ip',
    'link',
    'add',
    'eth0',
    'type',
    'veth',
    'peer',
    'name',
    'far0',
  ]);
  return probe.status === 0 ? false : 'this kernel gives no namespaces with veth links';
}

/** Makes every file say that it is evaluated, and lets the words of the boot unit read a folder in place of a drive. */
function observeEvaluation(): Plugin {
  return {
    name: 'observe-evaluation',
    setup({ onLoad }) {
      onLoad({ filter: /\.(?:ts|js|mjs|cjs)$/ }, ({ path }) => {
        const name = relative(repositoryRoot, path);
        let text = readFileSync(path, 'utf8').replace(/^#!.*/, '');
        if (name === 'src/main.ts') {
          const call = 'return runCommand(unit)';
          assert.ok(text.includes(call), 'main.ts no longer calls runCommand as this test knows it');
          text = text.replace(call, 'return runCommand({ ...unit, source: process.env.BOOT_PATH_DRIVE! })');
        }
        const loader = path.endsWith('.ts') ? 'ts' : 'js';
        return { contents: `globalThis.__evaluated.push(${JSON.stringify(name)});${text}`, loader };
      });
    },
  };
}

const preamble = `globalThis.__evaluated = []; const __before = new Set(process.moduleLoadList);
process.on('exit', () => require('node:fs').writeFileSync(process.env.BOOT_PATH_REPORT, JSON.stringify({
  files: globalThis.__evaluated, loaded: process.moduleLoadList.filter((entry) => !__before.has(entry)) })));`;

/** The options of scripts/build/bundle.ts that decide what is evaluated when. */
async function bundle(file: string): Promise<void> {
  await build({
    absWorkingDir: repositoryRoot,
    entryPoints: ['src/main.ts'],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    mainFields: ['module', 'main'],
    logLevel: 'silent',
    banner: { js: `"use strict";${preamble}const __importMetaUrl="file:///";` },
    define: { 'import.meta.url': '__importMetaUrl' },
    plugins: [observeEvaluation()],
  });
}

const guest = `set -eu
mount --make-rprivate /
for place in /run /var/lib /var/log; do mount -t tmpfs tmpfs "$place"; done
mount -t sysfs sysfs /sys
# Host keys are made where there is an sshd: not those of this machine.
for sshd in /usr/sbin/sshd /usr/bin/sshd; do [ ! -e $sshd ] || mount --bind /dev/null $sshd; done
# A router of its own, which answers for the gateway.
unshare --net sleep 60 &
router=$!
trap 'kill $router' EXIT
ip link add eth0 type veth peer name far0
until ip link set far0 netns $router 2>/dev/null && [ ! -e /sys/class/net/far0 ]; do sleep 0.01; done
# Both ends up beforehand: an answer that is lost on a port that is just coming up would have the question asked again.
ip link set eth0 up
nsenter --target $router --net sh -c 'ip addr add 10.0.0.254/24 dev far0; ip link set far0 up
until ip link show far0 | grep -q "state UP"; do sleep 0.01; done'
for name in minimal applied; do BOOT_PATH_REPORT="$1/$name.json" "$2" "$1/bundle.cjs" run --stage early; done`;

async function observe(): Promise<Runs> {
  const drive = join(folder, 'drive');
  mkdirSync(join(drive, 'ec2/latest'), { recursive: true });
  writeFileSync(join(drive, 'ec2/latest/meta-data.json'), '{"instance-id": "i-00000001", "local-ipv4": "10.0.0.5"}');
  await bundle(join(folder, 'bundle.cjs'));
  const namespaces = ['--mount', '--net', '--uts', 'sh', '-c', guest, 'sh', folder, process.execPath];
  const { status, stdout, stderr } = spawnSync('unshare', namespaces, {
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', BOOT_PATH_DRIVE: drive },
  });
  assert.equal(status, 0, `${stdout}${stderr}`);
  assert.match(stdout, /eth0 10\.0\.0\.5\/24 via 10\.0\.0\.254 \(guessed\)/);
  assert.match(stdout, /already applied; nothing was changed/);
  return { minimal: read('minimal'), applied: read('applied') };
}

function read(name: string): Evaluated {
  const { files, loaded } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as {
    files: string[];
    loaded: string[];
  };
  const packages = files.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]);
  const builtins = loaded.map((entry) => /^NativeModule (?!internal\/)(\S+)$/.exec(entry)?.[1]);
  return {
    sources: files.filter((file) => file.startsWith('src/')).sort(),
    packages: listOnce(packages),
    builtins: listOnce(builtins),
  };
}

function listOnce(names: readonly (string | undefined)[]): string[] {
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

test('a boot evaluates what is listed, and nothing that its drive gives no work', { skip }, async () => {
  const runs = await observe();
  for (const [name, { packages, builtins, sources }] of Object.entries(runs)) {
    assert.ok(sources.includes('src/main.ts') && sources.includes('src/pipeline/run.ts'), 'the observation is blind');
    for (const forbidden of forbiddenPackages)
      assert.ok(!packages.includes(forbidden), `${name} evaluates ${forbidden}`);
    for (const forbidden of forbiddenBuiltins)
      assert.ok(!builtins.includes(forbidden), `${name} loads node:${forbidden}`);
    const parsers = sources.filter((file) => /^src\/(?:modules|userdata|drive-image|rehearsal|yaml\/parse)/.test(file));
    assert.deepEqual(parsers, [], `${name} evaluates what only user_data needs`);
  }
  const text = `${JSON.stringify(runs, null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(goldenPath, text);
  assert.deepEqual(runs, JSON.parse(readFileSync(goldenPath, 'utf8')));
});
