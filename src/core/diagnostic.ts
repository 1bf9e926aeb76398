// What was wrong with an input, and where. Input errors are values, never exceptions, and never hold the offending value.

export type Severity = 'error' | 'warning' | 'note';

/**
 * One problem of one input. `source` is the file as the user knows it (`user_data`, `openstack/latest/meta_data.json`);
 * `line` and `column` count from 1; `path` is the key path (`users[2].name`); `code` is stable and documented.
 */
export type Diagnostic = {
  readonly severity: Severity;
  readonly code: DiagnosticCode;
  readonly source: string;
  readonly line?: number;
  readonly column?: number;
  readonly path?: string;
  readonly message: string;
};

export type DiagnosticCode =
  | 'syntax' // not JSON, YAML or text of the announced kind
  | 'type' // another type or form than expected
  | 'value' // right type, impossible value
  | 'unknown-key'
  | 'unsupported-key' // a key of cloud-init that this version does not apply
  | 'unsupported-format'
  | 'deprecated'
  | 'duplicate-key'
  | 'spelling' // harmless and accepted: BOM, CRLF, whole-blob base64, "# cloud-config"
  | 'limit' // more or larger than what is read
  | 'more' // the last one of many: how many are not shown
  | 'damaged' // a file of the drive that cannot be read or used
  | 'missing'
  | 'guest' // asks for a user, a group or a package manager that this guest lacks and another may have
  | 'conflict'
  | 'guess'
  | 'applied-already' // by cloud-init
  | 'refused';

/** `file:line:column`, as editors and compilers write places; parts that are not known are left out. */
export function formatPlace(place: { source: string; line?: number; column?: number }): string {
  if (place.line === undefined) return place.source;
  return place.column === undefined ? `${place.source}:${place.line}` : `${place.source}:${place.line}:${place.column}`;
}

/** What is wrong, after the key path where there is one: `users[2].name: expected a string, found a number`. */
export function formatProblem({ path, message }: Pick<Diagnostic, 'path' | 'message'>): string {
  return path === undefined || path === '' ? message : `${path}: ${message}`;
}

/** A key path as people write it: `users[2].ssh_authorized_keys[0]`. */
export function formatKeyPath(path: readonly (string | number)[]): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else text += text === '' ? key : `.${key}`;
  }
  return text;
}

/** The type of a value in the words of YAML and JSON users: "a map", "a list", "a string", "a number", "true or false", "nothing". */
export function describeType(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Uint8Array) return 'binary data';
  if (typeof value === 'boolean') return 'true or false';
  if (typeof value === 'number') return Number.isFinite(value) ? 'a number' : 'a number that is not finite';
  if (typeof value === 'string') return value === '' ? 'an empty string' : 'a string';
  return 'a map';
}
