// Runs one case of the main job in a guest of its own and holds it against what every run owes: the exit code, the network, an
// unmounted drive, no process left.
import assert from 'node:assert/strict';
import type { RunResult } from './command-inside.ts';
import type { DriveTree } from './drive.ts';
import { cable, publicKey, staticNetwork } from './instances.ts';
import { bindProduct } from './product.ts';
import { type Sandbox, type SandboxDrive, type SandboxOptions, withSandbox } from './sandbox.ts';

/** What the network looks like afterwards; `untouched`: as before the run. */
export type ExpectedNetwork =
  | { readonly addresses: readonly string[]; readonly routes: readonly string[] }
  | 'untouched';

export type JobCase = {
  readonly name: string;
  /** One drive with this tree; `sandbox.drives` for more. */
  readonly tree?: DriveTree;
  readonly drive?: Omit<SandboxDrive, 'tree'>;
  readonly sandbox?: SandboxOptions;
  /** /etc/guest-init/config.yaml; the default keeps waits short. */
  readonly config?: string;
  readonly arguments?: readonly string[];
  readonly uid?: number;
  /** What happens to the guest before the run. */
  readonly prepare?: (box: Sandbox) => void | Promise<void>;
  /** What happens while it runs. */
  readonly during?: (box: Sandbox) => Promise<void>;
  readonly exit: number;
  readonly network: ExpectedNetwork;
  /** Nothing was applied: no file of the guest differs, but for the agent's own record. */
  readonly nothingApplied?: boolean;
  /** user_data starts a process that outlives the run. */
  readonly leavesDaemon?: boolean;
  /** Parts that a sentence for people must contain. */
  readonly says?: readonly RegExp[];
  readonly check?: (box: Sandbox, result: RunResult) => void | Promise<void>;
};

const shortWaits = 'drive: {wait: 1, wait_required: 2}\n';

/** What the agent itself keeps; everything else that a case changes is the job. */
const ownRecord = [/^\/var\/lib\/guest-init(\/|$)/, /^\/var\/log\/guest-init\.log$/, /^\/usr\/local\/libexec(\/|$)/];

/** As `staticNetwork` leaves it. */
export const staticApplied = {
  addresses: [`${staticNetwork.address}/${staticNetwork.prefix}`],
  routes: ['192.168.10.0/26 dev eth0', `default via ${staticNetwork.gateway} dev eth0`],
} as const satisfies ExpectedNetwork;

/** As the guess of scenario A leaves it. */
export const guessApplied = {
  addresses: ['10.0.0.5/24'],
  routes: ['10.0.0.0/24 dev eth0', 'default via 10.0.0.254 dev eth0'],
} as const satisfies ExpectedNetwork;

/** Boots the case's guest, runs the job once and checks it. */
export async function runJobCase(job: JobCase): Promise<void> {
  await withSandbox(describeSandbox(job), async (box) => {
    await job.prepare?.(box);
    const before = { links: box.links(), routes: box.routes(), digest: box.digest(ownRecord) };
    const running = box.run(['guest-init', ...(job.arguments ?? ['run'])], {
      timeoutMs: 60_000,
      ...(job.uid === undefined ? {} : { uid: job.uid }),
    });
    await job.during?.(box);
    const result = await running;
    const said = `${result.stdout}${result.stderr}`;
    assert.equal(result.timedOut, false, `took more than 60 s:\n${said}`);
    assert.deepEqual(
      { exit: result.status ?? result.signal, ...readNetwork(box) },
      {
        exit: job.exit,
        ...(job.network === 'untouched'
          ? { addresses: before.links.flatMap((link) => link.addresses), routes: before.routes }
          : job.network),
      },
      said,
    );
    if (job.network === 'untouched') assert.deepEqual(box.links(), before.links, said);
    if (job.leavesDaemon) assert.deepEqual(box.driveMounts(), [], said);
    else assertReleased(box, said);
    if (job.nothingApplied) assert.deepEqual([...box.digest(ownRecord)], [...before.digest], said);
    for (const pattern of job.says ?? []) assert.match(said, pattern);
    await job.check?.(box, result);
  });
}

/** The guest of a case: one cable, the product installed, short waits. */
export function describeSandbox(job: Pick<JobCase, 'tree' | 'drive' | 'sandbox' | 'config'>): SandboxOptions {
  const { tree, drive, sandbox = {} } = job;
  return {
    links: [cable],
    ...sandbox,
    drives: sandbox.drives ?? (tree === undefined ? [] : [{ ...drive, tree }]),
    files: { '/etc/guest-init/config.yaml': job.config ?? shortWaits, ...sandbox.files },
    binds: [bindProduct(), ...(sandbox.binds ?? [])],
  };
}

/** No drive mounted in any process, and no process of the run alive. */
export function assertReleased(box: Sandbox, said = ''): void {
  assert.deepEqual({ mounted: box.driveMounts(), running: box.processes() }, { mounted: [], running: [] }, said);
}

/** All addresses and routes of the guest. */
export function readNetwork(box: Sandbox): { addresses: string[]; routes: string[] } {
  return { addresses: box.links().flatMap((link) => link.addresses), routes: box.routes() };
}

/** What the metadata alone asks for: host name and launch key are there whatever became of the rest. */
export function assertMetadataApplied(box: Sandbox): void {
  assert.equal(box.hostname(), 'web-1');
  assert.equal(box.readFile('/etc/hostname'), 'web-1\n');
  assert.match(box.readFile('/etc/passwd'), /^debian:/m);
  assert.ok(box.readFile('/home/debian/.ssh/authorized_keys').includes(publicKey));
}
