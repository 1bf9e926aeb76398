// Public keys in every spelling that OpenStack and CloudStack use. What a valid key is, the ssh modules decide.

/** Fields that hold keys; CloudStack and older tools write those of the one file into the other. */
export const publicKeyFields = ['public_keys', 'keys', 'public-keys'] as const;

/** OpenSSH key lines of a `public_keys`, `public-keys` or `keys` value; X.509 certificates are left out. */
export function collectPublicKeys(...values: readonly unknown[]): readonly string[] {
  const lines = values.flatMap(linesOf).map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== '' && !line.startsWith('#')))];
}

function linesOf(value: unknown): string[] {
  if (typeof value === 'string') return value.includes('-----BEGIN') ? [] : value.split(/\r?\n/);
  if (Array.isArray(value)) return value.flatMap(linesOf);
  if (value === null || typeof value !== 'object') return [];
  const fields = value as Record<string, unknown>;
  // One entry of meta_data.json `keys`: {name, type, data}.
  if (typeof fields.data === 'string' && typeof fields.type === 'string') {
    return fields.type === 'ssh' ? linesOf(fields.data) : [];
  }
  // One entry of ec2 `public-keys`: {"openssh-key": line}.
  if (fields['openssh-key'] !== undefined) return linesOf(fields['openssh-key']);
  // A map of name to key. Nova leaves a stray "_name": "0=<name>" among them.
  return Object.entries(fields).flatMap(([name, entry]) => (name === '_name' ? [] : linesOf(entry)));
}

/** Values that can hold no key (numbers, true or false), by their path in the field; null is an empty field. */
export function findMisfits(
  value: unknown,
  path: readonly (string | number)[] = [],
): { path: readonly (string | number)[]; found: unknown }[] {
  if (typeof value === 'number' || typeof value === 'boolean') return [{ path, found: value }];
  if (Array.isArray(value)) return value.flatMap((entry, index) => findMisfits(entry, [...path, index]));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, entry]) => findMisfits(entry, [...path, key]));
}
