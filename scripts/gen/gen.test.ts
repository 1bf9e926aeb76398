// Registries, schema and pages made from a small tree of modules; and that --check sees every way of being stale.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import * as v from 'valibot';
import { composeSchema, convertOwner } from '../../src/cli/cloud-config-schema.ts';
import { renderModulePage } from './module-docs.ts';
import { toExportName } from './registries.ts';

const scripts = dirname(import.meta.dirname);

const File = v.strictObject({
  path: v.pipe(v.string(), v.description('where | to')),
  mode: v.optional(v.union([v.string(), v.number()]), '0644'),
  encoding: v.optional(v.picklist(['gzip', 'b64'])),
});
const Files = v.looseObject({ write_files: v.optional(v.array(File)) });
const owner = { folder: 'write-files', keys: ['write_files'], schema: Files };

test('a folder name becomes an export name', () => {
  assert.equal(toExportName('ca-certs'), 'caCerts');
  assert.equal(toExportName('ssh-authorized-keys'), 'sshAuthorizedKeys');
  assert.equal(toExportName('users'), 'users');
});

test('the composed schema is loose at the top and strict at the leaves', () => {
  const { $schema, additionalProperties, properties } = composeSchema([owner]);
  assert.equal($schema, 'http://json-schema.org/draft-07/schema#');
  assert.equal(additionalProperties, true);
  assert.deepEqual(properties?.write_files?.items, {
    type: 'object',
    properties: {
      path: { type: 'string', description: 'where | to' },
      mode: { anyOf: [{ type: 'string' }, { type: 'number' }], default: '0644' },
      encoding: { enum: ['gzip', 'b64'], type: 'string' },
    },
    required: ['path'],
    additionalProperties: false,
  });
});

test('checks and transformations leave what the user may write', () => {
  const schema = v.object({
    n: v.optional(
      v.pipe(
        v.string(),
        v.regex(/^\d+$/),
        v.transform(Number),
        v.check((n) => n > 1),
      ),
    ),
  });
  const converted = convertOwner({ folder: 'n', keys: ['n'], schema });
  assert.equal(converted.properties?.n?.type, 'string');
});

test('recursive schemas of two modules do not share definitions', () => {
  const Tree: v.GenericSchema = v.object({ next: v.optional(v.lazy(() => Tree)) });
  const { definitions, properties } = composeSchema([
    { folder: 'a', keys: ['a'], schema: v.object({ a: v.optional(v.lazy(() => Tree)) }) },
    { folder: 'b', keys: ['b'], schema: v.object({ b: v.optional(v.lazy(() => Tree)) }) },
  ]);
  const names = Object.keys(definitions ?? {});
  assert.ok(names.some((name) => name.startsWith('a.')) && names.some((name) => name.startsWith('b.')), names.join());
  const reference = JSON.stringify(properties?.b).match(/#\/definitions\/([^"]+)/)?.[1];
  assert.ok(reference !== undefined && names.includes(reference), reference);
});

test('keys and schema entries that differ are refused, and so is a key with two owners', () => {
  assert.throws(() => convertOwner({ ...owner, keys: ['write_files', 'more'] }), /write-files.*\[more, write_files\]/);
  assert.throws(() => composeSchema([owner, { ...owner, folder: 'again' }]), /write_files belongs to both/);
});

test('a page holds the README and one row a field', () => {
  const page = renderModulePage({
    folder: 'write-files',
    readme: '# Files\n',
    keys: owner.keys,
    schema: convertOwner(owner),
  });
  assert.match(page, /^<!-- Generated/);
  assert.ok(page.includes('# Files'));
  assert.deepEqual(
    page.split('\n').filter((line) => line.startsWith('| `')),
    [
      '| `write_files` | list of object |  |',
      '| `write_files[].path` | string | required; where \\| to |',
      '| `write_files[].mode` | string \\| number | default `"0644"` |',
      '| `write_files[].encoding` | `"gzip"` \\| `"b64"` |  |',
    ],
  );
});

test('links of a README lead to the same places from its page', () => {
  const links = ['../users/README.md', '../users/README.md#fields', '../../../docs/coreos.md', 'https://example.org/a'];
  const page = renderModulePage({
    folder: 'write-files',
    readme: links.map((link) => `[x](${link})`).join('\n'),
    keys: owner.keys,
    schema: convertOwner(owner),
  });
  assert.deepEqual(
    [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target),
    ['users.md', 'users.md#fields', '../coreos.md', 'https://example.org/a'],
  );
});

/** A repository of two modules and one part format, with our node_modules. */
function makeTree(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'guest-init-gen-'));
  t.after(() => rmSync(root, { recursive: true }));
  symlinkSync(join(dirname(scripts), 'node_modules'), join(root, 'node_modules'));
  write(root, 'package.json', '{"type":"module"}');
  for (const [name, exported, key] of [
    ['write-files', 'writeFiles', 'write_files'],
    ['users', 'users', 'users'],
  ]) {
    write(root, `src/modules/${name}/README.md`, `# ${name}\n`);
    write(
      root,
      `src/modules/${name}/index.ts`,
      `import * as v from 'valibot';\nexport const ${exported} = { keys: ['${key}'], schema: v.object({ ${key}: v.optional(v.array(v.string())) }) };\n`,
    );
  }
  write(root, 'src/userdata/formats/script/index.ts', 'export const script = {};\n');
  return root;
}

function write(root: string, file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

function runGen(root: string, ...args: string[]): { status: number | null; output: string } {
  const result = spawnSync(process.execPath, [join(scripts, 'gen.ts'), '--root', root, ...args], { encoding: 'utf8' });
  return { status: result.status, output: result.stdout + result.stderr };
}

test('gen writes what --check then accepts, and --check sees each kind of staleness', (t) => {
  const root = makeTree(t);
  assert.match(runGen(root, '--check').output, /registry\.generated\.ts is not current/);
  assert.ok(!existsSync(join(root, 'src/modules/registry.generated.ts')), '--check wrote a file');

  const first = runGen(root);
  assert.equal(first.status, 0, first.output);
  assert.equal(
    readFileSync(join(root, 'src/modules/registry.generated.ts'), 'utf8'),
    [
      '// Generated by `npm run gen`; do not edit.',
      "import { users } from './users/index.ts';",
      "import { writeFiles } from './write-files/index.ts';",
      '',
      'export const modules = [users, writeFiles] as const;',
      '',
    ].join('\n'),
  );
  assert.ok(existsSync(join(root, 'src/userdata/formats/registry.generated.ts')));
  assert.ok(!existsSync(join(root, 'src/datasources')), 'a folder that does not exist is left alone');
  assert.deepEqual(runGen(root, '--check'), { status: 0, output: '' });

  write(root, 'src/modules/users/README.md', '# users, again\n');
  assert.match(runGen(root, '--check').output, /docs\/modules\/users\.md is not current/);
  runGen(root);
  rmSync(join(root, 'src/modules/users'), { recursive: true });
  const removed = runGen(root, '--check');
  assert.equal(removed.status, 1);
  assert.match(removed.output, /docs\/modules\/users\.md belongs to no module/);
  assert.match(removed.output, /src\/modules\/registry\.generated\.ts is not current/);
  assert.equal(runGen(root).status, 0);
  assert.ok(!existsSync(join(root, 'docs/modules/users.md')));

  mkdirSync(join(root, 'src/modules/half-done'));
  assert.match(runGen(root, '--check').output, /half-done has no index\.ts/);
});
