// What the cloud said about this instance: the one value that every datasource yields and every planner reads.

import type { NetworkConfig } from './network-config.ts';
import type { Secret, SecretData } from './secret.ts';

/**
 * The identity of an instance. Nova writes two names for the same machine: `uuid` (meta_data.json) and `ec2`
 * (`i-` + 8 hex digits); a drive with one damaged file still names it by the other.
 */
export type InstanceId = {
  readonly uuid?: string;
  readonly ec2?: string;
};

/** A personality file: the bytes that the launch request asked to inject, at an absolute path. */
export type InjectedFile = {
  readonly path: string;
  readonly content: Uint8Array;
  readonly source: string;
};

/** user_data or vendor_data as found, not yet interpreted. `source` is the path on the drive. */
export type RawUserData = {
  readonly bytes: Uint8Array;
  readonly source: string;
};

/** What one file of the drive holds for cloud-init: each blob is a user_data of its own. `key` is the setting that switches it off. */
export type VendorData = { readonly key: 'vendor_data' | 'vendor_data2'; readonly blobs: readonly RawUserData[] };

/** Files of the drive as they were read: `openstack` is meta_data.json, `ec2` meta-data.json. */
export type RawMetadata = {
  readonly [file in 'openstack' | 'ec2']?: Readonly<Record<string, unknown>>;
};

export type InstanceConfig = {
  readonly id: InstanceId;
  /** As the metadata gives it: a short name or a fully qualified one. */
  readonly hostname?: string;
  /** OpenSSH public key lines, in the order found, without duplicates. */
  readonly publicKeys: readonly string[];
  readonly adminPassword?: Secret;
  readonly network: NetworkConfig;
  /** The network cannot be read, or not all of it: what `network` lacks may be asked for all the same. */
  readonly networkDamage?: 'whole' | 'part';
  readonly files: readonly InjectedFile[];
  readonly userData?: RawUserData;
  /** What the cloud's operator gives to every instance, in the order of strength, the weakest first. */
  readonly vendorData?: readonly VendorData[];
  /** The metadata as found, for templates: anything may be in it. */
  readonly metadata?: SecretData<RawMetadata>;
};

/** The name under which an instance is stored and shown: its uuid, else its EC2 id. */
export function instanceName(id: InstanceId): string {
  return id.uuid ?? id.ec2 ?? 'unknown';
}

/** Whether two identities name the same instance: equal uuids, or equal EC2 ids when one side lacks the uuid. */
export function isSameInstance(a: InstanceId, b: InstanceId): boolean {
  if (a.uuid !== undefined && b.uuid !== undefined) return a.uuid.toLowerCase() === b.uuid.toLowerCase();
  return a.ec2 !== undefined && a.ec2 === b.ec2;
}
