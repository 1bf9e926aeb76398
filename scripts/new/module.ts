// The files of a new module.
import { toExportName } from '../gen/registries.ts';

/** `key` is one of cloud-config, `ca_certs`; `files` are by path from the root of the repository. */
export function describeModule(key: string): { folder: string; files: ReadonlyMap<string, string> } {
  const name = key.replaceAll('_', '-');
  const folder = `src/modules/${name}`;
  const variable = toExportName(name);
  const type = `${variable.charAt(0).toUpperCase()}${variable.slice(1)}`;
  const index = `// ${key}: what it is for, in a few words. Follows cloud-init's key of that name; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { plan${type} } from './plan.ts';
import { ${type} } from './schema.ts';

export const ${variable} = defineModule({
  name: '${name}',
  keys: ['${key}'],
  after: [],
  schema: ${type},
  plan: plan${type},
});
`;
  const schema = `// Key of cloud-init's ${name}.

import * as v from 'valibot';

export const ${type} = v.object({
  ${key}: v.optional(v.looseObject({}, 'a map')),
});
export type ${type} = v.InferOutput<typeof ${type}>;
`;
  const plan = `// Plans ${key}.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import type { ${type} } from './schema.ts';

/** No step yet: who asks for it is told. */
export function plan${type}({ config, report }: ModuleContext<${type}>): Step[] {
  if (config.${key} === undefined) return [];
  report({ severity: 'warning', code: 'unsupported-key', message: '${key} is not built yet' }, ['${key}']);
  return [];
}
`;
  const readme = `# ${key}

What the key does, what it makes on the guest, and what differs from cloud-init.
`;
  const cases = `import { join } from 'node:path';
import { testCases } from '../write-files/testing/plan-case.ts';
import { ${variable} } from './index.ts';

testCases(join(import.meta.dirname, 'cases'), ${variable});
`;
  return {
    folder,
    files: new Map([
      [`${folder}/index.ts`, index],
      [`${folder}/schema.ts`, schema],
      [`${folder}/plan.ts`, plan],
      [`${folder}/README.md`, readme],
      [`${folder}/cases.test.ts`, cases],
      [`${folder}/cases/first/in.yaml`, `#cloud-config\n${key}: {}\n`],
      // Filled in by UPDATE_CASES=1.
      [`${folder}/cases/first/plan.json`, '[]\n'],
    ]),
  };
}
