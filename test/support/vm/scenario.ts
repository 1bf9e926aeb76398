// The instance that the guests of this tier become, and the images that become it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after } from 'node:test';
import { repositoryRoot, requireBuiltPackage } from '../built-program.ts';
import { runTool } from '../command.ts';
import type { DriveFiles } from './config-drive.ts';
import { type GuestImage, type GuestRoot, prepareGuestImage } from './guest-image.ts';
import { guessedNetwork, type Network } from './machine.ts';

/** A launch key and its private half: made when a test file first needs it, removed when its tests are over. */
export class LaunchKey {
  #folder: string | undefined;

  constructor() {
    after(() => {
      if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  /** Where it lies; the tests may keep other files there. */
  get folder(): string {
    if (this.#folder === undefined) {
      this.#folder = mkdtempSync(join(tmpdir(), `guest-init-vm-${process.pid}-key-`));
      runTool(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'launch', '-f', join(this.#folder, 'key')]);
    }
    return this.#folder;
  }

  get file(): string {
    return join(this.folder, 'key');
  }

  get publicLine(): string {
    return readFileSync(`${this.file}.pub`, 'utf8').trim();
  }
}

/** What user_data asks for in every test of this tier: a user, a file that is the user's, commands. */
const userData = `#cloud-config
users:
  - name: ops
    shell: /bin/bash
    sudo: ALL=(ALL) NOPASSWD:ALL
write_files:
  - path: /etc/greeting
    content: |
      hello from the drive
    owner: ops:ops
    permissions: '0640'
runcmd:
  - echo "ran as $(id -un)" >> /root/ran
  - [sh, -c, 'ip -4 route show default > /root/route-at-runcmd']
`;

export type InstanceOptions = {
  readonly key: LaunchKey;
  /** Default i-0000000a. */
  readonly id?: string;
  readonly userData?: string;
  /** Also say the network as Nova does, in network_data.json; otherwise prefix and gateway are guessed. */
  readonly networkData?: boolean;
  readonly hostname?: string;
  /** Where the instance is; default: `guessedNetwork`. */
  readonly network?: Network;
};

/** Scenario A's drive: ec2 metadata gives the address, openstack metadata and user_data the rest. */
export function describeInstance(options: InstanceOptions): DriveFiles {
  const { key, id = 'i-0000000a', hostname = 'web-1', network = guessedNetwork } = options;
  const { guest, gateway, mac } = network;
  return {
    'ec2/latest/meta-data.json': {
      'instance-id': id,
      'local-ipv4': guest,
      'local-hostname': hostname,
      'public-keys': { '0': { 'openssh-key': key.publicLine } },
    },
    'openstack/latest/meta_data.json': {
      uuid: uuidOf(id),
      hostname,
      name: hostname,
      launch_index: 0,
      public_keys: { launch: key.publicLine },
    },
    'openstack/latest/user_data': options.userData ?? userData,
    ...(options.networkData
      ? {
          'openstack/latest/network_data.json': {
            links: [{ id: 'tap0', type: 'ovs', ethernet_mac_address: mac, mtu: 1500, vif_id: 'v' }],
            networks: [
              {
                id: 'network0',
                link: 'tap0',
                network_id: 'n',
                type: 'ipv4',
                ip_address: guest,
                netmask: '255.255.255.0',
                routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway }],
              },
            ],
            services: [],
          },
        }
      : {}),
  };
}

/** As Nova derives nothing from the other: two ids of one instance. */
export function uuidOf(id: string): string {
  return `4d3c2b1a-1111-4222-8333-${id.slice(2).padStart(12, '0')}`;
}

/** An image that holds the package as an operator installs it; `script` runs afterwards. */
export async function preparePackagedImage(
  root: GuestRoot,
  more: { name?: string; script?: string; config?: string; hasHostKeys?: true } = {},
): Promise<GuestImage> {
  const file = requireBuiltPackage();
  const inImage = `/root/${basename(file)}`;
  return prepareGuestImage({
    name: more.name ?? 'packaged',
    root,
    files: {
      [inImage]: { content: readFileSync(file) },
      ...(more.config === undefined ? {} : { '/etc/guest-init/config.yaml': { content: more.config } }),
    },
    ...(more.hasHostKeys ? { hasHostKeys: true } : {}),
    script: [`dpkg -i --force-confold ${inImage}`, `rm ${inImage}`, more.script ?? ''].join('\n'),
  });
}

/** The rival to measure against: the least that brings up address and login, in the same place of the boot. */
export function prepareShellUnitImage(root: GuestRoot): Promise<GuestImage> {
  const source = (name: string): string => readFileSync(join(repositoryRoot, 'test', 'vm', 'rival', name), 'utf8');
  return prepareGuestImage({
    name: 'shell-unit',
    root,
    hasHostKeys: true,
    files: {
      '/usr/local/sbin/first-boot': { content: source('first-boot.sh'), mode: 0o755 },
      '/etc/systemd/system/first-boot.service': { content: source('first-boot.service') },
    },
    script: 'systemctl enable first-boot.service',
  });
}
