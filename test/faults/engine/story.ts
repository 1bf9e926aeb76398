// The guests that the faults happen to: what the drive asks for, what came before, and the job that the fault interrupts.
import assert from 'node:assert/strict';
import type { DriveTree } from '../../support/drive.ts';
import { networkData, userDataTree } from '../../support/instances.ts';
import { describeSandbox } from '../../support/main-job.ts';
import { type Sandbox, type SandboxOptions, withSandbox } from '../../support/sandbox.ts';

export type Story = {
  readonly name: string;
  readonly guest: SandboxOptions;
  /** Brings the guest to the moment before the job. */
  prepare(box: Sandbox): Promise<void>;
  /** Files that a user command writes once for each time it has run. */
  readonly commands: readonly string[];
};

// Host keys differ from run to run, and making them would be most of the time of every case.
const keepHostKeys = 'ssh_deletekeys: false\n';

const userData = `#cloud-config
${keepHostKeys}users:
  - name: ops
    sudo: ALL=(ALL) NOPASSWD:ALL
    ssh_authorized_keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl x"]
write_files:
  - {path: /etc/app/one.conf, content: one, permissions: "0640"}
  - {path: /etc/motd, content: added, append: true}
runcmd:
  - echo ran >> /root/first
  - echo ran >> /root/second
  - echo ran >> /root/third
timezone: Asia/Tokyo
`;

const changedNetwork: DriveTree = userDataTree(`#cloud-config\n${keepHostKeys}`, {
  'openstack/latest/network_data.json': { json: networkData({ ip_address: '192.168.10.30' }) },
});

/** The guest of a first boot with this user_data. */
export function firstBoot(name: string, text: string, commands: readonly string[] = []): Story {
  return { name, guest: describeSandbox({ tree: userDataTree(text) }), prepare: async () => {}, commands };
}

/** Address, keys and host name alone. */
export const minimal = firstBoot('minimal', `#cloud-config\n${keepHostKeys}`);

/** What a typical user_data asks for. */
export const typical = firstBoot('user-data', userData, ['/root/first', '/root/second', '/root/third']);

/** The second boot of a guest whose drive was rebuilt with another address. */
export const networkChange: Story = {
  name: 'network-change',
  guest: {
    ...describeSandbox({}),
    drives: [{ tree: userDataTree(`#cloud-config\n${keepHostKeys}`) }, { tree: changedNetwork, late: true }],
  },
  prepare: async (box) => {
    const first = await box.run(['guest-init', 'run']);
    assert.equal(first.status, 0, first.stdout + first.stderr);
    box.unplug(0);
    await box.reboot();
    box.plug(1);
  },
  commands: [],
};

export const stories: readonly Story[] = [minimal, typical, networkChange];

/** The same story, but that nobody asks the network anything: how often that is done depends on when the answer comes, and numbers shift. */
export function calm(story: Story): Story {
  const config = '/etc/guest-init/config.yaml';
  const files = story.guest.files ?? {};
  return {
    ...story,
    guest: { ...story.guest, files: { ...files, [config]: `${files[config] ?? ''}network: {verify_timeout: 0}\n` } },
  };
}

/** Starts the story's guest, brings it to the moment before the job, and takes it down after `body`. */
export function withStory<T>(story: Story, body: (box: Sandbox) => Promise<T>): Promise<T> {
  return withSandbox(story.guest, async (box) => {
    await story.prepare(box);
    return body(box);
  });
}

/** How often each command of the story has run. */
export function countRuns(box: Sandbox, { commands }: Story): number[] {
  return commands.map((path) => (box.readFileIfAny(path) ?? '').split('\n').filter((line) => line !== '').length);
}
