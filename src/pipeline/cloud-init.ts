// Life beside cloud-init (decision D19): one owner per guest, nothing applied twice. Loaded only where cloud-init is enabled or is to
// be kept from starting.

import { basename } from 'node:path';
import { cloudInitEnabledPath, cloudInitReplacedPath } from '../core/cloud-init.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import type { InstanceConfig, RawUserData } from '../core/instance-config.ts';
import type { Step } from '../core/plan.ts';
import type { Host } from '../host/host.ts';
import type { NarrowPlan } from './plan-input.ts';
import type { Verdict } from './verdict.ts';

/** `in charge`: it starts us, once per instance. `replaced`: it is enabled and does not start in this boot. */
export type CloudInitRole = 'in charge' | 'replaced';

const hookProgram = '/usr/lib/guest-init/cloud-init-hook';
const hookFolders = ['/var/lib/cloud', '/var/lib/cloud/scripts', '/var/lib/cloud/scripts/per-instance'] as const;
const hookLink = `${hookFolders[2]}/50-guest-init`;

/** Link to the folder of the instance that cloud-init has worked for last; each boot of it renews the link. */
const storedInstance = '/var/lib/cloud/instance';
/** The bytes as the datasource gave them, mode 0600; the same in cloud-init 20.4 to 26.2. */
const storedUserData = `${storedInstance}/user-data.txt`;

/** Written at the end of cloud-init's final stage, at every boot. */
const finishedPath = '/run/cloud-init/result.json';

const unitFolders = ['/etc/systemd/system', '/run/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];

/** Undefined where cloud-init is switched off, or where its final stage, which would start us, is masked or not asked for. */
export function findCloudInitRole(host: Host): CloudInitRole | undefined {
  if (!host.live || host.stat(cloudInitEnabledPath) === undefined) return undefined;
  if (host.stat(cloudInitReplacedPath) !== undefined) return 'replaced';
  return startsFinalStage(host) ? 'in charge' : undefined;
}

/** The generator does not see `systemctl mask` and `systemctl disable`: handing over would then leave the guest to nobody. */
function startsFinalStage(host: Host): boolean {
  const unit = 'cloud-final.service';
  if (unitFolders.some((folder) => host.readLink(`${folder}/${unit}`) === '/dev/null')) return false;
  return unitFolders.some((folder) =>
    host
      .list(folder)
      .some((name) => /\.(?:wants|requires)$/.test(name) && host.stat(`${folder}/${name}/${unit}`) !== undefined),
  );
}

/** Keeps every cloud-init service of this boot from starting. Its units are ordered after ours, which is still starting. */
export function replaceCloudInit(host: Host): void {
  host.writeFile(cloudInitReplacedPath, '', { mode: 0o644, uid: 0, gid: 0 });
}

/** Whether cloud-init, and with it whatever it starts, has ended in this boot. */
export function hasCloudInitEnded(host: Host): boolean {
  return host.stat(finishedPath) !== undefined;
}

/**
 * Ends a unit's run because cloud-init is in charge: sees to it that cloud-init will start us, which `cloud-init clean` makes it forget.
 * Throws AgentError 30 when the link cannot be made.
 */
export function handOver(host: Host): Verdict {
  const link = readHookLink(host);
  if (link === undefined) makeHookLink(host);
  if (link !== undefined && link !== hookProgram) {
    return {
      exitCode: exitCodes.ok,
      word: 'OK',
      message: `cloud-init is in charge; ${hookLink} is not guest-init's and stays as it is`,
      hint: 'to have guest-init run, remove it and reboot',
    };
  }
  if (host.stat(hookProgram) === undefined) {
    return {
      exitCode: exitCodes.degraded,
      word: 'DEGRADED',
      message: `cloud-init is in charge and will not start guest-init: ${hookProgram}: no such file`,
      hint: 'install guest-init again, or once, by hand: guest-init run',
    };
  }
  return {
    exitCode: exitCodes.ok,
    word: 'OK',
    message: `cloud-init is in charge; guest-init runs as its per-instance script ${hookLink}`,
  };
}

/** The link's target, the empty string for anything else that is there, undefined for nothing. */
function readHookLink(host: Host): string | undefined {
  return host.stat(hookLink) === undefined ? undefined : (host.readLink(hookLink) ?? '');
}

function makeHookLink(host: Host): void {
  try {
    for (const folder of hookFolders) host.makeDirectory(folder, { mode: 0o755, uid: 0, gid: 0 });
    host.makeSymlink(hookLink, hookProgram);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    throw new AgentError(exitCodes.stateUnwritable, `cloud-init will not start guest-init: ${error.message}`, {
      hint: 'make it writable, then reboot, or once, by hand: guest-init run',
      cause: error,
    });
  }
}

/**
 * Takes out of a plan what cloud-init has done for this instance: what user_data asks for, and the accounts, which its own
 * configuration names. Undefined where it has worked for none, for another instance, or from another user_data.
 */
export function leaveConsumed(instance: InstanceConfig, role: CloudInitRole, host: Host): NarrowPlan | undefined {
  const { userData } = instance;
  const isOurs = isStoredInstance(instance, host);
  if (userData === undefined) return isOurs ? narrowToMetadata(undefined) : undefined;
  // Before it was replaced it may have worked for another instance with the same document.
  if (!isStored(userData, host) || (role === 'replaced' && !isOurs)) return undefined;
  return narrowToMetadata(userData);
}

function narrowToMetadata(userData: RawUserData | undefined): NarrowPlan {
  // What its operator gives, cloud-init has read from the same drive.
  const isConsumed = (place: string, module?: string): boolean => {
    return isVendorData(place) || isPartOf(userData, module, place);
  };
  return (plan, { usable }, facts) => {
    const users = new Set(facts.users.map(({ name }) => name));
    const remains = (step: Step): boolean => {
      const { module, source = '', action } = step;
      if (module === 'network') return true;
      // What a document that only cloud-init can read says about names and keys is not known.
      if (!usable || accountModules.includes(module) || isConsumed(source, module)) return false;
      // It has made them for this instance, and sshd shows them.
      if (action.kind === 'hostKeys' && facts.sshd === 'keyed') return false;
      return action.kind !== 'authorizedKeys' || users.has(action.user);
    };
    const { steps, diagnostics } = plan;
    return {
      ...plan,
      steps: steps.filter(remains),
      diagnostics: [
        ...diagnostics.filter(({ source }) => !isConsumed(source)),
        ...(userData === undefined ? [] : [noteConsumed(userData)]),
      ],
    };
  };
}

const accountModules: readonly string[] = ['users', 'groups', 'passwords'];

function noteConsumed({ source }: RawUserData): Diagnostic {
  const message = `cloud-init applies it (${storedUserData} is the same); it is not applied a second time`;
  return { severity: 'note', code: 'applied-already', source, message };
}

function isStored({ bytes }: RawUserData, host: Host): boolean {
  const stat = host.stat(storedUserData);
  if (stat?.kind !== 'file' || stat.uid !== 0 || (stat.mode & 0o022) !== 0) return false;
  // The size first: whatever is there, no more is read than user_data itself may hold.
  return stat.size === bytes.length && Buffer.compare(host.readFile(storedUserData) ?? new Uint8Array(), bytes) === 0;
}

function isStoredInstance({ id }: InstanceConfig, host: Host): boolean {
  const stored = basename(host.readLink(storedInstance) ?? '');
  return stored !== '' && (stored === id.uuid || stored === id.ec2);
}

function isVendorData(place: string): boolean {
  return /^openstack\/[^/]+\/vendor_data2?\.json\b/.test(place);
}

/** Places are `openstack/latest/user_data`, the same with `:3:5`, and those of its parts (`… part 2 (x.sh):3:5`, `… (decoded)`). */
function isPartOf(userData: RawUserData | undefined, module: string | undefined, place: string): boolean {
  if (userData === undefined) return false;
  const { source } = userData;
  return module === 'script' || place === source || place.startsWith(`${source}:`) || place.startsWith(`${source} `);
}
