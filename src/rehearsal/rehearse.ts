// A rehearsal: the real program does the whole job on a throw-away guest made of this machine (decisions.md, command line). Its
// files lie under overlays in memory, its network ends in a far end that plays the gateway, its drive is a read-only loop device.

import * as fs from 'node:fs';
import { AgentError, exitCodes } from '../core/error.ts';
import { type InstanceConfig, instanceName } from '../core/instance-config.ts';
import type { OutcomeStatus } from '../core/plan.ts';
import type { Policy } from '../core/policy.ts';
import { datasources } from '../datasources/registry.generated.ts';
import type { Host } from '../host/host.ts';
import { logPath } from '../log.ts';
import { completeDrive, openFolder } from '../pipeline/discover.ts';
import { type PublicStatus, publicStatusPath } from '../pipeline/public-status.ts';
import { stateDirectory } from '../state/record.ts';
import { planCables } from './cables.ts';
import { type FileChange, listChanges } from './changed-files.ts';
import type { DriveSource } from './drive-source.ts';
import { compareHostStates, readHostState } from './host-state.ts';
import { listMountedFolders, listServiceSockets } from './mount-layers.ts';
import { type Namespace, openNamespace, waitForLoopRelease } from './namespace.ts';
import { isMountedInside, type ObservedNetwork, type ObservedUser, observeNetwork, observeUsers } from './observe.ts';
import { locateProgram } from './program.ts';
import {
  driveFolder,
  renderDriveStage,
  renderGuestStage,
  stageDescriptor,
  stageFolder,
  upperFolder,
} from './stage-script.ts';

export type RehearsalOptions = {
  readonly host: Host;
  readonly policy: Policy;
  readonly source: DriveSource;
  /** The drive, for people. */
  readonly description: string;
  /** What the far end owns in place of the planned gateways. */
  readonly gateway?: string;
  /** Descriptor that the run's own lines go to. */
  readonly output: number;
  /** Called with a way to end the rehearsal early, before anything is started. */
  onStart(stop: () => Promise<void>): void;
};

export type Rehearsal = ObservedNetwork & {
  readonly version: 1;
  /** The run's own. */
  readonly exitCode: number;
  readonly instance: string;
  readonly source: string;
  /** Wall time of the run, milliseconds. */
  readonly ms: number;
  /** The run's last line. */
  readonly message: string;
  readonly steps: Readonly<Record<OutcomeStatus, number>>;
  readonly hostname: { readonly before: string; readonly after: string };
  readonly users: readonly ObservedUser[];
  readonly files: readonly FileChange[];
  readonly drive: { readonly unmounted: boolean };
  /** `changed` names what differs on this machine from before. */
  readonly machine: { readonly untouched: boolean; readonly changed: readonly string[] };
};

/** Throws AgentError when the rehearsal itself cannot be held; whatever the run does is in the result. Leaves nothing behind. */
export async function rehearse(options: RehearsalOptions): Promise<Rehearsal> {
  const before = readHostState();
  const namespace = openNamespace(options.source.image);
  options.onStart(() => namespace.close());
  let loopDevice: string | undefined;
  let inside: Omit<Rehearsal, 'machine'>;
  try {
    const { recipe } = options.source;
    await namespace.feed(renderDriveStage(recipe), 'room', exitCodes.internal);
    await namespace.feed('', 'drive', exitCodes.driveUnreadable);
    const drive = findLoopDevice(namespace.pid());
    loopDevice = drive.path;
    inside = await rehearseOn(namespace, drive, options);
  } finally {
    await namespace.close();
  }
  const changed = [...compareHostStates(before, readHostState())];
  if (!(await waitForLoopRelease(loopDevice))) changed.push(`loop device ${loopDevice}`);
  return { ...inside, machine: { untouched: changed.length === 0, changed } };
}

type LoopDevice = { readonly path: string; readonly major: number; readonly minor: number };

async function rehearseOn(
  namespace: Namespace,
  drive: LoopDevice,
  options: RehearsalOptions,
): Promise<Omit<Rehearsal, 'machine'>> {
  const { host, policy, source, gateway } = options;
  const pid = namespace.pid();
  const instance = await readInstance(`/proc/${pid}/root${stageFolder}/${driveFolder}`, policy, options.description);
  const cables = await planCables({ instance, host, policy, ...(gateway === undefined ? {} : { gateway }) });
  const { layers, files } = splitMounts(pid);
  const hidden = [
    stateDirectory,
    logPath,
    `${logPath}.1`,
    ...listServiceSockets(fs.readFileSync('/proc/net/unix', 'utf8')).filter(isSocket),
  ];
  const program = locateProgram();
  const script = renderGuestStage({
    loopDevice: drive,
    driveNode: source.node,
    driveLink: policy.drive.label,
    layers,
    files,
    hidden,
    hideFirmware: source.recipe.kind !== 'device',
    cables,
    program,
  });
  const hostname = fs.readFileSync('/proc/sys/kernel/hostname', 'utf8').trim();
  await namespace.feed(script, 'ready', exitCodes.internal);

  const start = performance.now();
  const exitCode = await namespace.run([...program.argv, 'run'], options.output);
  const ms = performance.now() - start;

  const guest = `/proc/${pid}/root`;
  if (!fs.existsSync(guest))
    throw new AgentError(exitCodes.internal, 'rehearsal: the guest ended before it could be looked at');
  const upper = `/proc/${pid}/fd/${stageDescriptor}`;
  const changes = listChanges(
    layers.map(({ path }, index) => ({
      upper: `${upper}/${upperFolder(index)}`,
      path,
      merged: path === '/' ? guest : guest + path,
    })),
    hidden,
  );
  const status = readStatus(`${guest}${publicStatusPath}`);
  const count = (wanted: OutcomeStatus): number => status?.steps.filter((step) => step.status === wanted).length ?? 0;
  return {
    version: 1,
    exitCode,
    instance: instanceName(instance.id),
    source: options.description,
    ms: Math.round(ms),
    message: status?.message ?? '',
    steps: {
      changed: count('changed'),
      unchanged: count('unchanged'),
      failed: count('failed'),
      skipped: count('skipped'),
    },
    hostname: { before: hostname, after: namespace.readHostname() },
    ...observeNetwork(namespace),
    users: observeUsers(guest, changes),
    files: changes,
    drive: { unmounted: !isMountedInside(pid, `${drive.major}:${drive.minor}`) },
  };
}

/** The loop device behind the drive's mount in the first process's namespace. */
function findLoopDevice(pid: number): LoopDevice {
  const mounts = fs.readFileSync(`/proc/${pid}/mountinfo`, 'utf8').split('\n');
  const mount = mounts.findLast((line) => line.split(' ')[4] === `${stageFolder}/${driveFolder}`);
  const [major = 0, minor = 0] = (mount?.split(' ')[2] ?? '').split(':').map(Number);
  const path = mount?.split(' - ')[1]?.split(' ')[1] ?? '';
  if (!path.startsWith('/dev/loop'))
    throw new AgentError(exitCodes.internal, 'rehearsal: the drive is not on a loop device');
  return { path, major, minor };
}

async function readInstance(root: string, policy: Policy, description: string): Promise<InstanceConfig> {
  const { reading } = await completeDrive(openRoot(root, policy, description));
  if (reading.instance !== undefined) return reading.instance;
  const { code = exitCodes.inputInvalid, message = 'no instance', hint } = reading.refusal ?? {};
  throw new AgentError(code, `${description}: ${message}`, hint === undefined ? {} : { hint });
}

function openRoot(root: string, policy: Policy, description: string): ReturnType<typeof openFolder> {
  try {
    return openFolder(root, { datasources, datasourceOptions: { adminPassword: policy.admin_pass } });
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    throw new AgentError(error.code, error.message.replaceAll(root, description), {
      hint: 'rehearse with the files of a config drive: --source DIR',
    });
  }
}

/** Mounts of folders become layers; files that something is mounted on (containers have such) are copied. */
function splitMounts(pid: number): Pick<Parameters<typeof renderGuestStage>[0], 'layers' | 'files'> {
  const layers = [];
  const files = [];
  for (const mount of listMountedFolders(fs.readFileSync(`/proc/${pid}/mountinfo`, 'utf8'))) {
    const stat = fs.statSync(mount.path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) layers.push({ ...mount, mode: stat.mode, uid: stat.uid, gid: stat.gid });
    else if (stat?.isFile()) files.push(mount.path);
  }
  return { layers, files };
}

function isSocket(path: string): boolean {
  try {
    return fs.lstatSync(path).isSocket();
  } catch {
    return false;
  }
}

function readStatus(path: string): PublicStatus | undefined {
  try {
    return JSON.parse(fs.readFileSync(path, 'utf8')) as PublicStatus;
  } catch {
    return undefined;
  }
}
