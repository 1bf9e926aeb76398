// Scripts as user_data ("#!"): run once per instance by the interpreter of their first line, as cloud-init's text/x-shellscript.

import type { Diagnostic } from '../../../core/diagnostic.ts';
import { definePartFormat, type Part, type PartMeaning } from '../../part-format.ts';

/** Bytes of the first line that Linux reads, "#!" included. */
const longestFirstLine = 255;

export const script = definePartFormat({
  name: 'script',
  header: '#!/bin/sh',
  recognise: (firstLine) => (firstLine.startsWith('#!') ? 'exact' : undefined),
  interpret: interpretScript,
});

function interpretScript(part: Part): PartMeaning {
  const text = part.text.slice(part.headerOffset);
  const lineEnd = text.indexOf('\n');
  const firstLine = lineEnd < 0 ? text : text.slice(0, lineEnd);
  const [, space = '', interpreter = ''] = /^#!([ \t]*)([^ \t]*)/.exec(firstLine) ?? [];
  const problem = findProblem(firstLine, interpreter);
  if (problem !== undefined) {
    const place = { source: part.source, line: part.headerLine, column: 3 + space.length };
    const diagnostic: Diagnostic = { severity: 'error', ...place, ...problem };
    return { diagnostics: [diagnostic], usable: false };
  }
  const bytes = new Uint8Array(Buffer.from(text));
  return { scripts: [{ kind: 'script', name: 'user_data', bytes, interpreter }], diagnostics: [], usable: true };
}

function findProblem(firstLine: string, interpreter: string): Pick<Diagnostic, 'code' | 'message'> | undefined {
  if (interpreter === '')
    return { code: 'missing', message: 'expected an interpreter such as "#!/bin/sh", found nothing' };
  if (!interpreter.startsWith('/')) {
    return {
      code: 'value',
      message: 'expected the absolute path of an interpreter such as "#!/bin/sh", found another string',
    };
  }
  if (hasControlCharacter(firstLine)) return { code: 'value', message: 'a control character stands in the first line' };
  if (Buffer.byteLength(interpreter) > longestFirstLine - 2) {
    return { code: 'limit', message: `the first line is longer than the ${longestFirstLine} bytes that Linux reads` };
  }
  return undefined;
}

function hasControlCharacter(line: string): boolean {
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if ((code < 32 && code !== 9) || code === 127) return true;
  }
  return false;
}
