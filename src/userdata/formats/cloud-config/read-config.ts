// The text of a cloud-config document to its top-level map, with the way back from each value to its place.

import { type Diagnostic, describeType } from '../../../core/diagnostic.ts';
import type { DiagnosticList } from '../../../core/diagnostic-list.ts';
import type { InstanceAddresses } from '../../../core/instance-addresses.ts';
import { type Place, parseYaml, type YamlDocument } from '../../../yaml/parse.ts';
import { isOverLimit } from '../../../yaml/refusal.ts';
import { readDialect } from '../../coreos/read-dialect.ts';
import { namePath, quoteKey } from '../../key-names.ts';
import type { KeyPath } from '../../module-section.ts';
import type { Part } from '../../part-format.ts';
import { isMap } from '../../pruned-value.ts';

export type ConfigText =
  | {
      readonly ok: true;
      readonly raw: Readonly<Record<string, unknown>>;
      readonly parsed: YamlDocument;
      /** Values that cannot be used, and what is said of them: of a CoreOS document alone. */
      readonly dropped?: readonly KeyPath[];
      readonly problems?: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly refusal: Diagnostic };

/**
 * Reads a document; one that is not YAML, or no map, is refused with its place. Empty counts as an empty map. One of CoreOS' is filled in with
 * `addresses`, where they are known.
 */
export function readConfig(part: Part, addresses?: InstanceAddresses): ConfigText {
  return part.text.includes('coreos') ? readDialect(part, readPlain, addresses) : readPlain(part);
}

function readPlain({ text, source }: Part): ConfigText {
  const parsed = parseYaml(text);
  if (!parsed.ok) {
    const { line, column, reason } = parsed;
    const hint = hasTemplateMark(text, line) ? '; "{{" looks like a template that was not filled in' : '';
    const message = `${reason}${hint}`;
    const code = isOverLimit(reason) ? 'limit' : 'syntax';
    return { ok: false, refusal: { severity: 'error', code, source, line, column, message } };
  }
  const found = parsed.value;
  if (found !== null && !isMap(found)) {
    const message = `expected a map of keys such as "write_files:", found ${describeType(found)}`;
    return { ok: false, refusal: { severity: 'error', code: 'type', source, ...parsed.locate([]), message } };
  }
  return { ok: true, raw: found ?? {}, parsed };
}

/** Says what is odd about a document that could be read: nothing in it, keys given twice, tags that are left out, words that lose their point. `toFile` where the text was made. */
export function remarkOnConfig(
  list: DiagnosticList,
  { part, toFile = (place) => place }: { part: Part; toFile?: (place: Place) => Place },
  config: ConfigText & { ok: true },
): void {
  const { source } = part;
  for (const problem of config.problems ?? []) {
    const { line = 1, column = 1 } = problem;
    list.add(problem.severity, () => ({ ...problem, ...toFile({ line, column }) }));
  }
  if (Object.keys(config.raw).length === 0) {
    const message = 'the document is empty: it asks for nothing';
    list.add('note', () => ({ code: 'missing', source, ...toFile({ line: part.headerLine, column: 1 }), message }));
  }
  for (const { path, line, column } of config.parsed.duplicates) {
    list.add('warning', () => {
      const message = `the key ${quoteKey(String(path.at(-1)))} is given twice; the last one counts`;
      return { code: 'duplicate-key', source, ...toFile({ line, column }), ...namePath(path.slice(0, -1)), message };
    });
  }
  for (const { path, line, column, tag } of config.parsed.tagProblems) {
    list.add('note', () => {
      const message = `the tag ${tag} is left out; the value stays a string`;
      return { code: 'type', source, ...toFile({ line, column }), ...namePath(path), message };
    });
  }
  for (const { path, line, column } of config.parsed.wholeFloats.filter((found) => isWordOfCommand(found.path))) {
    list.add('warning', () => {
      const message =
        'expected a string, found a whole number with a point, which the command gets without it: quote the word';
      return { code: 'value', source, ...toFile({ line, column }), ...namePath(path), message };
    });
  }
}

const commandLists: ReadonlySet<unknown> = new Set(['bootcmd', 'runcmd']);

/** Whether a value is a word of a command: only there its spelling counts, and no planner can tell `1.0` from `1`. */
function isWordOfCommand(path: KeyPath): boolean {
  return path.length === 3 && commandLists.has(path[0]);
}

function hasTemplateMark(text: string, line: number): boolean {
  return text.split('\n', line).at(-1)?.includes('{{') ?? false;
}
