// docs/keys.md: the top-level keys of cloud-config, supported or not.
import type { KnownKey } from '../../src/userdata/known-keys.ts';
import { generatedNotice } from './registries.ts';

/** Text of docs/keys.md; `guest-init schema --keys` prints the same list. */
export function renderKeys(keys: readonly KnownKey[], undoneBelow: readonly string[]): string {
  const done = keys.filter(({ module }) => module !== undefined);
  const combining = keys.filter(({ combines }) => combines);
  const undone = keys.filter(({ module, combines }) => module === undefined && !combines);
  return [
    `<!-- ${generatedNotice} -->`,
    '',
    '# Keys of cloud-config, supported and not',
    '',
    'The list of `guest-init schema --keys`. `guest-init validate` names each key of a document that is left undone, with its place.',
    '',
    `## Supported: ${done.length}`,
    '',
    '| key | described in |',
    '|---|---|',
    ...done.map(({ key, module }) => `| \`${key}\` | [${module}](modules/${module}.md) |`),
    ...combining.map(({ key }) => `| \`${key}\` | [several documents](user-data.md#several-documents) |`),
    '',
    ...(undoneBelow.length === 0
      ? []
      : [
          '## Not supported below a supported key',
          '',
          'Recognised, and named with their place; the rest of the key is applied. `guest-init schema --keys` lists all that is known.',
          '',
          ...undoneBelow.map((path) => `- \`${path}\``),
          '',
        ]),
    `## Not supported: ${undone.length}`,
    '',
    ...(undone.length === 0
      ? []
      : [
          '| key | what to do instead, or why not |',
          '|---|---|',
          ...undone.map(({ key, remedy }) => `| \`${key}\` | ${remedy ?? ''} |`),
          '',
        ]),
  ].join('\n');
}
