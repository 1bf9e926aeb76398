// Plain data as YAML 1.1 block text, as libyaml reads it. No word can be taken for another type: strings are quoted, always.

export type Yaml = string | number | boolean | readonly Yaml[] | ReadonlyMap<string, Yaml> | YamlObject;

/** Keys are our own words and stay bare; what the drive or the guest names is the key of a Map, and is quoted. */
export type YamlObject = { readonly [key: string]: Yaml | undefined };

/** Newline-terminated. Keys without a value are left out. */
export function emitYaml(document: YamlObject): string {
  return emitBlock(document, '').join('');
}

function emitBlock(value: Yaml, indent: string): string[] {
  if (isList(value)) return value.flatMap((item) => emitItem(item, indent));
  return pairsOf(value).flatMap(([key, item]) => {
    if (typeof item !== 'object') return [`${indent}${key}: ${emitScalar(item)}\n`];
    if (isList(item) && item.length === 0) return [`${indent}${key}: []\n`];
    return [`${indent}${key}:\n`, ...emitBlock(item, `${indent}  `)];
  });
}

function emitItem(item: Yaml, indent: string): string[] {
  if (typeof item !== 'object') return [`${indent}- ${emitScalar(item)}\n`];
  const [first = '', ...rest] = emitBlock(item, `${indent}  `);
  return [`${indent}- ${first.trimStart()}`, ...rest];
}

function isList(value: Yaml): value is readonly Yaml[] {
  return Array.isArray(value);
}

function pairsOf(value: Yaml): readonly (readonly [string, Yaml])[] {
  const pairs: (readonly [string, Yaml | undefined])[] =
    value instanceof Map ? [...value].map(([key, item]) => [emitScalar(key), item]) : Object.entries(value);
  return pairs.filter((pair): pair is readonly [string, Yaml] => pair[1] !== undefined);
}

/** JSON's strings are YAML's double-quoted ones; what YAML does not allow in a file unescaped, JSON may, so all but ASCII is escaped. */
function emitScalar(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value).replace(/[^ -~]/gu, escapeCharacter);
}

/** libyaml knows no surrogates: beyond the basic plane the long form. */
function escapeCharacter(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return hex.length > 4 ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
}
