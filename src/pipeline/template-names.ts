// What "## template: jinja" is filled in with: cloud-init's instance data (v1.*, ds.*), from the drive and the guest.

import * as os from 'node:os';
import type { OsRelease } from '../core/facts.ts';
import { type InstanceConfig, instanceName } from '../core/instance-config.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Names as cloud-init gives them on a config drive; those of v1 stand at the top as well, and keys with `-` or `.` also with `_`. */
export function listTemplateNames(instance: InstanceConfig, osRelease: OsRelease): Fields {
  const { openstack, ec2 } = instance.metadata?.reveal() ?? {};
  const name = instance.hostname ?? '';
  const id = instanceName(instance.id);
  const v1 = {
    availability_zone: openstack?.['availability_zone'] ?? readPlacement(ec2) ?? null,
    cloud_id: 'configdrive',
    cloud_name: 'configdrive',
    distro: osRelease.id,
    distro_release: /\(([^()]+)\)/.exec(osRelease.prettyName)?.[1] ?? '',
    distro_version: osRelease.versionId ?? '',
    instance_id: id,
    kernel_release: os.release(),
    local_hostname: name.split('.', 1)[0] ?? '',
    machine: os.machine(),
    platform: 'configdrive',
    public_ssh_keys: [...instance.publicKeys],
    region: null,
    subplatform: 'config-disk',
    variant: osRelease.id,
  };
  const metaData = { ...openstack, 'instance-id': id, 'local-hostname': name };
  const ds = { meta_data: metaData, ...(ec2 === undefined ? {} : { ec2_metadata: ec2 }) };
  return { ...v1, ...addAliases({ v1, ds }) };
}

function readPlacement(ec2: Fields | undefined): unknown {
  const placement = ec2?.['placement'];
  return typeof placement === 'object' && placement !== null ? (placement as Fields)['availability-zone'] : undefined;
}

function addAliases(fields: Fields): Fields {
  const entries = Object.entries(fields).flatMap(([key, value]): [string, unknown][] => {
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    const converted = isMap ? addAliases(value as Fields) : value;
    const alias = key.replaceAll(/[-.]/g, '_');
    return alias === key
      ? [[key, converted]]
      : [
          [key, converted],
          [alias, converted],
        ];
  });
  return Object.fromEntries(entries);
}
