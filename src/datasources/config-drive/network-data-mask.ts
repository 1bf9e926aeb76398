// netmask of network_data.json, in every spelling that clouds use.

import { describeType } from '../../core/diagnostic.ts';
import { parseMask } from '../../network/address.ts';
import { type Fields, fieldOf, type KeyPath, type Reading, report } from './network-data-fields.ts';

/** The prefix length that netmask says, as Nova (address form), CloudStack (`0`) and vendors (a length, text or number) write it. */
export function readMask(reading: Reading, fields: Fields, path: KeyPath, family: 4 | 6): number | undefined {
  const value = fieldOf(fields, 'netmask');
  if (value === undefined || value === '') return undefined;
  const mask =
    typeof value === 'number' || typeof value === 'string'
      ? parseMask(typeof value === 'string' ? value.trim() : value, family)
      : undefined;
  if (mask !== undefined) return mask;
  const found =
    typeof value === 'string' ? 'another string' : typeof value === 'number' ? 'another number' : describeType(value);
  report(
    reading,
    [...path, 'netmask'],
    'error',
    'value',
    `expected an IPv${family} netmask or prefix length, found ${found}`,
  );
  return undefined;
}
