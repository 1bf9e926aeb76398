// guest-init drive build: a config-2 image from an address, keys and a user_data file, as Nova would have written it.

import { randomBytes, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import type { CommandModule } from 'yargs';
import { formatPlace } from '../core/diagnostic.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { type ConfigDriveInput, findConfigDriveProblems, layOutConfigDrive } from '../drive-image/config-drive.ts';
import { buildIso9660, findIso9660Problems } from '../drive-image/iso9660.ts';
import type { DriveProblem, DriveTree } from '../drive-image/tree.ts';
import { buildVfat, findVfatProblems } from '../drive-image/vfat.ts';
import { writeFileAtomically } from '../host/atomic-write.ts';
import { readDriveFolder } from './drive-folder.ts';
import { reportFailure } from './report-failure.ts';
import { writeOutput } from './standard-output.ts';
import { validatePath } from './validate-path.ts';

type Arguments = {
  output: string;
  format: 'iso' | 'vfat';
  label: string;
  source?: string;
  address?: string;
  gateway?: string;
  mac?: string;
  dns: readonly string[];
  hostname?: string;
  uuid?: string;
  'ssh-key': readonly string[];
  'user-data'?: string;
  file: readonly string[];
  force: boolean;
};

const buildCommand: CommandModule<object, Arguments> = {
  command: 'build <output>',
  describe: 'Make a config drive image (ISO 9660 or vfat)',
  builder: (parser) =>
    parser
      .positional('output', { type: 'string', demandOption: true, describe: 'Image file to write' })
      .option('format', {
        choices: ['iso', 'vfat'] as const,
        default: 'iso' as const,
        describe: 'File system of the image',
      })
      .option('label', { type: 'string', requiresArg: true, default: 'config-2', describe: 'Volume label' })
      .option('source', {
        type: 'string',
        requiresArg: true,
        describe: 'Pack this folder as it is; what follows does not apply, but for --force',
      })
      .option('address', {
        type: 'string',
        requiresArg: true,
        describe: 'IPv4 address; with /LENGTH the network is described in full, without only local-ipv4',
      })
      .option('gateway', {
        type: 'string',
        requiresArg: true,
        describe: 'Default gateway (needs an address with /LENGTH)',
      })
      .option('mac', { type: 'string', requiresArg: true, describe: 'MAC address of the link' })
      .option('dns', { type: 'string', requiresArg: true, array: true, default: [], describe: 'Name servers' })
      .option('hostname', { type: 'string', requiresArg: true, describe: 'Host name' })
      .option('uuid', { type: 'string', requiresArg: true, describe: 'Instance uuid; random when left out' })
      .option('ssh-key', {
        type: 'string',
        requiresArg: true,
        array: true,
        default: [],
        describe: 'Public key, or a file with public keys',
      })
      .option('user-data', {
        type: 'string',
        requiresArg: true,
        describe: 'user_data file; checked before it is packed',
      })
      .option('file', {
        type: 'string',
        requiresArg: true,
        array: true,
        default: [],
        describe: 'Inject GUEST-PATH=LOCAL-FILE',
      })
      .option('force', {
        type: 'boolean',
        default: false,
        describe: 'Pack user_data that has errors, replace an existing image',
      })
      .conflicts('source', ['address', 'gateway', 'mac', 'hostname', 'uuid', 'user-data'])
      .check(({ source, dns, 'ssh-key': keys, file }) => {
        const [given] = Object.entries({ dns, 'ssh-key': keys, file }).filter(
          ([, list]) => (list as string[]).length > 0,
        );
        return source === undefined || given === undefined || `Arguments source and ${given[0]} are mutually exclusive`;
      })
      .example(
        '$0 drive build seed.iso --address 10.0.0.5/24 --gateway 10.0.0.254 --ssh-key ~/.ssh/id_ed25519.pub',
        '',
      ) as never,
  handler: async (options) => {
    process.exitCode = await reportFailure(async () => {
      if (fs.existsSync(options.output) && !options.force)
        throw new AgentError(exitCodes.usage, `${options.output}: exists already`, { hint: 'replace it with --force' });
      const { tree, uuid } =
        options.source === undefined
          ? await layOut(options)
          : { tree: readDriveFolder(options.source), uuid: undefined };
      const image = build(tree, options);
      try {
        // The drive may hold passwords: for its owner alone, as qemu-img and cloud-localds users would set it by hand.
        writeFileAtomically(options.output, image, {
          mode: 0o600,
          uid: process.geteuid?.() ?? 0,
          gid: process.getegid?.() ?? 0,
        });
      } catch (error) {
        throw new AgentError(
          exitCodes.usage,
          `${options.output}: cannot be written (${(error as NodeJS.ErrnoException).code})`,
        );
      }
      writeOutput(
        `${options.output}: ${options.format}, label ${options.label}, ${tree.size} files, ${image.length} bytes${uuid === undefined ? '' : `, instance ${uuid}`}\n`,
      );
      return exitCodes.ok;
    });
  },
};

export const driveCommand: CommandModule = {
  command: 'drive <command>',
  describe: 'Make config drives',
  builder: (parser) =>
    parser
      .command(buildCommand as unknown as CommandModule)
      .demandCommand(1, 'Which command? See: guest-init drive --help'),
  handler: () => {},
};

async function layOut(options: Arguments): Promise<{ tree: DriveTree; uuid: string }> {
  const userData = options['user-data'];
  if (userData !== undefined && !options.force) await refuseBrokenUserData(userData);
  const [address, length] = options.address?.split('/') ?? [];
  const uuid = options.uuid ?? randomUUID();
  const input: ConfigDriveInput = {
    uuid,
    sshKeys: options['ssh-key'].flatMap(readKeys),
    dns: options.dns,
    files: options.file.map(readInjection),
    drawRandomSeed: () => randomBytes(512),
    ...(options.hostname === undefined ? {} : { hostname: options.hostname }),
    ...(address === undefined ? {} : { localIpv4: address }),
    ...(length === undefined ? {} : { prefixLength: /^\d+$/.test(length) ? Number(length) : Number.NaN }),
    ...(options.gateway === undefined ? {} : { gateway: options.gateway }),
    ...(options.mac === undefined ? {} : { mac: options.mac }),
    ...(userData === undefined ? {} : { userData: readLocal(userData) }),
  };
  refuse(findConfigDriveProblems(input));
  return { tree: layOutConfigDrive(input), uuid };
}

function build(tree: DriveTree, { format, label }: Arguments): Uint8Array {
  const options = { label, time: new Date() };
  if (format === 'iso') {
    refuse(findIso9660Problems(tree, options));
    return buildIso9660(tree, options);
  }
  refuse(findVfatProblems(tree, options));
  return buildVfat(tree, options);
}

/** The options behind the fields of a drive. */
const optionOf: Readonly<Record<string, string>> = {
  localIpv4: 'address',
  prefixLength: 'address',
  sshKeys: 'ssh-key',
  files: 'file',
  uuid: 'uuid',
  hostname: 'hostname',
  gateway: 'gateway',
  mac: 'mac',
  dns: 'dns',
};

function nameOptions(message: string): string {
  return message.replace('localIpv4', '--address').replace('prefixLength', 'a prefix length: --address ADDRESS/LENGTH');
}

function refuse(problems: readonly DriveProblem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const [field = ''] = first.path.split('.');
  const option = optionOf[field];
  const place = option === undefined ? first.path || 'drive' : `--${option}`;
  throw new AgentError(exitCodes.usage, `${place}: ${nameOptions(first.message)}${more}`);
}

async function refuseBrokenUserData(path: string): Promise<void> {
  const errors = (await validatePath(path)).filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  throw new AgentError(exitCodes.inputInvalid, `${formatPlace(first)}: ${first.message}`, {
    hint: `all ${errors.length}: guest-init validate ${path}; pack it all the same: --force`,
  });
}

/** A key line as given, or the lines of a file. */
function readKeys(given: string): string[] {
  if (/^[a-z][\w@.-]* \S/.test(given)) return [given];
  return new TextDecoder()
    .decode(readLocal(given))
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

function readInjection(given: string): { path: string; content: Uint8Array } {
  const at = given.indexOf('=');
  if (at < 1) throw new AgentError(exitCodes.usage, 'file: expected GUEST-PATH=LOCAL-FILE');
  return { path: given.slice(0, at), content: readLocal(given.slice(at + 1)) };
}

function readLocal(path: string): Uint8Array {
  try {
    return fs.readFileSync(path);
  } catch (error) {
    throw new AgentError(exitCodes.usage, `${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
