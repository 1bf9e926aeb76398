// Plans one document with one module, through the real reader and engine, for the tests of several modules.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ModuleDefinition } from '../../../core/define.ts';
import { type Diagnostic, formatPlace } from '../../../core/diagnostic.ts';
import type { Facts } from '../../../core/facts.ts';
import type { InstanceConfig } from '../../../core/instance-config.ts';
import { emptyNetwork } from '../../../core/network-config.ts';
import type { Step } from '../../../core/plan.ts';
import { defaultPolicy, type Policy } from '../../../core/policy.ts';
import { plainFacts } from '../../../host/memory.ts';
import { describeDocument, makeContext } from '../../../pipeline/plan.ts';
import { interpretUserData } from '../../../userdata/interpret.ts';

export type CaseInput = {
  readonly instance?: Partial<InstanceConfig>;
  readonly facts?: Partial<Facts>;
  readonly policy?: Partial<Policy>;
  /** Modules whose keys the document uses beside those of the one under test, which may look at them. */
  readonly neighbours?: readonly ModuleDefinition[];
};

/** Steps and diagnostics of `module` for a document without its header line; places count that line. */
export function planDocument(
  module: ModuleDefinition,
  body: string,
  input: CaseInput = {},
): { steps: Step[]; diagnostics: Diagnostic[] } {
  const bytes = new TextEncoder().encode(`#cloud-config\n${body}`);
  return planBytes(module, bytes, input);
}

/** One line a diagnostic: severity, place, key path, code, message. */
export function listProblems(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map((found) =>
    [found.severity, formatPlace(found), found.path ?? '-', found.code, found.message].join(' | '),
  );
}

/**
 * Makes a test of every folder of `cases` that holds in.yaml (the document) and plan.json (the expected steps); instance.json (hostname
 * and files with text content) and facts.json are laid over a plain Debian guest. UPDATE_CASES=1 writes plan.json anew.
 */
export function testCases(
  folder: string,
  module: ModuleDefinition,
  neighbours: readonly ModuleDefinition[] = [],
): void {
  for (const name of readdirSync(folder).sort()) {
    test(`case ${name}`, () => {
      const read = (file: string): unknown => {
        const path = join(folder, name, file);
        return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
      };
      const instance = read('instance.json') as
        | { hostname?: string; files?: { path: string; content: string }[] }
        | undefined;
      const { steps } = planBytes(module, readFileSync(join(folder, name, 'in.yaml')), {
        neighbours,
        facts: (read('facts.json') ?? {}) as Partial<Facts>,
        instance: {
          ...(instance?.hostname === undefined ? {} : { hostname: instance.hostname }),
          files: (instance?.files ?? []).map(({ path, content }, index) => ({
            path,
            content: Buffer.from(content),
            source: `openstack/content/${String(index).padStart(4, '0')}`,
          })),
        },
      });
      const plain = toJson(steps);
      const expected = join(folder, name, 'plan.json');
      if (process.env['UPDATE_CASES'] === '1') writeFileSync(expected, `${JSON.stringify(plain, null, 2)}\n`);
      assert.deepEqual(plain, JSON.parse(readFileSync(expected, 'utf8')));
    });
  }
}

function planBytes(
  module: ModuleDefinition,
  bytes: Uint8Array,
  input: CaseInput,
): { steps: Step[]; diagnostics: Diagnostic[] } {
  const { document, diagnostics: found } = interpretUserData({ bytes, source: 'user_data' }, [
    module,
    ...(input.neighbours ?? []),
  ]);
  const diagnostics = [...found];
  const section = document?.sections.get(module.name);
  if (section === undefined) return { steps: [], diagnostics };
  const guest = {
    ...describeDocument(document),
    instance: {
      id: { uuid: '8c1c4b6e-0000-4000-8000-000000000001' },
      publicKeys: [],
      network: emptyNetwork,
      files: [],
      ...input.instance,
    },
    facts: { ...plainFacts, ...input.facts },
    policy: { ...defaultPolicy, ...input.policy },
  };
  return { steps: module.plan(makeContext({ guest, section, diagnostics })), diagnostics };
}

/** Bytes as `{"base64": …}`; secrets redact themselves. */
function toJson(value: unknown): unknown {
  const text = JSON.stringify(value, function replace(this: Record<string, unknown>, key, plain: unknown) {
    const original = this[key];
    return original instanceof Uint8Array ? { base64: Buffer.from(original).toString('base64') } : plain;
  });
  return JSON.parse(text);
}
