// Whether apt can read a source: one entry that it cannot read ends every call of apt.

import { isDeb822, readField } from './source-entries.ts';

/** `deb cdrom:[Debian 12]/ bookworm main` has blanks in its URI. */
const lineForm = /^deb(?:-src)?\s+(?:\[[^\]]*\]\s+)?"?[A-Za-z][A-Za-z0-9+.-]*:(?:\[[^\]]*\])?\S*\s+(\S+)((?:\s+\S+)*)$/;

/** What is wrong with the text of a source, in words that hold nothing of it; undefined when nothing is. */
export function explainMalformed(text: string): string | undefined {
  return isDeb822(text) ? explainStanzas(text) : explainLines(text);
}

function explainLines(text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.replace(/(?:^|\s)#.*$/, '').trim());
  const isEmpty = text.trim() === '';
  const at = lines.findIndex((line) => line !== '' && !isEntry(line));
  if (at === -1 && !isEmpty) return undefined;
  const expected =
    'expected "deb [options] URI suite components", ppa:OWNER/NAME, or fields with Types, URIs and Suites';
  return lines.length === 1 || isEmpty ? expected : `line ${at + 1}: ${expected}`;
}

function isEntry(line: string): boolean {
  const [, suite, components] = lineForm.exec(line) ?? [];
  return suite !== undefined && isComplete([suite], components !== '');
}

/** A suite that ends with a slash is a folder and has no components; every other one has some. */
function isComplete(suites: readonly string[], hasComponents: boolean): boolean {
  return suites.every((suite) => suite.endsWith('/') !== hasComponents);
}

function explainStanzas(text: string): string | undefined {
  const stanzas = text.split(/\r?\n[ \t]*\r?\n\s*/).filter((stanza) => /^[^#\s]/m.test(stanza));
  for (const [index, stanza] of stanzas.entries()) {
    const problem = explainStanza(stanza);
    if (problem !== undefined) return `stanza ${index + 1}: ${problem}`;
  }
  return undefined;
}

function explainStanza(stanza: string): string | undefined {
  const read = (name: string): string[] => readField(stanza, name)?.filter((word) => word !== '') ?? [];
  const missing = ['Types', 'URIs', 'Suites'].find((name) => read(name).length === 0);
  if (missing !== undefined) return `the field ${missing} is missing`;
  if (!read('Types').every((type) => /^deb(?:-src)?$/.test(type))) return 'expected the types deb and deb-src';
  if (!read('URIs').every((uri) => /^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri))) return 'expected URIs with a scheme';
  if (!isComplete(read('Suites'), read('Components').length > 0)) {
    return 'expected Components beside a suite, and none beside one that ends with a slash';
  }
  const isFields = stanza.split('\n').every((line) => /^(?:[#\s]|[^\s:]+:|$)/.test(line));
  return isFields ? undefined : 'expected "Field: value" and lines that begin with a blank';
}
