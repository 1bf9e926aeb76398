// The editor's JSON Schema under another's validator, python3-jsonschema: it is a schema of draft-07, takes every document of the modules'
// cases that the program takes, and refuses what is plainly wrong.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { ModuleDefinition } from '../../src/core/define.ts';
import { modules } from '../../src/modules/registry.generated.ts';
import { interpretUserData } from '../../src/userdata/interpret.ts';
import { repositoryRoot } from '../support/built-program.ts';
import { assertNothingLeft } from '../support/leftovers.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { withSandbox } from '../support/sandbox.ts';

const missing = explainMissingRoots();

const script = `import json, jsonschema
schema = json.load(open('/schema.json'))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
print(json.dumps([[error.json_path for error in validator.iter_errors(document)] for document in json.load(open('/documents.json'))]))
`;

const wrong: readonly Readonly<Record<string, unknown>>[] = [
  { runcmd: 5 },
  { write_files: [{ content: 'x' }] },
  { users: [{ name: 'ops', uid: {} }] },
  { ca_certs: [] },
  { ssh_genkeytypes: 'rsa' },
  { ssh: { emit_keys_to_console: 'no' } },
  { timezone: 3 },
];

describe('the editor schema', { skip: missing ?? false }, () => {
  after(assertNothingLeft);

  it('takes what the program takes, and refuses what it refuses', async () => {
    const names = globSync('src/modules/*/cases/*/in.yaml', { cwd: repositoryRoot }).sort();
    const documents = names.flatMap((name) => {
      const bytes = readFileSync(join(repositoryRoot, name));
      const { document, diagnostics } = interpretUserData(
        { bytes, source: 'user_data' },
        modules as unknown as readonly ModuleDefinition[],
      );
      const isSound = document !== undefined && !diagnostics.some(({ severity }) => severity === 'error');
      // A key without a value asks for nothing: editors may well underline it.
      return isSound ? [{ name, raw: dropEmpty(document.raw) }] : [];
    });
    assert.ok(documents.length > 50, `${documents.length} documents`);
    const files = {
      '/check.py': script,
      '/schema.json': readFileSync(join(repositoryRoot, 'docs/cloud-config.schema.json'), 'utf8'),
      '/documents.json': JSON.stringify([...documents.map(({ raw }) => raw), ...wrong]),
    };
    const output = await withSandbox({ root: 'bookworm-cloud-init', files }, (box) =>
      box.exec(['python3', '/check.py']),
    );
    const found = JSON.parse(output) as string[][];
    assert.deepEqual(
      documents.flatMap(({ name }, index) => (found[index]?.length === 0 ? [] : [[name, found[index]]])),
      [],
    );
    const refused = found.slice(documents.length).map((errors) => errors.length > 0);
    assert.deepEqual(
      refused,
      wrong.map(() => true),
    );
  });
});

function dropEmpty(document: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== null));
}
