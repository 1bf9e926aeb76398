// "#cloud-config-archive": a YAML list of texts, or of maps with `content` and what a MIME part says in its headers.

import { type Diagnostic, describeType } from '../../core/diagnostic.ts';
import { parseYaml } from '../../yaml/parse.ts';
import { isOverLimit } from '../../yaml/refusal.ts';
import type { Part } from '../part-format.ts';
import { isMap } from '../pruned-value.ts';

export type ArchiveEntry = {
  /** Entries may share it: aliases make one content many. */
  readonly content: string | Uint8Array;
  /** Undefined: the first line decides, and cloud-config is meant where it says nothing. */
  readonly type?: string;
  readonly filename?: string;
  /** Everything else that the entry says, by its key in lower case with `-` for `_`. */
  readonly fields: ReadonlyMap<string, string>;
};

type Report = (problem: Diagnostic) => void;

/** The entries of an archive, undefined for those that cannot be used; they, and an archive that is no list, are reported. */
export function readArchive(part: Part, report: Report): (ArchiveEntry | undefined)[] {
  const { source } = part;
  const parsed = parseYaml(part.text);
  if (!parsed.ok) {
    const { line, column, reason } = parsed;
    const code = isOverLimit(reason) ? 'limit' : 'syntax';
    report({ severity: 'error', code, source, line, column, message: reason });
    return [];
  }
  const { value } = parsed;
  if (!Array.isArray(value)) {
    const message = `expected a list of parts, found ${describeType(value)}`;
    report({ severity: 'error', code: 'type', source, ...parsed.locate([]), message });
    return [];
  }
  return value.map((entry: unknown, index): ArchiveEntry | undefined => {
    const fault = (path: (string | number)[], message: string): undefined => {
      report({ severity: 'error', code: 'type', source, ...parsed.locate(path), path: `[${index}]`, message });
      return undefined;
    };
    if (typeof entry === 'string') return { content: entry, fields: new Map() };
    if (!isMap(entry)) return fault([index], `expected a text or a map with content, found ${describeType(entry)}`);
    const { content, type, filename, ...rest } = entry;
    if (typeof content !== 'string' && !(content instanceof Uint8Array)) {
      return fault([index, 'content'], `expected content that is a text (content: |), found ${describeType(content)}`);
    }
    if (type !== undefined && type !== null && (typeof type !== 'string' || !/^[^\s/]+\/[^\s/]+$/.test(type))) {
      return fault([index, 'type'], `expected a type such as "text/cloud-config", found ${describeAnother(type)}`);
    }
    if (filename !== undefined && typeof filename !== 'string' && typeof filename !== 'number') {
      return fault([index, 'filename'], `expected a file name, found ${describeType(filename)}`);
    }
    const fields = Object.entries(rest).flatMap(([key, field]): [string, string][] => {
      if (typeof field !== 'string' && typeof field !== 'number') return [];
      return [[key.toLowerCase().replaceAll('_', '-'), String(field)]];
    });
    return {
      content,
      ...(typeof type === 'string' ? { type: type.toLowerCase() } : defaultType(content)),
      ...(filename === undefined ? {} : { filename: String(filename) }),
      fields: new Map(fields),
    };
  });
}

function defaultType(content: string | Uint8Array): { type?: string } {
  return typeof content === 'string' ? {} : { type: 'application/octet-stream' };
}

function describeAnother(value: unknown): string {
  return typeof value === 'string' ? 'another string' : describeType(value);
}
