// Whole drives against the plan that they become: drive/ (files), facts.json (laid over a plain Debian guest) and plan.json.
// UPDATE_GOLDEN=1 rewrites the expectations; read the difference before keeping it.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Facts } from '../../../src/core/facts.ts';
import { defaultPolicy } from '../../../src/core/policy.ts';
import { configDrive } from '../../../src/datasources/config-drive/index.ts';
import { createDriveReader } from '../../../src/host/drive-reader.ts';
import { createMemoryHost, plainFacts } from '../../../src/host/memory.ts';
import { planFromInput } from '../../../src/pipeline/plan-input.ts';

const folder = import.meta.dirname;
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

test('there are instances', () => assert.ok(names.length >= 18, `only ${names.length}`));

for (const name of names) {
  test(name, async () => {
    const { instance, diagnostics } = configDrive.read(createDriveReader(join(folder, name, 'drive')), {
      adminPassword: false,
    });
    assert.ok(instance, 'the drive names an instance');
    const facts: Facts = {
      ...plainFacts,
      ...(JSON.parse(readFileSync(join(folder, name, 'facts.json'), 'utf8')) as Partial<Facts>),
    };
    const { host } = createMemoryHost();
    const plan = await planFromInput({ instance, host, policy: defaultPolicy, facts });
    const found = {
      instance: instance.id,
      missingLinks: plan.missingLinks,
      tools: plan.toolReasons,
      diagnostics: [...diagnostics, ...plan.diagnostics],
      steps: plan.steps,
    };
    const text = `${JSON.stringify(found, spellBytes, 2)}\n`;
    const expected = join(folder, name, 'plan.json');
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(expected, text);
    assert.equal(text, readFileSync(expected, 'utf8'));
    // What holds of every drive, whatever the file above says.
    assert.ok(!text.includes('S3cr3t'), 'a password shows');
    const ids = plan.steps.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, 'two steps share an id');
  });
}

/** Bytes as `{"base64": …}`; secrets redact themselves. */
function spellBytes(this: Readonly<Record<string, unknown>>, key: string, plain: unknown): unknown {
  const original = this[key];
  return original instanceof Uint8Array ? { base64: Buffer.from(original).toString('base64') } : plain;
}
