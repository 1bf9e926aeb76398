// A user_data that is kept in the image (coreos-install puts it there): a source of its own for guests without a drive, and what stands in for
// the user_data that a drive does not bring. Loaded only where the file is there.

import type { Diagnostic } from '../core/diagnostic.ts';
import { AgentError } from '../core/error.ts';
import type { InstanceConfig, InstanceId, RawUserData } from '../core/instance-config.ts';
import { emptyNetwork } from '../core/network-config.ts';
import { stages } from '../core/plan.ts';
import type { Policy } from '../core/policy.ts';
import { sha256 } from '../host/crypto.ts';
import type { Host } from '../host/host.ts';
import type { InstanceRecord } from '../state/record.ts';
import { maxUserDataBytes } from '../userdata/detect.ts';
import type { OpenDrive } from './discover.ts';
import type { Decision } from './identity.ts';

/** `raw` is absent where the file cannot be used; `problems` say why. */
export type ImageUserData = {
  readonly path: string;
  readonly raw?: RawUserData;
  /** SHA-256 of the content. */
  readonly digest?: string;
  readonly problems: readonly Diagnostic[];
};

/** Reads the file. One that others than root may write, or that is no plain file, is refused: what it says is done as root. */
export function readImageUserData(host: Host, path: string | undefined): ImageUserData {
  if (path === undefined) return { path: '', problems: [] };
  const stat = host.stat(path);
  const refuse = (code: Diagnostic['code'], message: string): ImageUserData => {
    return { path, problems: [{ severity: 'error', code, source: path, message }] };
  };
  if (stat === undefined) return { path, problems: [] };
  if (stat.kind !== 'file') return refuse('refused', 'expected a plain file, found another thing; not applied');
  if (stat.uid !== 0 || (stat.mode & 0o022) !== 0)
    return refuse('refused', 'others than root may write this file; not applied');
  if (stat.size > maxUserDataBytes)
    return refuse('limit', `${stat.size} bytes; the limit is ${maxUserDataBytes} (4 MiB)`);
  try {
    const bytes = host.readFile(path);
    if (bytes === undefined) return { path, problems: [] };
    return { path, raw: { bytes, source: path }, digest: sha256(bytes), problems: [] };
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return refuse('damaged', 'cannot be read; not applied');
  }
}

/** Whether a known instance has to have it applied anew. What the drive's own user_data took the place of is never due. */
export function isDue(
  stored: ImageUserData,
  { record, policy, bootId }: { record: InstanceRecord | undefined; policy: Policy; bootId: string },
): boolean {
  if (record === undefined || stored.digest === undefined || record.imageUserData?.isUsed === false) return false;
  const { apply } = policy.user_data_file;
  if (apply === 'always') return record.bootId !== bootId;
  return apply === 'on-change' && record.imageUserData?.digest !== stored.digest;
}

/** All of it again, as for a first boot: the early stage whoever asks, the late one by its own run where it was not asked for. */
export function applyAnew({ work }: Decision): Decision {
  const isLate = work.some(({ stage }) => stage === 'late');
  const both = isLate ? stages : (['early'] as const);
  return { fresh: true, isAnew: true, work: both.map((stage) => ({ stage, work: 'whole' })) };
}

/** What is remembered of the file: what was applied, and whether the drive's own user_data came before it. */
export function describeUse(stored: ImageUserData, instance: InstanceConfig): Pick<InstanceRecord, 'imageUserData'> {
  if (stored.digest === undefined) return {};
  return { imageUserData: { digest: stored.digest, isUsed: instance.userData?.source === stored.path } };
}

/** The instance with the file in the place of the user_data that its drive lacks. */
export function addImageUserData(
  instance: InstanceConfig,
  { raw, path, problems }: ImageUserData,
): { instance: InstanceConfig; diagnostics: readonly Diagnostic[] } {
  if (instance.userData?.source === path || (raw === undefined && problems.length === 0))
    return { instance, diagnostics: [] };
  if (instance.userData === undefined)
    return { instance: raw === undefined ? instance : { ...instance, userData: raw }, diagnostics: problems };
  const message = `not applied: ${instance.userData.source} of the drive comes before it`;
  return { instance, diagnostics: [{ severity: 'note', code: 'conflict', source: path, message }] };
}

/** Whether a run without a drive has something to go on: a guest that had a drive with a user_data of its own keeps to that. */
export function standsForDrive({ raw, path }: ImageUserData, policy: Policy, record?: InstanceRecord): boolean {
  if (raw === undefined || policy.drive.required === true) return false;
  return record === undefined || record.source === path || record.imageUserData?.isUsed !== false;
}

/** The file in the place of a drive. A guest that is known by a drive stays who it is; any other is its machine. */
export function openImageUserData({ path, raw }: ImageUserData, host: Host, record?: InstanceRecord): OpenDrive {
  const isOfDrive = record !== undefined && record.source !== path;
  const instance: InstanceConfig = {
    id: isOfDrive ? record.instance : identifyMachine(host),
    publicKeys: [],
    network: emptyNetwork,
    files: [],
    ...(raw === undefined ? {} : { userData: raw }),
  };
  const root = path.slice(0, path.lastIndexOf('/')) || '/';
  return { description: path, root, reading: { instance, diagnostics: [] }, release: () => {} };
}

/** By the firmware, which a clone does not share; else by machine-id(5). */
function identifyMachine(host: Host): InstanceId {
  const { productUuid } = host.dmi();
  if (productUuid !== undefined) return { uuid: productUuid };
  const machineId = host.readText('/etc/machine-id')?.trim() ?? '';
  const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(machineId);
  return { uuid: parts === null ? 'image' : parts.slice(1).join('-') };
}
