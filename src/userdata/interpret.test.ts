import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { interpretUserData } from './interpret.ts';
import { interpret, modules } from './testing/modules.ts';

test('empty user_data is nothing at all', () => {
  assert.deepEqual(interpretUserData({ bytes: new Uint8Array(), source: 'u' }, modules), {
    diagnostics: [],
    usable: true,
  });
});

test('no bytes make it throw', () => {
  const headed = fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(`#cloud-config\n${text}`));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), headed), (bytes) => {
      const { usable, diagnostics } = interpretUserData({ bytes, source: 'u' }, modules);
      assert.ok(usable || diagnostics.some(({ severity }) => severity === 'error'));
    }),
    { numRuns: 400 },
  );
});

test('no document makes a value show, and what is left always has its place', () => {
  const canary = 'S3cr3t-canary-00';
  const keys = fc.constantFrom(
    'write_files',
    'runcmd',
    'users',
    'groups',
    'path',
    'content',
    'name',
    'keys',
    'age',
    'zz',
  );
  const { document } = fc.letrec((tie) => ({
    leaf: fc.constantFrom<unknown>(canary, 7, true, null, '/a', 'x', 1.5),
    value: fc.oneof({ depthSize: 'small' }, tie('leaf'), fc.array(tie('value'), { maxLength: 4 }), tie('map')),
    map: fc.dictionary(keys, tie('value'), { maxKeys: 5 }),
    document: tie('map'),
  }));
  fc.assert(
    fc.property(document, (value) => {
      const { diagnostics, document: read, usable } = interpret(JSON.stringify(value));
      assert.ok(usable);
      assert.ok(!JSON.stringify(diagnostics).includes(canary));
      for (const section of read?.sections.values() ?? []) {
        const entries = (section.config as { users?: unknown[] }).users ?? [];
        for (const index of entries.keys()) assert.match(section.place(['users', index]), /^u:\d+:\d+$/);
      }
    }),
    { numRuns: 400 },
  );
});
