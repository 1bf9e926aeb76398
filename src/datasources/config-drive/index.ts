// The OpenStack config drive, as Nova and CloudStack write it: openstack/<version>/* and ec2/latest/*; either tree alone is enough.

import { type Diagnostic, describeType, formatKeyPath } from '../../core/diagnostic.ts';
import { exitCodes } from '../../core/error.ts';
import type { InstanceConfig, RawMetadata, RawUserData } from '../../core/instance-config.ts';
import { Secret, SecretData } from '../../core/secret.ts';
import { type DatasourceReading, defineDatasource } from '../datasource.ts';
import type { DriveReader } from '../drive-reader.ts';
import { readInjectedFiles } from './injected-files.ts';
import { type JsonFile, readJsonFile, readString } from './json-file.ts';
import { listVersions, readOptional, userDataLimitBytes } from './layout.ts';
import { readNetwork } from './network-files.ts';
import { collectPublicKeys, findMisfits, publicKeyFields } from './public-keys.ts';
import { readVendorData } from './vendor-data.ts';

export const configDrive = defineDatasource({
  name: 'config-drive',
  recognises: (reader) => {
    const names = reader.list('');
    return names.includes('openstack') || names.includes('ec2');
  },
  read: (reader, options): DatasourceReading => {
    const diagnostics: Diagnostic[] = [];
    const versions = listVersions(reader);
    const { metaData, version } = readNewestMetaData(reader, versions, diagnostics);
    const ec2 = readJsonFile(reader, 'ec2/latest/meta-data.json', diagnostics);

    const uuid = metaData && readInstanceId(metaData, 'uuid', diagnostics);
    const ec2Id = ec2 && readInstanceId(ec2, 'instance-id', diagnostics);
    if (uuid === undefined && ec2Id === undefined)
      return { refusal: describeRefusal(diagnostics, metaData ?? ec2), diagnostics };

    const hostname =
      (metaData && readString(metaData, 'hostname', diagnostics)) ?? (ec2 && readEc2Hostname(ec2, diagnostics));
    const adminPassword =
      options.adminPassword && metaData ? readString(metaData, 'admin_pass', diagnostics) : undefined;
    const userData = readUserData(reader, version ?? versions[0], diagnostics);
    const vendorData = readVendorData(reader, version ?? versions[0], diagnostics);
    const usable = versions.slice(Math.max(0, versions.indexOf(version ?? '')));
    const { network, damage, interfacesText } = readNetwork(reader, { versions: usable, metaData, ec2 }, diagnostics);
    const instance: InstanceConfig = {
      id: { ...(uuid === undefined ? {} : { uuid }), ...(ec2Id === undefined ? {} : { ec2: ec2Id }) },
      ...(hostname === undefined ? {} : { hostname }),
      publicKeys: readPublicKeys([metaData, ec2], diagnostics),
      ...(adminPassword === undefined ? {} : { adminPassword: new Secret(adminPassword) }),
      network,
      ...(damage === undefined ? {} : { networkDamage: damage }),
      files: metaData === undefined ? [] : readInjectedFiles(reader, metaData, diagnostics),
      ...(userData === undefined ? {} : { userData }),
      ...(vendorData.length === 0 ? {} : { vendorData }),
      metadata: new SecretData(keepMetadata(metaData, ec2, options.adminPassword)),
    };
    return { instance, diagnostics, ...(interfacesText === undefined ? {} : { interfacesText }) };
  },
});

/** A password that the image does not allow to be used is not handed on either. */
function keepMetadata(metaData: JsonFile | undefined, ec2: JsonFile | undefined, withPassword: boolean): RawMetadata {
  const { admin_pass: adminPassword, ...openstack } = metaData?.fields ?? {};
  const kept = withPassword && adminPassword !== undefined ? { ...openstack, admin_pass: adminPassword } : openstack;
  return { ...(metaData === undefined ? {} : { openstack: kept }), ...(ec2 === undefined ? {} : { ec2: ec2.fields }) };
}

/** The id becomes a folder name, an environment variable and a word on the console: other characters count as no id. */
function readInstanceId(file: JsonFile, key: string, diagnostics: Diagnostic[]): string | undefined {
  const id = readString(file, key, diagnostics);
  if (id === undefined || /^[\w.:-]{1,128}$/.test(id)) return id;
  const message = 'expected at most 128 letters, digits, ".", "_", ":" or "-"';
  diagnostics.push({ severity: 'error', code: 'value', source: file.source, ...file.place([key]), path: key, message });
  return undefined;
}

/** The newest version whose meta_data.json can be used; older ones stand in for a damaged newer one, which stays reported. */
function readNewestMetaData(
  reader: DriveReader,
  versions: readonly string[],
  diagnostics: Diagnostic[],
): { metaData?: JsonFile; version?: string } {
  for (const version of versions) {
    const metaData = readJsonFile(reader, `openstack/${version}/meta_data.json`, diagnostics);
    if (metaData !== undefined) return { metaData, version };
  }
  return {};
}

function readPublicKeys(files: readonly (JsonFile | undefined)[], diagnostics: Diagnostic[]): readonly string[] {
  const values: unknown[] = [];
  for (const file of files) {
    for (const key of publicKeyFields) {
      if (file === undefined || !Object.hasOwn(file.fields, key)) continue;
      const value = file.fields[key];
      values.push(value);
      for (const { path, found } of findMisfits(value)) {
        const message = `expected public keys, found ${describeType(found)}`;
        const where = { source: file.source, ...file.place([key, ...path]), path: formatKeyPath([key, ...path]) };
        diagnostics.push({ severity: 'error', code: 'type', ...where, message });
      }
    }
  }
  return collectPublicKeys(...values);
}

function readEc2Hostname(ec2: JsonFile, diagnostics: Diagnostic[]): string | undefined {
  return readString(ec2, 'local-hostname', diagnostics) ?? readString(ec2, 'hostname', diagnostics);
}

function readUserData(
  reader: DriveReader,
  version: string | undefined,
  diagnostics: Diagnostic[],
): RawUserData | undefined {
  const sources = [...(version === undefined ? [] : [`openstack/${version}/user_data`]), 'ec2/latest/user-data'];
  for (const source of sources) {
    const bytes = readOptional(reader, source, userDataLimitBytes, diagnostics);
    if (bytes !== undefined) return { bytes, source };
  }
  return undefined;
}

function describeRefusal(
  diagnostics: readonly Diagnostic[],
  readable: JsonFile | undefined,
): NonNullable<DatasourceReading['refusal']> {
  const hint = 'nothing was applied; rebuild the config drive, then: guest-init run';
  if (readable !== undefined) {
    return {
      code: exitCodes.inputInvalid,
      message: `${readable.source}: expected an instance id (uuid or instance-id), found none`,
      hint,
    };
  }
  const first = diagnostics[0];
  if (first === undefined) {
    return {
      code: exitCodes.inputInvalid,
      message: 'the drive has neither openstack/<version>/meta_data.json nor ec2/latest/meta-data.json',
      hint,
    };
  }
  const place = first.line === undefined ? first.source : `${first.source}:${first.line}:${first.column ?? 1}`;
  return {
    code: first.code === 'limit' ? exitCodes.inputLimit : exitCodes.inputInvalid,
    message: `${place}: ${first.message}`,
    hint,
  };
}
