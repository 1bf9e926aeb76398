// Plans the seed of the user and the cloud, then the command that may bring more.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { SecretData } from '../../core/secret.ts';
import { decodeContent } from '../write-files/decode.ts';
import type { RandomSeed } from './schema.ts';

/** More than the kernel's pool could ever use. */
const largestSeed = 1024 * 1024;

/** At most two steps. */
export function planRandomSeed(context: ModuleContext<RandomSeed>): Step[] {
  const { config, place } = context;
  const { random_seed: settings } = config;
  if (settings === undefined) return [];
  const { file, command } = settings;
  const seed = Buffer.concat([readData(settings, context), readMetadata(context)]);
  const common = { module: 'random-seed', stage: 'early' } as const;
  const steps: Step[] = [];
  if (seed.length > 0)
    steps.push({
      ...{
        ...common,
        id: 'random_seed',
        summary: `${seed.length} ${seed.length === 1 ? 'byte' : 'bytes'} for ${file}`,
        source: place(['random_seed']),
      },
      action: { kind: 'randomSeed', path: file, seed: new SecretData<Uint8Array>(seed) },
    });
  if (command === undefined) {
    if (settings.command_required) {
      const message = 'a command is required, and none is given';
      context.report({ severity: 'error', code: 'missing', message }, ['random_seed', 'command_required']);
    }
    return steps;
  }
  const [word = ''] = command;
  steps.push({
    ...{ ...common, id: 'random_seed/command', summary: word, source: place(['random_seed', 'command']) },
    action: {
      ...{ kind: 'exec', label: `random_seed ${word}`, command: { argv: command }, env: { RANDOM_SEED_FILE: file } },
      ...(settings.command_required ? {} : { ifInstalled: true }),
    },
  });
  return steps;
}

function readData(
  { data, encoding }: NonNullable<RandomSeed['random_seed']>,
  { report }: ModuleContext<RandomSeed>,
): Uint8Array {
  if (data === undefined) return new Uint8Array();
  const decoded = decodeContent(data, encoding === 'raw' ? 'text/plain' : encoding, largestSeed);
  if ('content' in decoded) return decoded.content;
  const message = decoded.code === 'limit' ? `larger than ${largestSeed / 1024} KiB` : decoded.message;
  report({ severity: 'error', code: decoded.code, message }, ['random_seed', 'data']);
  return new Uint8Array();
}

/** Nova draws 512 bytes for each instance. */
function readMetadata({ instance, report }: ModuleContext<RandomSeed>): Uint8Array {
  const seed = instance.metadata?.reveal().openstack?.['random_seed'];
  if (typeof seed !== 'string') return new Uint8Array();
  const decoded = decodeContent(seed, 'base64', largestSeed);
  if ('content' in decoded) return decoded.content;
  report({ severity: 'warning', code: 'value', message: 'its random_seed is no base64; left out' }, undefined);
  return new Uint8Array();
}
