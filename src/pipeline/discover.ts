// Finds the config drive and opens it: by label, else by probing, else by content; waits a bounded time for one that comes late.

import * as fs from 'node:fs';
import { AgentError, exitCodes } from '../core/error.ts';
import type { Dmi } from '../core/facts.ts';
import type { Datasource, DatasourceOptions, DatasourceReading } from '../datasources/datasource.ts';
import type { DriveReader } from '../datasources/drive-reader.ts';
import {
  findLabelledByInventory,
  findLabelledByProbe,
  findLabelledByUdev,
  isUdevBusy,
  listOpticalDrives,
} from '../host/block-devices.ts';
import { type MountedDrive, mountDrive } from '../host/drive-mount.ts';
import { createDriveReader } from '../host/drive-reader.ts';
import { readDriveStamp } from '../host/drive-stamp.ts';
import { fingerprintData } from '../state/fingerprint.ts';

/** A drive that is open for reading; `release` unmounts it and may be called twice. */
export type OpenDrive = {
  /** For people: `config-2 on /dev/sr0 (iso9660)`. */
  readonly description: string;
  readonly device?: string;
  /** Recognises the drive the next time; taken before mounting, which may change what the device shows. */
  readonly stamp?: string;
  /** Where scripts may read it. */
  readonly root: string;
  readonly reading: DatasourceReading;
  release(): void;
};

export type DiscoverOptions = {
  readonly datasources: readonly Datasource[];
  readonly datasourceOptions: DatasourceOptions;
  /** Folder to mount at: a run's, or one for this process that only looks. */
  readonly mountPoint: string;
  readonly label: string;
  /** Told of each device that is a config drive by its label or by what it holds. */
  claim?(device: string): void;
  /** Asked only when there are several drives. */
  dmi(): Dmi;
  /** How long to wait for a drive to appear, in milliseconds; asked only when there is none yet. */
  waitMs(): number;
  /** Milliseconds on the monotonic clock. */
  monotonic(): number;
  stopRequested(): boolean;
};

const firstPauseMs = 50;
const longestPauseMs = 1000;
/** How often udev's knowledge is looked at between two searches, which may spawn blkid. */
const lookMs = 50;

/** The drive with the label, or undefined when none appears in time or a stop is requested before. Throws AgentError 11 (several) or 12 (unreadable). */
export async function discoverDrive(options: DiscoverOptions): Promise<OpenDrive | undefined> {
  const start = options.monotonic();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const found = await scanOrFail(options);
    if (found !== undefined && !('failure' in found)) return found;
    const remaining = start + options.waitMs() - options.monotonic();
    if (remaining <= 0) {
      if (found === undefined) return undefined;
      throw found.failure;
    }
    if (options.stopRequested()) return undefined;
    const isRetry = found !== undefined;
    const isOver = (): boolean => options.stopRequested() || (!isRetry && findLabelledByUdev(options.label).length > 0);
    await pause(Math.min(pauseMs, remaining), isOver);
  }
}

/**
 * A failure is not final while udev is at work: its cdrom_id holds an optical drive exclusively for a moment, in which mount(2) says
 * EBUSY, and a drive that blkid already knows may be just coming up.
 */
async function scanOrFail(options: DiscoverOptions): Promise<OpenDrive | { readonly failure: AgentError } | undefined> {
  const wasBusy = isUdevBusy();
  try {
    return await scan(options);
  } catch (error) {
    // It may have let go since.
    const isUnreadable = error instanceof AgentError && error.code === exitCodes.driveUnreadable;
    if (!isUnreadable || !(wasBusy || isUdevBusy())) throw error;
    return { failure: error };
  }
}

async function pause(ms: number, isOver: () => boolean): Promise<void> {
  for (let left = ms; left > 0; left -= lookMs) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(lookMs, left)));
    if (isOver()) return;
  }
}

/** The drive with all of its reading done: a parser that most drives do not need is loaded for this one alone. */
export async function completeDrive(drive: OpenDrive): Promise<OpenDrive> {
  if (drive.reading.interfacesText === undefined) return drive;
  const { completeReading } = await import('../datasources/complete-reading.ts');
  return { ...drive, reading: await completeReading(drive.reading) };
}

/** Opens exactly this device (`--device`). Throws AgentError 12 when it cannot be mounted or holds no config drive. */
export function openDevice(
  device: string,
  options: Pick<DiscoverOptions, 'datasources' | 'datasourceOptions' | 'mountPoint' | 'claim'>,
): OpenDrive {
  const stamp = readDriveStamp(device);
  const mounted = mountDrive(device, options.mountPoint);
  try {
    const drive = openMounted(device, mounted, options);
    options.claim?.(device);
    return { ...drive, ...(stamp === undefined ? {} : { stamp }) };
  } catch (error) {
    mounted.release();
    throw error;
  }
}

/** Reads a folder with a drive's tree (`--source`), on any machine. Throws AgentError 12 when it holds no config drive. */
export function openFolder(
  folder: string,
  options: Pick<DiscoverOptions, 'datasources' | 'datasourceOptions'>,
): OpenDrive {
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new AgentError(exitCodes.driveUnreadable, `${folder}: no such folder`);
  }
  const reader = createDriveReader(folder);
  return { description: folder, root: folder, reading: readWith(reader, folder, options), release: () => {} };
}

async function scan(options: DiscoverOptions): Promise<OpenDrive | undefined> {
  let labelled = findLabelledByUdev(options.label);
  let probed: readonly string[] | undefined = [];
  if (labelled.length === 0) {
    probed = findLabelledByProbe(options.label);
    labelled = probed ?? (await findLabelledByInventory(options.label));
  }
  for (const device of labelled) options.claim?.(device);
  if (labelled.length > 0) return openOneOf(labelled, options);
  for (const device of listOpticalDrives()) {
    try {
      return openDevice(device, options);
    } catch (error) {
      // An empty tray or some other disc: without a label only a config drive's content counts.
      if (!(error instanceof AgentError)) throw error;
    }
  }
  return undefined;
}

function openOneOf(devices: readonly string[], options: DiscoverOptions): OpenDrive {
  const [only] = devices;
  if (only !== undefined && devices.length === 1) return openDevice(only, options);
  const readable: { device: string; reading: DatasourceReading }[] = [];
  let failure: unknown;
  for (const device of devices) {
    try {
      const drive = openDevice(device, options);
      drive.release();
      readable.push({ device, reading: drive.reading });
    } catch (error) {
      failure = error;
    }
  }
  const [first] = readable;
  if (first === undefined) throw failure;
  if (readable.every(({ reading }) => fingerprintData(reading) === fingerprintData(first.reading)))
    return openDevice(first.device, options);
  const uuid = options.dmi().productUuid;
  const ours = readable.filter(
    ({ reading }) => uuid !== undefined && reading.instance?.id.uuid?.toLowerCase() === uuid,
  );
  if (ours.length === 1 && ours[0] !== undefined) return openDevice(ours[0].device, options);
  throw new AgentError(
    exitCodes.driveAmbiguous,
    `${readable.length} different config drives: ${readable.map(({ device }) => device).join(', ')}`,
    { hint: `detach all but one, or: guest-init run --device ${first.device}` },
  );
}

function openMounted(
  device: string,
  mounted: MountedDrive,
  options: Pick<DiscoverOptions, 'datasources' | 'datasourceOptions'>,
): OpenDrive {
  return {
    description: `${device} (${mounted.fileSystem})`,
    device,
    root: mounted.root,
    reading: readWith(createDriveReader(mounted.root), device, options),
    release: mounted.release,
  };
}

function readWith(
  reader: DriveReader,
  place: string,
  options: Pick<DiscoverOptions, 'datasources' | 'datasourceOptions'>,
): DatasourceReading {
  const datasource = options.datasources.find((candidate) => candidate.recognises(reader));
  if (datasource === undefined) {
    throw new AgentError(exitCodes.driveUnreadable, `${place}: no config drive: holds neither openstack/ nor ec2/`, {
      hint: 'attach the right drive, then: guest-init run',
    });
  }
  return datasource.read(reader, options.datasourceOptions);
}
