// "#cloud-config" documents: YAML as PyYAML reads it, each key validated by the module that owns it (decisions.md D10, D11).

import type { ModuleDefinition } from '../../../core/define.ts';
import { type Diagnostic, describeType } from '../../../core/diagnostic.ts';
import { parseYaml, type YamlDocument } from '../../../yaml/parse.ts';
import { createDiagnosticList, type DiagnosticList } from '../../diagnostic-list.ts';
import { namePath, quoteKey } from '../../key-names.ts';
import { definePartFormat, type Part, type PartMeaning } from '../../part-format.ts';
import { isMap } from '../../pruned-value.ts';
import { validateConfig } from '../../validate-config.ts';

export const cloudConfig = definePartFormat({
  name: 'cloud-config',
  header: '#cloud-config',
  recognise: recogniseHeader,
  interpret: interpretConfig,
});

/** As cloud-init, every line that begins with "#cloud-config" counts; only the exact line passes without a note. */
function recogniseHeader(firstLine: string): 'exact' | 'loose' | undefined {
  if (firstLine === '#cloud-config') return 'exact';
  return /^#\s*cloud-config/i.test(firstLine) ? 'loose' : undefined;
}

function interpretConfig(part: Part, modules: readonly ModuleDefinition[]): PartMeaning {
  const { source } = part;
  const parsed = parseYaml(part.text);
  if (!parsed.ok) {
    const { line, column, reason } = parsed;
    const hint = hasTemplateMark(part.text, line) ? '; "{{" looks like a template that was not filled in' : '';
    return refuse({ severity: 'error', code: codeOf(reason), source, line, column, message: `${reason}${hint}` });
  }
  const found = parsed.value;
  if (found !== null && !isMap(found)) {
    const message = `expected a map of keys such as "write_files:", found ${describeType(found)}`;
    return refuse({ severity: 'error', code: 'type', source, ...parsed.locate([]), message });
  }
  const raw = found ?? {};
  const list = createDiagnosticList(source);
  if (Object.keys(raw).length === 0) {
    list.add('note', () => {
      return {
        code: 'missing',
        line: part.headerLine,
        column: 1,
        message: 'the document is empty: it asks for nothing',
      };
    });
  }
  addRemarks(list, parsed);
  const sections = validateConfig({ raw, locate: parsed.locate, source, modules, list });
  return { document: { sections, raw }, diagnostics: list.close(), usable: true };
}

function refuse(diagnostic: Diagnostic): PartMeaning {
  return { diagnostics: [diagnostic], usable: false };
}

function addRemarks(list: DiagnosticList, { duplicates, tagProblems }: YamlDocument): void {
  for (const { path, line, column } of duplicates) {
    list.add('warning', () => {
      const message = `the key ${quoteKey(String(path.at(-1)))} is given twice; the last one counts`;
      return { code: 'duplicate-key', line, column, ...namePath(path.slice(0, -1)), message };
    });
  }
  for (const { path, line, column, tag } of tagProblems) {
    list.add('note', () => {
      return {
        code: 'type',
        line,
        column,
        ...namePath(path),
        message: `the tag ${tag} is left out; the value stays a string`,
      };
    });
  }
}

function hasTemplateMark(text: string, line: number): boolean {
  return text.split('\n', line).at(-1)?.includes('{{') ?? false;
}

/** The reader's own limits, as opposed to text that is not YAML. */
function codeOf(reason: string): 'limit' | 'syntax' {
  return /^(?:too many|nested too deeply)/.test(reason) ? 'limit' : 'syntax';
}
