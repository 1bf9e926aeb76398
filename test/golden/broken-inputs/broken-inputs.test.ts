// Every file here is broken in its own way and holds a canary where it is broken. What is said about it is pinned to the letter,
// and the canary must show nowhere. UPDATE_GOLDEN=1 rewrites the expectations; read the difference before keeping it.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { ModuleDefinition } from '../../../src/core/define.ts';
import { modules } from '../../../src/modules/registry.generated.ts';
import type { Interpretation } from '../../../src/userdata/interpret.ts';
import { interpretSources } from '../../../src/userdata/interpret-sources.ts';

const folder = import.meta.dirname;
const inputs = readdirSync(folder).filter((name) => /\.(?:yaml|txt|bin)$/.test(name));
const canaryForm = /S3cr3t-canary-\d+/g;

test('there are inputs', () => assert.ok(inputs.length >= 45, `only ${inputs.length}`));

for (const name of inputs) {
  test(name, async () => {
    const bytes = readFileSync(join(folder, name));
    const canaries = findCanaries(bytes);
    assert.ok(canaries.length > 0, 'the input holds no canary');

    const sources = { userData: { bytes, source: 'user_data' } };
    const meaning = await interpretSources(sources, modules as readonly ModuleDefinition[]);
    const found = meaning.diagnostics.map(({ severity, code, source, line, column, path, message }) => {
      return { severity, code, source, line, column, path, message };
    });
    const text = `${JSON.stringify(found, null, 2)}\n`;
    const expected = join(folder, `${name.slice(0, name.lastIndexOf('.'))}.expected.json`);
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(expected, text);
    assert.equal(text, readFileSync(expected, 'utf8'));

    assert.ok(found.length > 0, 'something must be said');
    if (!meaning.usable) assert.equal(found.at(-1)?.severity, 'error');
    // What was accepted is used, so its values stay; what was refused must be gone from the sections too.
    const visible = JSON.stringify(
      name.startsWith('accepted-') ? found : { found, sections: listSections(meaning), scripts: meaning.scripts },
    );
    for (const canary of canaries) {
      for (const spelling of [canary, canary.toLowerCase(), ...listBase64(canary)]) {
        assert.ok(!visible.includes(spelling), `${canary} shows`);
      }
    }
  });
}

function listSections({ document }: Interpretation): unknown {
  return [...(document?.sections ?? [])].map(([name, { config }]) => [name, config]);
}

/** The canaries of an input, also inside base64, gzip and UTF-16. */
function findCanaries(bytes: Buffer): string[] {
  const text = bytes.toString('latin1');
  const here = [...text.matchAll(canaryForm), ...bytes.toString('utf16le').matchAll(canaryForm)].map(
    ([canary]) => canary,
  );
  if (here.length > 0) return here;
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return findCanaries(gunzipSync(bytes));
  return /^[A-Za-z0-9+/=\s]+$/.test(text) ? findCanaries(Buffer.from(text, 'base64')) : [];
}

/** The middle of its base64 for each of the three alignments. */
function listBase64(canary: string): string[] {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.from(' '.repeat(shift) + canary).toString('base64');
    return encoded.slice(4, -4);
  });
}
