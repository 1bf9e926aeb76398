// The two drives of performance.md section 0: minimal (an address and nothing else) and typical (about 6.6 kB of cloud-config).
import type { DriveTree } from '../support/drive.ts';
import { ec2Id, networkData, publicKey, uuid } from '../support/instances.ts';

/** ec2/latest/meta-data.json with an id and an address. */
export const minimalDrive: DriveTree = {
  'ec2/latest/meta-data.json': { json: { 'instance-id': ec2Id, 'local-ipv4': '10.0.0.5' } },
};

/** The typical drive, for every agent the same: the metadata of both layouts, and user_data with users, files and commands. */
export const typicalDrive: DriveTree = {
  'ec2/latest/meta-data.json': { json: { 'instance-id': ec2Id, 'local-ipv4': '192.168.10.20' } },
  'openstack/latest/meta_data.json': {
    json: { uuid, hostname: 'bench', name: 'bench', launch_index: 0, availability_zone: 'nova' },
  },
  'openstack/latest/network_data.json': { json: networkData() },
  'openstack/latest/user_data': renderTypicalConfig(),
};

/** How many of what the typical document asks for; checked after a run. */
export const typicalCounts = { users: 2, files: 20, commands: 10 };

function renderTypicalConfig(): string {
  const body = Array.from(
    { length: 5 },
    (_, line) => `      setting_${line} = "a value of ordinary length, ${line}"`,
  ).join('\n');
  const users = Array.from({ length: 2 }, (_, n) =>
    [`  - name: user${n}`, '    shell: /bin/bash', '    ssh_authorized_keys:', `      - ${publicKey}-${n}`].join('\n'),
  );
  const files = Array.from({ length: 20 }, (_, n) =>
    [`  - path: /etc/bench/file-${n}.conf`, "    permissions: '0644'", '    content: |', body].join('\n'),
  );
  const lines = ['#cloud-config', 'hostname: bench', 'users:', ...users, 'write_files:', ...files, 'runcmd:'];
  return [...lines, ...Array.from({ length: 10 }, () => '  - [true]'), ''].join('\n').replaceAll('[true]', "['true']");
}
