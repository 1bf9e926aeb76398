// Tells whether two pieces of data say the same: a journaled step and a planned one, the content of two drives.

import type { Action } from '../core/action.ts';
import type { NetworkConfig } from '../core/network-config.ts';
import { checksum } from '../host/checksum.ts';
import { sha256 } from '../host/crypto.ts';

/** Checksum of an action. Secrets count as one placeholder: nothing derived from a password is kept. */
export function fingerprintAction(action: Action): string {
  return fingerprintData(action);
}

/** Checksum of any JSON-like data; bytes count by their content. */
export function fingerprintData(data: object): string {
  return checksum(JSON.stringify(summariseBytes(data), digestBytes));
}

/** A large file is an action's own field: Buffer's toJSON would make an array of numbers of it before any replacer sees it. */
function summariseBytes(data: object): object {
  const fields = Object.entries(data);
  if (!fields.some(([, value]) => value instanceof Uint8Array)) return data;
  return Object.fromEntries(
    fields.map(([name, value]) => [name, value instanceof Uint8Array ? digestContent(value) : value]),
  );
}

/** Checksum of all that a drive asks for of the network; where it does so does not count. */
export function fingerprintNetwork(network: NetworkConfig): string {
  return checksum(JSON.stringify(network, dropPlaces));
}

function dropPlaces(key: string, value: unknown): unknown {
  return key === 'origin' || key === 'prefixOrigin' ? undefined : value;
}

/** The value given here is what Buffer's own toJSON made, the holder has the original. */
function digestBytes(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const original = this[key];
  return original instanceof Uint8Array ? digestContent(original) : value;
}

/** Bytes from which on the machine's own hash is faster, with what it takes to load it. */
const longContent = 64 * 1024;

function digestContent(content: Uint8Array): string {
  return content.length < longContent ? checksum(content) : sha256(content);
}
