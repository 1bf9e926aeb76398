// Which files of a drive say the network: network_data.json, else the text that old Nova injected, and local-ipv4 beside either.

import { decodeText } from '../../core/decode-text.ts';
import { type Diagnostic, describeType } from '../../core/diagnostic.ts';
import { emptyNetwork, type NetworkConfig } from '../../core/network-config.ts';
import type { InterfacesText } from '../datasource.ts';
import type { DriveReader } from '../drive-reader.ts';
import { type JsonFile, readJsonFile, readString } from './json-file.ts';
import { interfacesTextLimitBytes, readOptional } from './layout.ts';
import { mergeEc2Address, parseNetworkData } from './network-data.ts';

export type NetworkFiles = {
  readonly network: NetworkConfig;
  /** whole: a file is damaged, and nothing stands in for it. part: an element of it is. */
  readonly damage?: 'whole' | 'part';
  /** Takes the place of `network` when it has been parsed. */
  readonly interfacesText?: InterfacesText;
};

type Given = {
  /** From the one in use downwards: a damaged file is reported, and an older one stands in for it. */
  readonly versions: readonly string[];
  readonly metaData: JsonFile | undefined;
  readonly ec2: JsonFile | undefined;
};

/** Every problem is added to `diagnostics`. */
export function readNetwork(reader: DriveReader, given: Given, diagnostics: Diagnostic[]): NetworkFiles {
  const { versions, metaData, ec2 } = given;
  const before = diagnostics.length;
  let file: JsonFile | undefined;
  for (const version of versions) {
    file = readJsonFile(reader, `openstack/${version}/network_data.json`, diagnostics);
    if (file !== undefined) break;
  }
  const text = file === undefined && metaData !== undefined ? readInterfaces(reader, metaData, diagnostics) : undefined;
  const isDamaged = file === undefined && text === undefined && diagnostics.length > before;
  const parsed =
    file === undefined ? undefined : parseNetworkData(file.fields, { source: file.source, place: file.place });
  for (const problem of parsed?.diagnostics ?? []) diagnostics.push(problem);
  const network = parsed?.network ?? emptyNetwork;
  const address = ec2 && readString(ec2, 'local-ipv4', diagnostics);
  const local = ec2 === undefined || address === undefined ? undefined : { address, source: ec2.source };
  const isAddressLost = ec2 === undefined && isAskedElsewhere(network) && isFileDamaged(diagnostics);
  const merged =
    local === undefined || text !== undefined
      ? network
      : mergeEc2Address(network, local.address, local.source, diagnostics);
  const hasErrors = diagnostics.slice(before).some(({ severity }) => severity === 'error');
  const damage = isDamaged || isAddressLost ? 'whole' : hasErrors ? 'part' : undefined;
  const interfacesText = text === undefined || local === undefined ? text : { ...text, localIpv4: local };
  return {
    network: merged,
    ...(damage === undefined ? {} : { damage }),
    ...(interfacesText === undefined ? {} : { interfacesText }),
  };
}

/** Nothing static is said, so that the address may be in the EC2 metadata. */
function isAskedElsewhere({ addresses }: NetworkConfig): boolean {
  return !addresses.some(({ method }) => method === 'static');
}

function isFileDamaged(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(({ source, severity }) => source === 'ec2/latest/meta-data.json' && severity === 'error');
}

/** `network_config` of meta_data.json names the file. */
function readInterfaces(
  reader: DriveReader,
  metaData: JsonFile,
  diagnostics: Diagnostic[],
): InterfacesText | undefined {
  const value = Object.hasOwn(metaData.fields, 'network_config') ? metaData.fields.network_config : undefined;
  if (value === undefined || value === null) return undefined;
  const contentPath = typeof value === 'object' && 'content_path' in value ? value.content_path : undefined;
  const path = typeof value === 'object' ? ['network_config', 'content_path'] : ['network_config'];
  if (typeof contentPath !== 'string' || contentPath === '') {
    const place = { source: metaData.source, ...metaData.place(['network_config']), path: path.join('.') };
    const found = describeType(typeof value === 'object' ? contentPath : value);
    diagnostics.push({
      severity: 'error',
      code: 'type',
      ...place,
      message: `expected a path on the drive, found ${found}`,
    });
    return undefined;
  }
  const source = `openstack/${contentPath.replace(/^\/+/, '')}`;
  const before = diagnostics.length;
  const bytes = readOptional(reader, source, interfacesTextLimitBytes, diagnostics);
  if (bytes === undefined) {
    const message = `not on the drive, but named by ${metaData.source} network_config`;
    if (diagnostics.length === before) diagnostics.push({ severity: 'error', code: 'missing', source, message });
    return undefined;
  }
  const decoded = decodeText(bytes);
  if (decoded.ok) return { text: decoded.text, source };
  const place = { line: decoded.line, column: decoded.column };
  diagnostics.push({ severity: 'error', code: 'damaged', source, ...place, message: 'expected UTF-8 text' });
  return undefined;
}
