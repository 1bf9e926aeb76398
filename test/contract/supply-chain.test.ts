// What the program says that it is made of is what it is made of; nothing in it has a licence that nobody decided on, or a runtime that
// soon gets no fixes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { Metafile } from 'esbuild';
import { daysLeft, describeSupport, findEndOfLife } from '../../src/cli/runtime-support.ts';
import { repositoryRoot, requireBuiltProgram } from '../support/built-program.ts';

type Component = {
  type: string;
  'bom-ref': string;
  name: string;
  version: string;
  purl: string;
  licenses?: { license: { id: string } }[];
  hashes?: { alg: string; content: string }[];
};
type Sbom = {
  bomFormat: string;
  specVersion: string;
  serialNumber: string;
  metadata: { component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
};

const { executable, bundle, metafile } = requireBuiltProgram();

function say(command: readonly string[], word: string): string {
  const [program = '', ...args] = command;
  const { status, stdout, stderr } = spawnSync(program, [...args, word], {
    encoding: 'utf8',
    env: {},
    timeout: 60_000,
    maxBuffer: 16 * 1024 ** 2,
  });
  assert.deepEqual([status, stderr], [0, '']);
  return stdout;
}

const text = say([executable], 'sbom');
const sbom = JSON.parse(text) as Sbom;

/** `name version` of every package of which the bundle holds code, by the bundler's own account. */
function listBundled(): string[] {
  const { outputs } = JSON.parse(readFileSync(metafile, 'utf8')) as Metafile;
  const folders = Object.values(outputs)
    .flatMap((output) => Object.keys(output.inputs))
    .filter((path) => path.includes('node_modules/') && !path.includes(':'))
    .map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path);
  return [...new Set(folders)]
    .map((folder) => JSON.parse(readFileSync(join(repositoryRoot, folder, 'package.json'), 'utf8')))
    .map(({ name, version }: { name: string; version: string }) => `${name} ${version}`)
    .sort();
}

const packages = sbom.components.filter(({ purl }) => purl.startsWith('pkg:npm/'));

test('the bill of materials lists the packages in the bundle, and no others', () => {
  const bundled = listBundled();
  assert.ok(bundled.length >= 6, bundled.join());
  assert.deepEqual(packages.map(({ name, version }) => `${name} ${version}`).sort(), bundled);
});

test('it lists the runtime and what that holds, in the versions that run', () => {
  const versions = JSON.parse(
    spawnSync(process.execPath, ['-p', 'JSON.stringify(process.versions)'], { encoding: 'utf8' }).stdout,
  ) as Record<string, string>;
  for (const name of ['node', 'openssl', 'v8', 'uv', 'zlib', 'ares', 'nghttp2', 'undici', 'llhttp'])
    assert.equal(sbom.components.find((component) => component.name === name)?.version, versions[name], name);
});

test('it is a CycloneDX 1.6 document whose references hold, the same in the program and beside it', () => {
  assert.deepEqual([sbom.bomFormat, sbom.specVersion], ['CycloneDX', '1.6']);
  assert.match(sbom.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const refs = [sbom.metadata.component, ...sbom.components].map((component) => component['bom-ref']);
  assert.equal(new Set(refs).size, refs.length);
  const named = sbom.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
  assert.deepEqual(
    named.filter((ref) => !refs.includes(ref)),
    [],
  );
  // Whatever is listed is there because of something: nothing hangs in the air.
  assert.deepEqual(
    refs.filter((ref) => !named.includes(ref)),
    [],
  );
  for (const { name, hashes } of packages) {
    assert.equal(hashes?.[0]?.alg, 'SHA-512', name);
    assert.match(hashes?.[0]?.content ?? '', /^[0-9a-f]{128}$/, name);
  }
  const { version } = sbom.metadata.component;
  assert.ok(say([executable], '--version').startsWith(`guest-init ${version} `), version);
  assert.equal(readFileSync(join(dirname(executable), 'guest-init.cdx.json'), 'utf8'), text);
  assert.equal(say([process.execPath, bundle], 'sbom'), text);
});

/** Another licence is a decision of the project. */
const allowed = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

test('each licence is one that was decided on, and its text is in the program', () => {
  const licences = say([executable], 'licences');
  for (const { name, version, licenses } of [sbom.metadata.component, ...packages]) {
    const id = licenses?.[0]?.license.id ?? 'none';
    assert.ok(allowed.includes(id), `${name}: ${id}`);
    if (name !== 'guest-init') assert.ok(licences.includes(`\n${name} ${version} (${id})\n`), name);
  }
  assert.match(licences, /^guest-init \S+ \(Apache-2\.0\)\n/);
  for (const words of ['TERMS AND CONDITIONS FOR USE', 'Permission is hereby granted', '- OpenSSL', 'Node.js 24.'])
    assert.ok(licences.includes(words), words);
  assert.equal(say([process.execPath, bundle], 'licences'), licences);
});

test('the pinned Node gets fixes for 90 days and more', () => {
  const pinned = readFileSync(join(repositoryRoot, '.node-version'), 'utf8').trim();
  const end = findEndOfLife(pinned);
  assert.ok(end !== undefined, `when does Node ${pinned} end? See github.com/nodejs/Release`);
  assert.ok(daysLeft(end, Date.now()) >= 90, `Node ${pinned} ends at ${end}: move to the next line`);
});

test('--version says until when, and since when not any more', () => {
  const at = (day: string): string | undefined => describeSupport('24.21.0', Date.parse(day));
  assert.equal(at('2028-04-30T12:00:00Z'), 'fixes until 2028-04-30');
  assert.equal(at('2028-05-01T00:00:00Z'), 'no fixes since 2028-04-30');
  assert.equal(describeSupport('25.1.0', 0), undefined);
  assert.equal(daysLeft('2028-04-30', Date.parse('2028-04-29T12:00:00Z')), 1);
  assert.match(say([executable], '--version'), /\(Node \d+\.\d+\.\d+, fixes until 2028-04-30\)\n$/);
});
