// Lays out the files of an OpenStack config drive as Nova writes them: `ec2/`, `openstack/<version>/`,
// `openstack/content/`
// (Nova user guide "Metadata", nova/api/metadata/base.py and nova/virt/netutils.py for the keys and their order).
import { createHash } from 'node:crypto';
import { type DriveProblem, type DriveTree, describeProblems } from './tree.ts';

/**
 * What the drive tells the guest. Only `uuid` and `sshKeys` must be given; what is left out is written as Nova
 * writes "none".
 */
export type ConfigDriveInput = {
  /** Identity of the instance, 8-4-4-4-12 hex digits; the ids of ec2, link and network are derived from it. */
  uuid: string;
  /** Host name; else `Server-<uuid>`, Nova's own fallback. */
  hostname?: string;
  localIpv4?: string;
  /** 0 to 32. Without it network_data.json is `{}` and the guest has only `local-ipv4` to go by. */
  prefixLength?: number;
  /** Default gateway; needs `prefixLength`. Without it the network has no route. */
  gateway?: string;
  /** MAC address of the link; without it the link names none. */
  mac?: string;
  /** Name servers, IPv4 or IPv6; need `prefixLength`. */
  dns?: readonly string[];
  /** Public keys in the form of authorized_keys, written as they are. */
  sshKeys: readonly string[];
  userData?: Uint8Array;
  /** Files for the guest, by absolute path there; they become `openstack/content/0000` and so on. */
  files?: readonly { path: string; content: Uint8Array }[];
  /**
   * Draws 512 random bytes, once per version folder. Without it `random_seed` is left out: a seed must not be
   * predictable.
   */
  drawRandomSeed?: () => Uint8Array;
};

const EC2_VERSIONS = ['2009-04-04', 'latest'];
const OPENSTACK_VERSIONS = ['2018-08-27', 'latest'];
const AVAILABILITY_ZONE = 'nova';
const INSTANCE_TYPE = 'm1.small';
const SECURITY_GROUP = 'default';
const ROOT_DISK = 'vda';
const LINK_MTU = 1500;
const MAX_CONTENT_FILES = 10000;

/** Lists what is wrong with the input, `path` being the field. Values are not repeated. Never throws. */
export function findConfigDriveProblems(input: ConfigDriveInput): DriveProblem[] {
  const problems: DriveProblem[] = [];
  const require = (condition: boolean, path: string, message: string): void => {
    if (!condition) problems.push({ path, message });
  };
  const { localIpv4, prefixLength, gateway, mac, dns = [], files = [] } = input;
  require(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(input.uuid), 'uuid', 'expected 8-4-4-4-12 hex digits');
  require(input.hostname !== '', 'hostname', 'is empty');
  require(localIpv4 === undefined || isIpv4(localIpv4), 'localIpv4', 'expected an IPv4 address');
  if (prefixLength !== undefined) {
    const isPrefix = Number.isInteger(prefixLength) && prefixLength >= 0 && prefixLength <= 32;
    require(isPrefix, 'prefixLength', 'expected a whole number from 0 to 32');
    require(localIpv4 !== undefined, 'prefixLength', 'needs localIpv4');
  }
  require(gateway === undefined || isIpv4(gateway), 'gateway', 'expected an IPv4 address');
  require(gateway === undefined || prefixLength !== undefined, 'gateway', 'needs prefixLength');
  require(mac === undefined ||
    /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac), 'mac', 'expected six hex pairs joined by :');
  require(dns.length === 0 || prefixLength !== undefined, 'dns', 'needs prefixLength');
  for (const [index, address] of dns.entries()) {
    require(isIpv4(address) || /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(address), `dns.${index}`, 'expected an IP address');
  }
  for (const [index, key] of input.sshKeys.entries()) {
    require(/^\S+ \S+/.test(key), `sshKeys.${index}`, 'expected "type base64 comment"');
    require(!/[\r\n]./s.test(key), `sshKeys.${index}`, 'expected one line');
  }
  for (const [index, { path }] of files.entries()) {
    require(path.startsWith('/'), `files.${index}.path`, 'expected an absolute path');
  }
  require(files.length <= MAX_CONTENT_FILES, 'files', `more than ${MAX_CONTENT_FILES}`);
  return problems;
}

/**
 * Produces the tree of the drive, the same for the same input. With `localIpv4` alone network_data.json is `{}`,
 * which is
 * what a cloud without Neutron details gives. Throws an Error that names the fields when `findConfigDriveProblems`
 * would.
 */
export function layOutConfigDrive(input: ConfigDriveInput): DriveTree {
  const problems = findConfigDriveProblems(input);
  if (problems.length > 0) throw new Error(`cannot lay out a config drive: ${describeProblems(problems)}`);

  const tree = new Map<string, Uint8Array>();
  for (const version of EC2_VERSIONS) {
    if (input.userData !== undefined) tree.set(`ec2/${version}/user-data`, input.userData);
    tree.set(`ec2/${version}/meta-data.json`, encodeJson(describeForEc2(input)));
  }
  for (const version of OPENSTACK_VERSIONS) {
    const folder = `openstack/${version}`;
    tree.set(`${folder}/meta_data.json`, encodeJson(describeForOpenstack(input, version)));
    if (input.userData !== undefined) tree.set(`${folder}/user_data`, input.userData);
    tree.set(`${folder}/vendor_data.json`, encodeJson({}));
    tree.set(`${folder}/network_data.json`, encodeJson(describeNetwork(input)));
    tree.set(`${folder}/vendor_data2.json`, encodeJson({ static: {} }));
  }
  for (const [index, file] of (input.files ?? []).entries()) {
    tree.set(`openstack${nameContent(index)}`, file.content);
  }
  return tree;
}

function describeForEc2(input: ConfigDriveInput): object {
  const hostname = chooseHostname(input);
  // Nova means to drop `_name` from the drive but looks for it at the wrong level, so that real drives have it.
  const publicKeys = input.sshKeys.map((key, index) => [
    String(index),
    { _name: `${index}=${nameKey(index)}`, 'openssh-key': key },
  ]);
  return {
    'ami-id': null,
    'ami-launch-index': 0,
    'ami-manifest-path': 'FIXME',
    'instance-id': `i-${deriveHex(input.uuid, 'instance-id').slice(0, 8)}`,
    hostname,
    'local-ipv4': input.localIpv4 ?? null,
    'reservation-id': `r-${deriveHex(input.uuid, 'reservation-id').slice(0, 8)}`,
    'security-groups': [SECURITY_GROUP],
    ...(publicKeys.length > 0 ? { 'public-keys': Object.fromEntries(publicKeys) } : {}),
    'local-hostname': hostname,
    'public-hostname': hostname,
    'public-ipv4': '',
    'instance-type': INSTANCE_TYPE,
    'block-device-mapping': { ami: ROOT_DISK, root: `/dev/${ROOT_DISK}` },
    placement: { 'availability-zone': AVAILABILITY_ZONE },
    'instance-action': 'none',
  };
}

function describeForOpenstack(input: ConfigDriveInput, version: string): object {
  const { sshKeys, files = [], drawRandomSeed } = input;
  const hostname = chooseHostname(input);
  const listedFiles = files.map(({ path }, index) => ({ path, content_path: nameContent(index) }));
  const publicKeys = Object.fromEntries(sshKeys.map((key, index) => [nameKey(index), key]));
  const typedKeys = sshKeys.map((data, index) => ({ name: nameKey(index), type: 'ssh', data }));
  return {
    uuid: input.uuid,
    ...(files.length > 0 ? { files: listedFiles } : {}),
    ...(sshKeys.length > 0 ? { public_keys: publicKeys, keys: typedKeys } : {}),
    hostname,
    name: hostname,
    launch_index: 0,
    availability_zone: AVAILABILITY_ZONE,
    ...(drawRandomSeed === undefined ? {} : { random_seed: Buffer.from(drawRandomSeed()).toString('base64') }),
    devices: [],
    // From 2020-10-14, hence not in the dated folder.
    ...(version === 'latest' ? { dedicated_cpus: [] } : {}),
  };
}

function describeNetwork({ uuid, localIpv4, prefixLength, gateway, mac, dns = [] }: ConfigDriveInput): object {
  if (localIpv4 === undefined || prefixLength === undefined) return {};
  const vifId = deriveUuid(uuid, 'vif');
  const linkId = `tap${vifId.slice(0, 11)}`;
  const services = dns.map((address) => ({ type: 'dns', address }));
  const routes = gateway === undefined ? [] : [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway }];
  return {
    links: [
      {
        id: linkId,
        vif_id: vifId,
        type: 'bridge',
        mtu: LINK_MTU,
        ...(mac === undefined ? {} : { ethernet_mac_address: mac }),
      },
    ],
    networks: [
      {
        id: 'network0',
        type: 'ipv4',
        link: linkId,
        ip_address: localIpv4,
        netmask: formatNetmask(prefixLength),
        routes,
        network_id: deriveUuid(uuid, 'network'),
        services,
      },
    ],
    services,
  };
}

function chooseHostname({ uuid, hostname }: ConfigDriveInput): string {
  return hostname ?? `Server-${uuid}`;
}

function nameKey(index: number): string {
  return `key-${index}`;
}

function nameContent(index: number): string {
  return `/content/${String(index).padStart(4, '0')}`;
}

function deriveHex(uuid: string, purpose: string): string {
  return createHash('sha256').update(`${uuid.toLowerCase()}\0${purpose}`).digest('hex');
}

function deriveUuid(uuid: string, purpose: string): string {
  const hex = deriveHex(uuid, purpose);
  // Version 8, "custom" (RFC 9562 § 5.8), with its variant bits.
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

function formatNetmask(prefixLength: number): string {
  const octets = [0, 8, 16, 24].map((start) => 256 - 2 ** (8 - Math.min(Math.max(prefixLength - start, 0), 8)));
  return octets.join('.');
}

function isIpv4(text: string): boolean {
  return /^(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])(\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])){3}$/.test(text);
}

function encodeJson(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
