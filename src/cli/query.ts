// guest-init query: one fact about this instance, from the record, or from the drive for what is not kept.

import type { CommandModule } from 'yargs';
import { AgentError, exitCodes } from '../core/error.ts';
import type { InstanceConfig } from '../core/instance-config.ts';
import { createRealHost } from '../host/real.ts';
import { openForReading } from '../pipeline/open-for-reading.ts';
import { loadPolicy } from '../pipeline/policy-file.ts';
import { readPublicStatus } from '../pipeline/public-status.ts';
import { type InstanceRecord, peekRecord } from '../state/record.ts';
import { reportFailure } from './report-failure.ts';
import { type SourceArguments, sourceOptions } from './source-options.ts';

type Arguments = SourceArguments & { key: string; secret: boolean; json: boolean };

type Fact =
  | { readonly describe: string; readonly fromRecord: (record: InstanceRecord) => unknown }
  | { readonly describe: string; readonly secret: boolean; readonly fromDrive: (instance: InstanceConfig) => unknown };

const facts: Readonly<Record<string, Fact>> = {
  instance_id: { describe: 'uuid, else EC2 id', fromRecord: ({ name }) => name },
  uuid: { describe: 'uuid of meta_data.json', fromRecord: ({ instance }) => instance.uuid },
  ec2_instance_id: { describe: 'instance-id of the EC2 metadata', fromRecord: ({ instance }) => instance.ec2 },
  hostname: { describe: 'host name that was set', fromRecord: ({ hostname }) => hostname },
  source: { describe: 'device or folder of the drive', fromRecord: ({ source }) => source },
  address: { describe: 'first static address, with prefix length', fromRecord: (record) => addressesOf(record)[0] },
  addresses: { describe: 'all static addresses', fromRecord: addressesOf },
  gateway: { describe: 'gateway of the default route', fromRecord: gatewayOf },
  guesses: {
    describe: 'what was guessed',
    fromRecord: ({ networkSteps }) => networkSteps.flatMap(({ guess }) => guess ?? []),
  },
  files: { describe: 'paths that guest-init made', fromRecord: ({ made }) => made.map(({ path }) => path) },
  public_keys: { describe: 'launch keys (reads the drive)', secret: false, fromDrive: ({ publicKeys }) => publicKeys },
  user_data: {
    describe: 'user_data as text (reads the drive; --secret)',
    secret: true,
    fromDrive: ({ userData }) => userData && new TextDecoder().decode(userData.bytes),
  },
  admin_pass: {
    describe: 'admin_pass (reads the drive; --secret; only where the config allows it)',
    secret: true,
    fromDrive: ({ adminPassword }) => adminPassword?.reveal(),
  },
};

export const queryCommand: CommandModule<object, Arguments> = {
  command: 'query <key>',
  describe: 'Print one fact about this instance',
  builder: (parser) =>
    sourceOptions(parser)
      .positional('key', { type: 'string', choices: Object.keys(facts), describe: 'Which fact' })
      .option('secret', { type: 'boolean', default: false, describe: 'Print a value that may be secret (root)' })
      .option('json', { type: 'boolean', default: false, describe: 'Print as JSON' })
      .epilogue(
        `Facts:\n${Object.entries(facts)
          .map(([key, { describe }]) => `  ${key.padEnd(16)} ${describe}`)
          .join('\n')}`,
      ) as never,
  handler: async (options) => {
    process.exitCode = await reportFailure(async () => {
      const value = await find(options);
      if (value === undefined || value === null) {
        process.stderr.write(`guest-init: ${options.key}: not known for this instance\n`);
        return exitCodes.internal;
      }
      const lines = Array.isArray(value) ? value.map(String) : [String(value)];
      process.stdout.write(options.json ? `${JSON.stringify(value)}\n` : lines.map((line) => `${line}\n`).join(''));
      return exitCodes.ok;
    });
  },
};

async function find(options: Arguments): Promise<unknown> {
  const fact = facts[options.key];
  if (fact === undefined) return undefined;
  const host = createRealHost();
  const isRoot = process.geteuid?.() === 0;
  if ('fromRecord' in fact) {
    if (!isRoot)
      return options.key === 'instance_id'
        ? readPublicStatus()?.instance
        : refuse(`${options.key}: only root can read the record`);
    const record = peekRecord(host);
    return record === undefined ? undefined : fact.fromRecord(record);
  }
  if (fact.secret && !(options.secret && (isRoot || options.source !== undefined)))
    return refuse(`${options.key}: may be secret; as root: guest-init query ${options.key} --secret`);
  const drive = await openForReading({ ...options, policy: await loadPolicy(host), dmi: host.dmi() });
  try {
    return drive.reading.instance === undefined ? undefined : fact.fromDrive(drive.reading.instance);
  } finally {
    drive.release();
  }
}

function refuse(message: string): never {
  throw new AgentError(exitCodes.notRoot, message);
}

function addressesOf({ networkSteps }: InstanceRecord): string[] {
  return networkSteps.flatMap(({ action }) =>
    action.kind === 'netAddress' ? [`${action.address}/${action.prefixLength}`] : [],
  );
}

function gatewayOf({ networkSteps }: InstanceRecord): string | undefined {
  return networkSteps
    .map(({ action }) => (action.kind === 'netRoute' && action.prefixLength === 0 ? action.gateway : undefined))
    .find((gateway) => gateway !== undefined);
}
