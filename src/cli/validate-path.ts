// One path to validate: a folder is read as a drive, a JSON file by its name on the drive, anything else as user_data.

import * as fs from 'node:fs';
import { basename, join } from 'node:path';
import { decodeText } from '../core/decode-text.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { InstanceConfig } from '../core/instance-config.ts';
import { emptyNetwork } from '../core/network-config.ts';
import { defaultPolicy } from '../core/policy.ts';
import { completeReading } from '../datasources/complete-reading.ts';
import { configDrive } from '../datasources/config-drive/index.ts';
import { interfacesTextLimitBytes } from '../datasources/config-drive/layout.ts';
import type { DriveReader } from '../datasources/drive-reader.ts';
import { createDriveReader } from '../host/drive-reader.ts';
import { createRealHost } from '../host/real.ts';
import { daemons } from '../modules/coreos/services/fields.ts';
import { listInstanceAddresses } from '../network/instance-addresses.ts';
import { planFromInput } from '../pipeline/plan-input.ts';

/** Far above every limit of the formats: what is larger need not be read to be refused. */
const readLimitBytes = 64 * 1024 * 1024;

/** Where a JSON file of this name stands on a drive. */
const drivePaths: Readonly<Record<string, string>> = {
  'meta_data.json': 'openstack/latest/meta_data.json',
  'network_data.json': 'openstack/latest/network_data.json',
  'vendor_data.json': 'openstack/latest/vendor_data.json',
  'vendor_data2.json': 'openstack/latest/vendor_data2.json',
  'meta-data.json': 'ec2/latest/meta-data.json',
};

/** All problems of one file or folder; throws AgentError 64 when it cannot be read at all. */
export async function validatePath(path: string): Promise<Diagnostic[]> {
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new AgentError(exitCodes.usage, `${path}: no such file or folder`);
  if (stat.isDirectory()) return validateFolder(path);
  if (!stat.isFile()) throw new AgentError(exitCodes.usage, `${path}: not a regular file`);
  if (stat.size > readLimitBytes) {
    const message = `larger than ${readLimitBytes} bytes; user_data may have 4 MiB`;
    return [{ severity: 'error', code: 'limit', source: path, message }];
  }
  const drivePath = drivePaths[basename(path)];
  const bytes = readAll(path);
  if (drivePath !== undefined) return await validateDriveFile(path, drivePath, bytes);
  // A text of interfaces(5), as old Nova injects it.
  if (/^(?:interfaces|[0-9]{4})$/.test(basename(path))) return validateInterfaces(path, bytes);
  return diagnosePlan({ ...blankInstance, userData: { bytes, source: path } });
}

async function validateFolder(folder: string): Promise<Diagnostic[]> {
  const reader = createDriveReader(folder);
  if (!configDrive.recognises(reader)) {
    return [
      {
        severity: 'error',
        code: 'missing',
        source: folder,
        message: 'expected a drive with openstack/ or ec2/, found neither',
      },
    ];
  }
  const reading = await completeReading(configDrive.read(reader, { adminPassword: true }));
  const { instance, refusal, diagnostics } = reading;
  let found = [...diagnostics];
  if (instance !== undefined) found = [...found, ...(await diagnosePlan(instance))];
  else if (refusal !== undefined && diagnostics.length === 0)
    found.push({ severity: 'error', code: 'missing', source: folder, message: refusal.message });
  return found.map((diagnostic) => ({ ...diagnostic, source: join(folder, diagnostic.source) }));
}

/** A file on its own is read as if the rest of its drive were in order. */
async function validateDriveFile(path: string, drivePath: string, bytes: Uint8Array): Promise<Diagnostic[]> {
  const others: Record<string, Uint8Array> = {
    'openstack/latest/meta_data.json': new TextEncoder().encode('{"uuid":"00000000-0000-4000-8000-000000000000"}'),
  };
  const files = { ...others, [drivePath]: bytes };
  const reader: DriveReader = {
    read: (name, limitBytes) => {
      const content = files[name];
      if (content === undefined) return { state: 'absent' };
      return content.length > limitBytes
        ? { state: 'refused', reason: `larger than the limit of ${limitBytes} bytes`, overLimit: true }
        : { state: 'read', bytes: content };
    },
    list: (name) => [
      ...new Set(
        Object.keys(files)
          .filter((file) => name === '' || file.startsWith(`${name}/`))
          .map((file) => file.slice(name === '' ? 0 : name.length + 1).split('/')[0] ?? ''),
      ),
    ],
  };
  const { diagnostics, refusal, instance } = configDrive.read(reader, { adminPassword: true });
  let own = diagnostics.filter(({ source, code }) => source === drivePath && code !== 'missing');
  if (own.length === 0 && refusal !== undefined)
    own.push({ severity: 'error', code: 'missing', source: drivePath, message: refusal.message });
  const { vendorData } = instance ?? {};
  if (vendorData !== undefined) own = [...own, ...(await diagnosePlan({ ...blankInstance, vendorData }))];
  return own.map((diagnostic) => ({ ...diagnostic, source: diagnostic.source.replace(drivePath, () => path) }));
}

async function validateInterfaces(path: string, bytes: Uint8Array): Promise<Diagnostic[]> {
  const limit = interfacesTextLimitBytes;
  const refuse = (code: Diagnostic['code'], message: string, place: object = {}): Diagnostic[] => [
    { severity: 'error', code, source: path, ...place, message },
  ];
  if (bytes.length > limit) return refuse('limit', `larger than the limit of ${limit} bytes`);
  const decoded = decodeText(bytes);
  if (!decoded.ok) return refuse('damaged', 'expected UTF-8 text', { line: decoded.line, column: decoded.column });
  const { parseInterfaces } = await import('../datasources/config-drive/interfaces-text/parse.ts');
  return parseInterfaces(decoded.text, path).diagnostics;
}

const blankInstance: InstanceConfig = {
  id: { uuid: '00000000-0000-4000-8000-000000000000' },
  publicKeys: [],
  network: emptyNetwork,
  networkDamage: 'whole',
  files: [],
};

/** Problems that only planning shows. What only this machine lacks is no fault of the document. */
async function diagnosePlan(instance: InstanceConfig): Promise<Diagnostic[]> {
  const host = createRealHost();
  const { diagnostics } = await planFromInput({
    instance: { ...instance, network: emptyNetwork, networkDamage: 'whole' },
    host,
    policy: defaultPolicy,
    // The guest may have what this machine lacks.
    facts: { ...host.facts(), systemd: true, daemons: Object.values(daemons).map(({ unit }) => unit) },
    isMetadataKnown: instance.metadata !== undefined,
    // The network itself is not planned: it depends on the guest's links.
    ...(instance.metadata === undefined ? {} : { addresses: listInstanceAddresses(instance) }),
  });
  return diagnostics.map((diagnostic) =>
    diagnostic.code === 'guest'
      ? { ...diagnostic, severity: 'note', message: `${diagnostic.message}; looked up on this machine` }
      : diagnostic,
  );
}

function readAll(path: string): Uint8Array {
  try {
    return fs.readFileSync(path);
  } catch (error) {
    throw new AgentError(exitCodes.usage, `${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}
