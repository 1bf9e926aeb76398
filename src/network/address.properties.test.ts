// What holds for all addresses, masks and networks.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkProperty, textOf } from '../../test/support/property.ts';
import {
  addressBits,
  broadcastOf,
  formatAddress,
  formatMask,
  type IpAddress,
  indexNetworks,
  isHostAddress,
  isInNetwork,
  isLinkLocal,
  networkOf,
  parseAddress,
  parseMask,
} from './address.ts';
import { normalizeMac, shortenInfiniBand } from './mac.ts';

const family4 = fc.nat(0xffffffff).map((value): IpAddress => ({ family: 4, value: BigInt(value) }));
const family6 = fc
  .oneof(
    fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
    // Runs of zeros, which the short form is about.
    fc
      .array(fc.constantFrom<bigint>(0n, 0n, 0n, 1n, 0xffffn, 0xfe80n), { minLength: 8, maxLength: 8 })
      .map((parts) => parts.reduce((sum, part) => (sum << 16n) | part, 0n)),
  )
  .map((value): IpAddress => ({ family: 6, value }));
const address = fc.oneof(family4, family6);
const withLength = address.chain((one) => fc.tuple(fc.constant(one), fc.nat(addressBits(one.family))));

checkProperty(
  'an address is read back from its text, whatever its letters',
  fc.property(address, (one) => {
    assert.deepEqual(parseAddress(formatAddress(one)), one);
    assert.deepEqual(parseAddress(formatAddress(one).toUpperCase()), one);
  }),
);

checkProperty(
  'any text is an address or none, and an address has one canonical text',
  fc.property(textOf(['1', '255', '256', '.', ':', '::', 'ffff', '0', '%eth0', '/24', 'g', ' '], 17), (text) => {
    const parsed = parseAddress(text);
    if (parsed === undefined) return;
    assert.equal(formatAddress(parseAddress(formatAddress(parsed)) ?? parsed), formatAddress(parsed));
    assert.ok(parsed.value >= 0n && parsed.value < 1n << BigInt(addressBits(parsed.family)));
    assert.equal(typeof (isHostAddress(parsed) && isLinkLocal(parsed)), 'boolean');
  }),
);

checkProperty(
  'a prefix length is read back from its mask, and a mask with a hole is none',
  fc.property(withLength, fc.nat(127), ([{ family }, length], hole) => {
    assert.equal(parseMask(formatMask(family, length), family), length);
    assert.equal(parseMask(String(length), family), length);
    assert.equal(parseMask(length, family), length);
    const bits = addressBits(family);
    const mask = parseAddress(formatMask(family, length));
    if (mask === undefined || hole >= length - 1 || length === 0) return;
    const value = mask.value & ~(1n << BigInt(bits - 1 - hole));
    assert.equal(parseMask(formatAddress({ family, value }), family), undefined);
  }),
);

checkProperty(
  'any text is a mask or none',
  fc.property(
    textOf(['255', '.', '0', '24', '/', 'ffff:', '::', '-', '33', '128', '129']),
    fc.constantFrom<4 | 6>(4, 6),
    (text, family) => {
      const length = parseMask(text, family);
      assert.ok(length === undefined || (Number.isInteger(length) && length >= 0 && length <= addressBits(family)));
    },
  ),
);

checkProperty(
  'a network holds its first address, its last and the one that it was made of, and is its own network',
  fc.property(withLength, ([one, length]) => {
    const network = networkOf(one, length);
    assert.deepEqual(networkOf(network, length), network);
    assert.ok(isInNetwork(one, network, length));
    const last = broadcastOf(one, length);
    if (last !== undefined) assert.ok(isInNetwork(last, one, length) && last.value >= one.value);
  }),
);

checkProperty(
  'the first network that holds an address is found as by looking at each',
  fc.property(fc.array(withLength, { maxLength: 12 }), fc.nat(11), address, fc.nat(255), (entries, at, other, low) => {
    const given = entries.map(([one, prefixLength]) => ({ address: formatAddress(one), prefixLength }));
    const near = entries[at]?.[0] ?? other;
    const asked = { family: near.family, value: near.value ^ BigInt(low) };
    const expected = entries.findIndex(([one, length]) => isInNetwork(asked, one, length));
    assert.equal(indexNetworks(given)(asked), expected);
  }),
);

checkProperty(
  'a MAC address has one form, however it is written',
  fc.property(
    fc.uint8Array({ minLength: 6, maxLength: 6 }),
    fc.constantFrom(':', '-', ''),
    fc.boolean(),
    (bytes, mark, isUpper) => {
      const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
      const text = isUpper ? pairs.join(mark).toUpperCase() : pairs.join(mark);
      const isNone = bytes.every((byte) => byte === 0);
      assert.equal(normalizeMac(` ${text} `), isNone ? undefined : pairs.join(':'));
      assert.equal(shortenInfiniBand(pairs.join(':')), undefined);
    },
  ),
);

checkProperty(
  'any text is a MAC address or none',
  fc.property(textOf(['fa', ':', '-', '.', '16', '3e', '0', 'FA', 'g'], 40), (text) => {
    const mac = normalizeMac(text);
    if (mac === undefined) return;
    assert.match(mac, /^(?:[0-9a-f]{2}:){5}(?:(?:[0-9a-f]{2}:){14})?[0-9a-f]{2}$/);
    assert.equal(normalizeMac(mac), mac);
  }),
);
