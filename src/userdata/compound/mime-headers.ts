// Headers of a MIME entity (RFC 5322 § 2.2, RFC 2045 § 5.1, RFC 2183, RFC 2231), read from text that has one character for each byte.

export type Headers = {
  /** The unfolded value of a header, by its name in lower case; the first one where a name is given twice. */
  readonly fields: ReadonlyMap<string, string>;
  /** Offset of the body's first byte. */
  readonly bodyStart: number;
  /** Offset of a line that is neither header nor blank: what should have been a blank line is not there. */
  readonly strayAt?: number;
  /** The headers are longer than what is read of them. */
  readonly isTooLong?: true;
};

export type Parameterised = {
  /** Lower case, without parameters: `text/plain`, `attachment`. */
  readonly value: string;
  /** By name in lower case, unquoted, RFC 2231 decoded. */
  readonly parameters: ReadonlyMap<string, string>;
};

const maxHeaderBytes = 64 * 1024;

const headerLine = /^([!-9;-~]+)[ \t]*:[ \t]*(.*)$/;

/** Reads headers from `start` up to the blank line that ends them, or to `end`. A leading `From ` line of a mailbox is passed over. */
export function readHeaders(text: string, start: number, end: number): Headers {
  const fields = new Map<string, string>();
  let last: string | undefined;
  let at = start;
  while (at < end) {
    const feed = text.indexOf('\n', at);
    const next = feed < 0 || feed >= end ? end : feed + 1;
    const line = text.slice(at, next).replace(/\r?\n$/, '');
    if (line === '') return { fields, bodyStart: next };
    if (next - start > maxHeaderBytes) return { fields, bodyStart: end, isTooLong: true };
    const isFolded = (line[0] === ' ' || line[0] === '\t') && last !== undefined;
    const match = isFolded ? null : headerLine.exec(line);
    if (isFolded && last !== undefined) fields.set(last, `${fields.get(last) ?? ''} ${line.trim()}`);
    else if (match !== null) {
      const name = (match[1] ?? '').toLowerCase();
      last = fields.has(name) ? ` ${name}` : name;
      fields.set(last, (match[2] ?? '').trim());
    } else if (!(at === start && line.startsWith('From '))) return { fields, bodyStart: at, strayAt: at };
    at = next;
  }
  return { fields, bodyStart: end };
}

/** Splits `text/plain; charset="utf-8"; name*0*=utf-8''a%20b`. Never fails: what makes no sense is left out. */
export function readParameters(field: string): Parameterised {
  const [value = '', ...words] = splitOutsideQuotes(field);
  const raw = new Map<string, string>();
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 0) continue;
    const name = word.slice(0, equals).trim().toLowerCase();
    if (name !== '' && !raw.has(name)) raw.set(name, unquote(word.slice(equals + 1).trim()));
  }
  const parameters = new Map<string, string>();
  for (const [name, text] of raw) if (!name.includes('*')) parameters.set(name, text);
  for (const name of raw.keys()) {
    const base = name.split('*', 1)[0] ?? '';
    if (name.includes('*') && base !== '') parameters.set(base, joinContinuations(base, raw));
  }
  return { value: value.trim().toLowerCase(), parameters };
}

function splitOutsideQuotes(field: string): string[] {
  const words: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < field.length; at++) {
    const mark = field[at];
    if (quoted && mark === '\\') at++;
    else if (mark === '"') quoted = !quoted;
    else if (mark === ';' && !quoted) {
      words.push(field.slice(start, at));
      start = at + 1;
    }
  }
  words.push(field.slice(start));
  return words;
}

function unquote(word: string): string {
  if (!word.startsWith('"')) return word;
  const inner = word.endsWith('"') && word.length > 1 ? word.slice(1, -1) : word.slice(1);
  return inner.replace(/\\(.)/g, '$1');
}

/** RFC 2231: `name*=charset'language'text`, and the same in pieces `name*0*`, `name*1`. */
function joinContinuations(base: string, raw: ReadonlyMap<string, string>): string {
  const whole = raw.get(`${base}*`);
  if (whole !== undefined) return decodeExtended(whole);
  let joined = '';
  for (let piece = 0; ; piece++) {
    const encoded = raw.get(`${base}*${piece}*`);
    const plain = raw.get(`${base}*${piece}`);
    if (encoded === undefined && plain === undefined) break;
    joined += encoded === undefined ? (plain ?? '') : piece === 0 ? decodeExtended(encoded) : decodePercent(encoded);
  }
  return joined;
}

function decodeExtended(text: string): string {
  const match = /^[^']*'[^']*'(.*)$/s.exec(text);
  return decodePercent(match?.[1] ?? text);
}

function decodePercent(text: string): string {
  const bytes = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
