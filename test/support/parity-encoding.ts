// For the tests: values in the encoding of pyyaml-parity.json, so that our answers and PyYAML's compare as JSON.

/** Encodes a value of ours; numbers by value, since JavaScript has one number type. */
export function encodeOurs(value: unknown): unknown {
  if (typeof value === 'number') return { $number: numberText(value) };
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('hex') };
  if (Array.isArray(value)) return value.map(encodeOurs);
  return { $map: sortEntries(Object.entries(value).map(([key, item]) => [key, encodeOurs(item)])) };
}

/** Brings PyYAML's encoded answer to the same form: keys as strings, sets as lists. */
export function encodeTheirs(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(encodeTheirs);
  const tagged = value as Record<string, unknown>;
  if ('$int' in tagged || '$float' in tagged) return { $number: numberText(readNumber(tagged)) };
  if ('$set' in tagged) return (tagged['$set'] as unknown[]).map(encodeTheirs);
  if (!('$map' in tagged)) return value;
  const entries = (tagged['$map'] as [unknown, unknown][]).map(
    ([key, item]) => [keyText(key), encodeTheirs(item)] as [string, unknown],
  );
  return { $map: sortEntries([...new Map(entries)]) };
}

function readNumber(tagged: Record<string, unknown>): number {
  const text = String(tagged['$int'] ?? tagged['$float']);
  return Number(text.replace('inf', 'Infinity'));
}

function keyText(key: unknown): string {
  return key !== null && typeof key === 'object' ? numberText(readNumber(key as Record<string, unknown>)) : String(key);
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '0' : String(value);
}

function sortEntries(entries: [string, unknown][]): [string, unknown][] {
  return entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
