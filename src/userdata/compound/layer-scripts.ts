// The scripts and hooks of one source, each with its own name.

import { formatPlace } from '../../core/diagnostic.ts';
import { script as scriptFormat } from '../formats/script/index.ts';
import type { Part, Script } from '../part-format.ts';
import { readFirstLine } from '../read-part.ts';
import { placeInTemplate } from './leaf-place.ts';
import type { LocatedLeaf, Report } from './unpack.ts';

type Origin = { readonly isVendor?: true; readonly prefix?: readonly string[] };

/** Reads every script of `leaves`; one without an interpreter is reported and left out. */
export function readScripts(leaves: readonly LocatedLeaf[], report: Report, origin: Origin = {}): Script[] {
  const names = new Set<string>();
  return leaves.flatMap((leaf): Script[] => {
    if (leaf.kind !== 'script' && leaf.kind !== 'hook') return [];
    const part = leaf.kind === 'hook' ? passHookHeader(leaf.part) : leaf.part;
    if (part === undefined) {
      const { source, headerLine: line } = leaf.part;
      report({ severity: 'note', code: 'missing', source, line, column: 1, message: 'nothing stands in this hook' });
      return [];
    }
    const { diagnostics, scripts = [] } = scriptFormat.interpret(part, [], undefined);
    for (const problem of diagnostics) report(placeInTemplate(problem, leaf.toFile));
    return scripts.map(({ bytes, interpreter }) => {
      const name = makeUnique(leaf, names, report);
      const place = { line: part.headerLine, column: 1 };
      const source = formatPlace({ source: part.source, ...(leaf.toFile?.(place) ?? place) });
      return {
        kind: leaf.kind === 'hook' ? 'hook' : 'script',
        name,
        bytes,
        interpreter,
        ...(leaf.frequency === undefined ? {} : { frequency: leaf.frequency }),
        // A source that is one script is known by its name.
        ...(name === 'user_data' ? {} : { source }),
        ...origin,
      };
    });
  });
}

/** The part from behind `#cloud-boothook` on; undefined when nothing follows. */
function passHookHeader(part: Part): Part | undefined {
  const header = /^#\s*cloud-boothook/i.exec(readFirstLine(part))?.[0];
  if (header === undefined) return part;
  const { text } = part;
  const from = part.headerOffset + header.length;
  const skipped = text.slice(from).search(/\S/);
  if (skipped < 0) return undefined;
  const blanks = text.slice(from, from + skipped);
  return { ...part, headerOffset: from + skipped, headerLine: part.headerLine + blanks.split('\n').length - 1 };
}

function makeUnique({ name, part }: LocatedLeaf, names: Set<string>, report: Report): string {
  let unique = name;
  for (let number = 2; names.has(unique); number++) unique = `${name}-${number}`;
  names.add(unique);
  if (unique !== name) {
    const message = `another script has the same name; this one is called ${unique}, and both run`;
    report({ severity: 'warning', code: 'conflict', source: part.source, message });
  }
  return unique;
}
