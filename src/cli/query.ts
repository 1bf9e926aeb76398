// guest-init query: one fact about this instance, from the record, or from the drive for what is not kept.

import type { CommandModule } from 'yargs';
import { AgentError, exitCodes } from '../core/error.ts';
import type { InstanceConfig } from '../core/instance-config.ts';
import type { Host } from '../host/host.ts';
import { createRealHost } from '../host/real.ts';
import { findCloudInitRole } from '../pipeline/cloud-init.ts';
import { openForReading } from '../pipeline/open-for-reading.ts';
import { loadPolicy } from '../pipeline/policy-file.ts';
import { readPublicStatus } from '../pipeline/public-status.ts';
import { type InstanceRecord, peekRecord } from '../state/record.ts';
import { findNearestKey } from '../userdata/nearest-key.ts';
import { reportFailure } from './report-failure.ts';
import { type SourceArguments, sourceOptions } from './source-options.ts';
import { writeOutput } from './standard-output.ts';
import { cleanLine } from './terminal.ts';

type Arguments = SourceArguments & { key?: string; secret: boolean; json: boolean };

type Fact =
  | { readonly describe: string; readonly fromGuest: (host: Host) => unknown }
  | { readonly describe: string; readonly fromRecord: (record: InstanceRecord) => unknown }
  | { readonly describe: string; readonly secret: boolean; readonly fromDrive: (instance: InstanceConfig) => unknown };

const facts: Readonly<Record<string, Fact>> = {
  instance_id: { describe: 'uuid, else EC2 id', fromRecord: ({ name }) => name },
  uuid: { describe: 'uuid of meta_data.json', fromRecord: ({ instance }) => instance.uuid },
  ec2_instance_id: { describe: 'instance-id of the EC2 metadata', fromRecord: ({ instance }) => instance.ec2 },
  hostname: { describe: 'host name that was set', fromRecord: ({ hostname }) => hostname },
  cloud_init: {
    describe: 'in charge, replaced, or off',
    fromGuest: (host) => findCloudInitRole(host) ?? 'off',
  },
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
  command: 'query [key]',
  describe: 'Print one fact about this instance, or all that need no drive',
  builder: (parser) =>
    sourceOptions(parser)
      .positional('key', {
        type: 'string',
        choices: Object.keys(facts),
        coerce: refuseUnknown,
        describe: 'Which fact; all that need no drive when left out',
      })
      .option('secret', { type: 'boolean', default: false, describe: 'Print a value that may be secret (root)' })
      .option('json', { type: 'boolean', default: false, describe: 'Print as JSON' })
      .epilogue(
        `Facts:\n${Object.entries(facts)
          .map(([key, { describe }]) => `  ${key.padEnd(16)} ${describe}`)
          .join('\n')}`,
      ) as never,
  handler: async (options) => {
    const { key, json } = options;
    process.exitCode = await reportFailure(async () => {
      if (key === undefined) return printAll(json);
      const value = await find(key, options);
      if (value === undefined || value === null) {
        process.stderr.write(`guest-init: ${key}: not known for this instance\n`);
        return exitCodes.internal;
      }
      writeOutput(json ? `${JSON.stringify(value)}\n` : `${toLines(value).join('\n')}\n`);
      return exitCodes.ok;
    });
  },
};

/** Throws what yargs then says in place of its own list. */
function refuseUnknown(key: string): string {
  if (Object.hasOwn(facts, key)) return key;
  const nearest = findNearestKey(key, Object.keys(facts));
  const advice = nearest === undefined ? 'see: guest-init query --help' : `did you mean "${nearest}"?`;
  throw new Error(cleanLine(`unknown fact ${JSON.stringify(key)}; ${advice}`));
}

function toLines(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [String(value)];
}

/** Everything that is known without the drive; what is secret is only there, so that nothing of it is printed. */
function printAll(json: boolean): number {
  const host = createRealHost();
  const record = isRoot() ? peekRecord(host) : undefined;
  const known = Object.entries(facts).flatMap(([key, fact]): [string, unknown][] => {
    const value = findWithoutDrive(key, fact, host, record);
    return value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [[key, value]];
  });
  const text = known.map(([key, value]) => `${key.padEnd(16)} ${toLines(value).map(cleanLine).join(', ')}\n`).join('');
  writeOutput(json ? `${JSON.stringify(Object.fromEntries(known))}\n` : text);
  if (!isRoot()) process.stderr.write('guest-init: only root can read the record; more with: sudo guest-init query\n');
  else if (record === undefined) process.stderr.write('guest-init: no instance was applied on this guest yet\n');
  return exitCodes.ok;
}

function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

function findWithoutDrive(key: string, fact: Fact, host: Host, record: InstanceRecord | undefined): unknown {
  if ('fromGuest' in fact) return fact.fromGuest(host);
  if (!('fromRecord' in fact)) return undefined;
  if (key === 'instance_id' && !isRoot()) return readPublicStatus()?.instance;
  return record === undefined ? undefined : fact.fromRecord(record);
}

async function find(key: string, options: Arguments): Promise<unknown> {
  const fact = facts[key];
  if (fact === undefined) return undefined;
  const host = createRealHost();
  if (!('fromDrive' in fact)) {
    if ('fromRecord' in fact && !isRoot() && key !== 'instance_id')
      return refuse(`${key}: only root can read the record`);
    return findWithoutDrive(key, fact, host, isRoot() ? peekRecord(host) : undefined);
  }
  if (fact.secret && !(options.secret && (isRoot() || options.source !== undefined)))
    return refuse(`${key}: may be secret; as root: guest-init query ${key} --secret`);
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
