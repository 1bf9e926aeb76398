// The record in an image. A record of this guest is trusted as far as its checksum goes; one in an image that somebody hands in is not.

import { AgentError } from '../core/error.ts';
import type { Host } from '../host/host.ts';
import { type InstanceRecord, peekRecord } from '../state/record.ts';

/** What seal uses of it. */
export type ImageRecord = Pick<InstanceRecord, 'name' | 'hostname' | 'made'>;

/** Undefined where there is none, it cannot be read, or it does not have the form of one. */
export function readImageRecord(host: Host): ImageRecord | undefined {
  let record: unknown;
  try {
    record = peekRecord(host);
  } catch (error) {
    // The search meets the same trouble, and tells it.
    if (error instanceof AgentError) return undefined;
    throw error;
  }
  return isImageRecord(record) ? record : undefined;
}

function isImageRecord(value: unknown): value is ImageRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { name, hostname, made } = value as Readonly<Record<string, unknown>>;
  return (
    typeof name === 'string' &&
    (hostname === undefined || typeof hostname === 'string') &&
    Array.isArray(made) &&
    made.every((entry) => typeof entry?.path === 'string' && typeof entry.step === 'string')
  );
}
