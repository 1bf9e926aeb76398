// guest-init schema: the JSON Schema of cloud-config for editors, and the list of its keys, supported or not.

import type { CommandModule } from 'yargs';
import type { ModuleDefinition } from '../core/define.ts';
import type { KnownKey } from '../userdata/known-keys.ts';
import type { JsonSchema } from './cloud-config-schema.ts';
import type { Subkey } from './key-paths.ts';
import { reportFailure } from './report-failure.ts';
import { writeOutput } from './standard-output.ts';

/** `keys`: those below it. */
type ListedKey = KnownKey & { readonly keys?: readonly Subkey[] };

type Arguments = { keys: boolean; json: boolean };

export const schemaCommand: CommandModule<object, Arguments> = {
  command: 'schema',
  describe: 'Print the JSON Schema of cloud-config for editors, or the list of its keys',
  builder: (parser) =>
    parser
      .option('keys', {
        type: 'boolean',
        default: false,
        describe: 'The keys of cloud-init and those below them, supported or not',
      })
      .option('json', { type: 'boolean', default: false, describe: 'The list of keys as JSON' })
      .example('guest-init schema > cloud-config.schema.json', 'For an editor that knows YAML')
      .example('guest-init schema --keys', 'What is supported, and what to do instead') as never,
  handler: async ({ keys, json }) => {
    process.exitCode = await reportFailure(async () => {
      const { modules } = await import('../modules/registry.generated.ts');
      writeOutput(keys || json ? await writeKeys(modules, json) : await writeSchema(modules));
      return 0;
    });
  },
};

async function writeSchema(modules: readonly unknown[]): Promise<string> {
  const { printSchema } = await import('./cloud-config-schema.ts');
  return printSchema(await compose(modules));
}

async function compose(modules: readonly unknown[]): Promise<JsonSchema> {
  const { composeSchema } = await import('./cloud-config-schema.ts');
  const owners = (modules as readonly ModuleDefinition[]).map(({ name, keys, schema }) => ({
    folder: name,
    keys,
    schema,
  }));
  return composeSchema(owners);
}

async function writeKeys(modules: readonly unknown[], json: boolean): Promise<string> {
  const { listKeys } = await import('../userdata/known-keys.ts');
  const { listSubkeys } = await import('./key-paths.ts');
  const definitions = modules as readonly ModuleDefinition[];
  const undoneBelow = new Set(definitions.flatMap(({ undone = [] }) => undone));
  const below = listSubkeys(await compose(modules), undoneBelow);
  const list = listKeys(definitions).map((entry): ListedKey => {
    const keys = below.get(entry.key) ?? [];
    return keys.length === 0 ? entry : { ...entry, keys };
  });
  if (json) return `${JSON.stringify(list, null, 2)}\n`;
  const undone = list.filter(({ module, combines }) => module === undefined && !combines);
  const done = list.filter((entry) => !undone.includes(entry));
  return [
    `supported: ${done.length}`,
    ...done.map(printKey),
    '',
    `not supported, left undone with a place: ${undone.length}`,
    ...undone.map(printKey),
    '',
  ].join('\n');
}

function printKey({ key, module, combines, remedy, keys = [] }: ListedKey): string {
  const pointer = combines ? 'docs/user-data.md' : module === undefined ? (remedy ?? '') : `docs/modules/${module}.md`;
  const line = `  ${key.padEnd(26)} ${pointer}`.trimEnd();
  return [line, ...keys.map(({ path, supported }) => `      ${path}${supported ? '' : '   not supported'}`)].join('\n');
}
