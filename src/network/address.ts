// IPv4 and IPv6 arithmetic on text: parse, canonical form (RFC 5952), masks, networks. Answers agree with Python's ipaddress.

export type IpAddress = { readonly family: 4 | 6; readonly value: bigint };

const octet = /^(?:0|[1-9][0-9]{0,2})$/;
const hextet = /^[0-9a-f]{1,4}$/i;

/** Bits of an address of the family: 32 or 128. */
export function addressBits(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}

/** Reads an address without prefix and without zone (`%eth0`); undefined when it is none. Octets with leading zeros are refused. */
export function parseAddress(text: string): IpAddress | undefined {
  if (text.length > 45) return undefined;
  if (text.includes(':')) {
    const value = parseIpv6(text);
    return value === undefined ? undefined : { family: 6, value };
  }
  const value = parseIpv4(text);
  return value === undefined ? undefined : { family: 4, value };
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!octet.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseHextets(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseHextets(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  let value = 0n;
  for (const part of [...head, ...new Array<number>(missing).fill(0), ...tail]) value = (value << 16n) | BigInt(part);
  return value;
}

function parseHextets(text: string, last: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const numbers: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (last && index === parts.length - 1 && part.includes('.')) {
      const embedded = parseIpv4(part);
      if (embedded === undefined) return undefined;
      numbers.push(Number(embedded >> 16n), Number(embedded & 0xffffn));
    } else if (hextet.test(part)) numbers.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return numbers;
}

/** `10.0.0.5/24` in its two parts. A second slash stays with the length, which is then none, instead of being lost. */
export function splitPrefix(text: string): readonly [bare: string, length: string | undefined] {
  const at = text.indexOf('/');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** The canonical text: dotted decimal, or RFC 5952 (lower case, longest run of zeros as `::`, IPv4-mapped addresses dotted). */
export function formatAddress(address: IpAddress): string {
  const { family, value } = address;
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.');
  if (value >> 32n === 0xffffn) return `::ffff:${formatAddress({ family: 4, value: value & 0xffffffffn })}`;
  const parts = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - 16 * index)) & 0xffffn));
  const run = longestZeroRun(parts);
  const hex = parts.map((part) => part.toString(16));
  if (run.length < 2) return hex.join(':');
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

function longestZeroRun(parts: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, part] of parts.entries()) {
    if (part !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}

function maskValue(family: 4 | 6, prefixLength: number): bigint {
  const bits = BigInt(addressBits(family));
  return ((1n << BigInt(prefixLength)) - 1n) << (bits - BigInt(prefixLength));
}

/** The mask of a prefix length in address form: `255.255.255.0`, `ffff:ffff:ffff:ffff::`. */
export function formatMask(family: 4 | 6, prefixLength: number): string {
  return formatAddress({ family, value: maskValue(family, prefixLength) });
}

/** A mask in address form, or a length as text or number, as a prefix length; undefined when it is none, or has holes. */
export function parseMask(mask: string | number, family: 4 | 6): number | undefined {
  const bits = addressBits(family);
  if (typeof mask === 'number' || /^(?:0|[1-9][0-9]{0,2})$/.test(mask)) {
    const length = Number(mask);
    return Number.isInteger(length) && length >= 0 && length <= bits ? length : undefined;
  }
  const parsed = parseAddress(mask);
  if (parsed?.family !== family) return undefined;
  const inverse = ((1n << BigInt(bits)) - 1n) ^ parsed.value;
  if ((inverse & (inverse + 1n)) !== 0n) return undefined;
  return bits - (inverse === 0n ? 0 : inverse.toString(2).length);
}

/** First address of the network that holds `address`. */
export function networkOf(address: IpAddress, prefixLength: number): IpAddress {
  return { family: address.family, value: address.value & maskValue(address.family, prefixLength) };
}

/** Last address of an IPv4 network; undefined where there is no broadcast (IPv6, /31, /32). */
export function broadcastOf(address: IpAddress, prefixLength: number): IpAddress | undefined {
  if (address.family === 6 || prefixLength > 30) return undefined;
  return { family: 4, value: address.value | (0xffffffffn ^ maskValue(4, prefixLength)) };
}

/** Whether `candidate` lies in the network of `address`; never across families. */
export function isInNetwork(candidate: IpAddress, address: IpAddress, prefixLength: number): boolean {
  if (candidate.family !== address.family) return false;
  return networkOf(candidate, prefixLength).value === networkOf(address, prefixLength).value;
}

/** An address with its prefix length, as text. */
type Prefixed = { readonly address: string; readonly prefixLength: number };

/**
 * Answers which of `entries` is the first whose network holds an address: its index, or -1. The answer costs as many steps as there are
 * different prefix lengths, not entries.
 */
export function indexNetworks(entries: readonly Prefixed[]): (address: IpAddress) => number {
  const byLength = new Map<string, { family: 4 | 6; prefixLength: number; first: Map<bigint, number> }>();
  for (const [index, { address, prefixLength }] of entries.entries()) {
    const parsed = parseAddress(address);
    if (parsed === undefined) continue;
    const { family } = parsed;
    const key = `${family}/${prefixLength}`;
    const same = byLength.get(key) ?? { family, prefixLength, first: new Map<bigint, number>() };
    byLength.set(key, same);
    const { value } = networkOf(parsed, prefixLength);
    if (!same.first.has(value)) same.first.set(value, index);
  }
  return (address) => {
    let found = -1;
    for (const { family, prefixLength, first } of byLength.values()) {
      if (family !== address.family) continue;
      const index = first.get(networkOf(address, prefixLength).value);
      if (index !== undefined && (found < 0 || index < found)) found = index;
    }
    return found;
  };
}

/** `0.0.0.0` or `::`. */
export function isUnspecified(address: IpAddress): boolean {
  return address.value === 0n;
}

/** fe80::/10 or 169.254.0.0/16: the kernel or zeroconf gives these, never the cloud's subnet. */
export function isLinkLocal(address: IpAddress): boolean {
  return address.family === 4 ? address.value >> 16n === 0xa9fen : address.value >> 118n === 0x3fan;
}

/** fe80::/10, which the kernel gives each link by itself: its tables are read without them, so that nothing of it is taken for a stranger's. */
export function isLinksOwn(address: IpAddress): boolean {
  return address.family === 6 && isLinkLocal(address);
}

/** Whether the kernel alone routes to a network that begins so: IPv6 link-local and multicast, which its table is read without as well. */
export function isRoutedByKernel(network: IpAddress): boolean {
  return isLinksOwn(network) || (network.family === 6 && network.value >> 120n === 0xffn);
}

/** Whether one host can have this address: not unspecified, loopback, multicast, reserved broadcast or 0.0.0.0/8. */
export function isHostAddress(address: IpAddress): boolean {
  const { family, value } = address;
  if (family === 6) return value > 1n && value >> 120n !== 0xffn;
  const first = value >> 24n;
  return first !== 0n && first !== 127n && (first < 224n || first > 239n) && value !== 0xffffffffn;
}
