// Permissive access to the fields of network_data.json: every refusal is a diagnostic with its place and never holds the value.

import { type DiagnosticCode, describeType, formatKeyPath, type Severity } from '../../core/diagnostic.ts';
import type { DiagnosticList } from '../../core/diagnostic-list.ts';
import type { Origin } from '../../core/network-config.ts';

export type KeyPath = readonly (string | number)[];
export type Fields = Readonly<Record<string, unknown>>;

/** The document being read: its name, the places of its values, the problems found so far, and what of the limits is left. */
export type Reading = {
  readonly source: string;
  place(path: KeyPath): { line: number; column: number };
  readonly problems: DiagnosticList;
  readonly allowance: Allowance;
};

export function report(
  reading: Reading,
  path: KeyPath,
  severity: Severity,
  code: DiagnosticCode,
  message: string,
): void {
  reading.problems.add(severity, () => ({ code, ...reading.place(path), path: formatKeyPath(path), message }));
}

/** The place as people name it: `openstack/latest/network_data.json links[0]`. */
export function originOf(reading: Reading, path: KeyPath): Origin {
  return { source: `${reading.source} ${formatKeyPath(path)}` };
}

/** An own field; null counts as absent. */
export function fieldOf(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? (fields[key] ?? undefined) : undefined;
}

export function asFields(value: unknown): Fields | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** What may still be read of a document that has limits (docs/network.md); counts down. */
export type Allowance = {
  links: number;
  networks: number;
  /** Of all networks together. */
  routes: number;
  /** Different ones, wherever they are said. */
  readonly servers: Set<string>;
  /** One more than the limit was there; said once. */
  hasMoreServers: boolean;
};

/** Far above what a cloud gives one guest, and little enough to be set up within the deadline of a boot. */
export const mostOf = { links: 1024, networks: 2048, routes: 4096, servers: 256 } as const;

/** The whole of every limit. */
export function createAllowance(): Allowance {
  return { ...mostOf, servers: new Set(), hasMoreServers: false };
}

/** As readMaps, of what `reading` may still have of `key`; the first entry over the limit is reported and left out with all behind it. */
export function readLimitedMaps(
  reading: Reading,
  fields: Fields,
  key: 'links' | 'networks' | 'routes',
  parent: KeyPath,
): { fields: Fields; path: KeyPath }[] {
  const list = fieldOf(fields, key);
  if (!Array.isArray(list)) return readMaps(reading, fields, key, parent);
  const left = reading.allowance[key];
  reading.allowance[key] = Math.max(0, left - list.length);
  if (list.length <= left) return readMaps(reading, fields, key, parent);
  const over = list.length - left;
  const rest = over === 1 ? 'this one is' : `this one and the ${over - 1} after it are`;
  report(reading, [...parent, key, left], 'error', 'limit', `more than ${mostOf[key]} ${key}; ${rest} left out`);
  return readMaps(reading, { [key]: list.slice(0, left) }, key, parent);
}

/** The maps of a list field, each with its path; anything else in the list is reported and left out. */
export function readMaps(
  reading: Reading,
  fields: Fields,
  key: string,
  parent: KeyPath,
): { fields: Fields; path: KeyPath }[] {
  const list = fieldOf(fields, key);
  if (list === undefined) return [];
  if (!Array.isArray(list)) {
    report(reading, [...parent, key], 'error', 'type', `expected a list, found ${describeType(list)}`);
    return [];
  }
  const maps: { fields: Fields; path: KeyPath }[] = [];
  for (const [index, entry] of list.entries()) {
    const path = [...parent, key, index];
    const map = asFields(entry);
    if (map === undefined) report(reading, path, 'error', 'type', `expected a map, found ${describeType(entry)}`);
    else maps.push({ fields: map, path });
  }
  return maps;
}

/** A text field without surrounding blanks; a number is read as its digits, an empty text as absent. */
export function readText(reading: Reading, fields: Fields, key: string, parent: KeyPath): string | undefined {
  const value = fieldOf(fields, key);
  if (value === undefined) return undefined;
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
  if (typeof value === 'number') return String(value);
  report(reading, [...parent, key], 'error', 'type', `expected a string, found ${describeType(value)}`);
  return undefined;
}

/** A whole number between two bounds, also written as text; anything else is reported with `expected` and counts as absent. */
export function readInteger(
  reading: Reading,
  fields: Fields,
  key: string,
  parent: KeyPath,
  range: { least: number; most: number; expected: string },
): number | undefined {
  const value = fieldOf(fields, key);
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^[0-9]{1,10}$/.test(value.trim()) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= range.least && number <= range.most)
    return number;
  const wrongType = typeof number !== 'number';
  report(
    reading,
    [...parent, key],
    'error',
    wrongType ? 'type' : 'value',
    `expected ${range.expected}, found ${wrongType ? describeType(value) : 'another number'}`,
  );
  return undefined;
}
