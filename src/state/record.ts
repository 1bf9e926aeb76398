// What guest-init remembers of this guest: one versioned file about the current instance. Everything else (status, query, the next
// run's decisions) is read from it. Root-only: it holds the last lines of user commands.

import type { Diagnostic } from '../core/diagnostic.ts';
import type { ExitCode } from '../core/error.ts';
import type { InstanceId } from '../core/instance-config.ts';
import type { NetworkBackend } from '../core/network-backend.ts';
import type { NetworkCheck } from '../core/network-check.ts';
import type { Outcome, Stage, Step } from '../core/plan.ts';
import { checksum } from '../host/checksum.ts';
import type { Host } from '../host/host.ts';

export const stateDirectory = '/var/lib/guest-init';
/** Stands in for this boot when the other cannot be written. */
export const fallbackDirectory = '/run/guest-init/private/state';

/** The version of the file's shape; a reader that meets another version sets the file aside. */
const recordVersion = 1;

export type StageRecord = {
  readonly bootId: string;
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly ms: number;
  readonly exitCode: ExitCode;
  readonly outcomes: readonly Outcome[];
  /** The run that did the whole stage, where a later one has repeated some of it: `startMs` of an outcome counts from here. */
  readonly whole?: { readonly bootId: string; readonly startedAt: number; readonly ms: number };
};

/** By what a copy of this guest's disk is told from the guest itself. */
export type MachineTraces = {
  /** Checksum of /etc/machine-id, which is confidential (machine-id(5)). */
  readonly id?: string;
  /** product_uuid of the DMI tables. */
  readonly uuid?: string;
  /** Fingerprints. */
  readonly hostKeys?: readonly string[];
};

export type InstanceRecord = {
  readonly instance: InstanceId;
  readonly name: string;
  readonly hostname?: string;
  /** The drive or folder, for people: `/dev/sr0 (iso9660)`. */
  readonly source: string;
  /** Recognises the drive that was applied, without mounting it. */
  readonly driveStamp?: string;
  readonly startedAt: number;
  readonly bootId: string;
  /** The machine that the instance was applied on. */
  readonly machine?: MachineTraces;
  /** Sentences about the guest that hold for as long as it is this instance. */
  readonly notices?: readonly string[];
  /** A stage that has run to its end for this instance; absent = not yet, or cut off. */
  readonly stages: { readonly [name in Stage]?: StageRecord };
  /** The network as applied, so that it can be restored at a boot without the drive. */
  readonly networkSteps: readonly Step[];
  /** MAC address by name of the NICs that it was set up on, where the drive tells them by it. */
  readonly nics?: Readonly<Record<string, string>>;
  /** What was seen when the network was last looked at. */
  readonly networkChecks?: readonly NetworkCheck[];
  /** Checksum of what the drive said about the network when it was applied; a drive that says something else is applied anew. */
  readonly networkData?: string;
  /** The user_data that is kept in the image, as it was when it was last met; `isUsed` false: the drive brought one that came before it. */
  readonly imageUserData?: { readonly digest: string; readonly isUsed: boolean };
  /** The network service that the network is written down for and that brings it up at later boots. */
  readonly networkBackend?: NetworkBackend;
  /** One sentence for each link of the drive that had no NIC when the network was last applied. */
  readonly missingLinks?: readonly string[];
  /** Links that get addresses from the network service, in words: `eth0 by DHCP`. */
  readonly automaticLinks?: readonly string[];
  /** user_data holds steps for every boot. */
  readonly everyBoot: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** How the last run that had work to do ended. */
  readonly verdict?: {
    readonly exitCode: ExitCode;
    readonly word: 'OK' | 'DEGRADED' | 'FAILED';
    readonly message: string;
    readonly hint?: string;
  };
  readonly made: readonly { readonly path: string; readonly sha256?: string; readonly step: string }[];
  /** By `guest-init undo`: when (seconds since 1970) and how many things. `whole`: all modules, so that no boot does anything again. */
  readonly undone?: { readonly at: number; readonly items: number; readonly whole?: true };
};

/** Milliseconds that the stages of the instance took together; undefined before the first has ended. */
export function sumStages({ stages }: InstanceRecord): number | undefined {
  const done = Object.values(stages);
  return done.length === 0 ? undefined : done.reduce((sum, { ms }) => sum + ms, 0);
}

/** What the record keeps of this machine; nothing below --root. Host keys are added when they are made. */
export function readMachine(host: Host): MachineTraces {
  if (!host.live) return {};
  const id = host.stat('/etc/machine-id')?.kind === 'file' ? host.readText('/etc/machine-id')?.trim() : undefined;
  const { productUuid: uuid } = host.dmi();
  return {
    ...(id === undefined || !/^[0-9a-f]{32}$/.test(id) ? {} : { id: checksum(id) }),
    ...(uuid === undefined ? {} : { uuid }),
  };
}

export type LoadedRecord = { readonly record?: InstanceRecord; readonly quarantined?: string };

/** Reads the record; one that is torn, edited, of another version or no file is renamed beside and reported, never half trusted. */
export function loadRecord(host: Host): LoadedRecord {
  for (const path of recordPaths) {
    const kind = host.stat(path)?.kind;
    if (kind === undefined) continue;
    const record = kind === 'file' ? decodeRecord(host.readText(path) ?? '') : undefined;
    if (record !== undefined) return { record };
    const aside = `${path}.quarantined-${Math.floor(host.now())}`;
    host.rename(path, aside);
    return { quarantined: aside };
  }
  return {};
}

/** Reads the record without touching anything: for status, query and plan. */
export function peekRecord(host: Host): InstanceRecord | undefined {
  for (const path of recordPaths) {
    const record = host.stat(path)?.kind === 'file' ? decodeRecord(host.readText(path) ?? '') : undefined;
    if (record !== undefined) return record;
  }
  return undefined;
}

/** The state folder that holds the record, for those who change it outside a run. */
export function findStateDirectory(host: Host): string {
  return host.stat(`${stateDirectory}/state.json`) === undefined ? fallbackDirectory : stateDirectory;
}

/** Replaces the record in `directory`, one of the two state folders. */
export function saveRecord(host: Host, directory: string, record: InstanceRecord): void {
  host.writeFile(`${directory}/state.json`, encodeRecord(record), { mode: 0o600, uid: 0, gid: 0 });
}

const recordPaths = [`${stateDirectory}/state.json`, `${fallbackDirectory}/state.json`];

function encodeRecord(record: InstanceRecord): string {
  const body = JSON.stringify(record);
  return `${JSON.stringify({ version: recordVersion, sum: checksum(body) })}\n${body}\n`;
}

function decodeRecord(text: string): InstanceRecord | undefined {
  const [head = '', body = ''] = text.split('\n');
  try {
    const { version, sum } = JSON.parse(head) as { version?: unknown; sum?: unknown };
    if (version !== recordVersion || sum !== checksum(body)) return undefined;
    return JSON.parse(body) as InstanceRecord;
  } catch {
    return undefined;
  }
}
