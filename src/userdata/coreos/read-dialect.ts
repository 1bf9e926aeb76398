// A document that is CoreOS': it has a key `coreos`. Names of addresses are filled in, keys respelt; every place stays that of the file.

import type { Diagnostic } from '../../core/diagnostic.ts';
import type { InstanceAddresses } from '../../core/instance-addresses.ts';
import type { ConfigText } from '../formats/cloud-config/read-config.ts';
import { namePath, quoteKey } from '../key-names.ts';
import type { KeyPath } from '../module-section.ts';
import type { Part } from '../part-format.ts';
import { isMap } from '../pruned-value.ts';
import { respellKeys } from './spelling.ts';
import { findMarks, type Substituted, substituteAddresses } from './substitute.ts';

/** Text that YAML cannot read before its names are filled in (`"\$private_ipv4"`) still says what it is. */
const keyLine = /^["']?coreos["']?[ \t]*:/m;

/**
 * Reads `part` as `readPlain` does and, where it is CoreOS', fills it in. `addresses` undefined: nobody knows them, and names stay.
 * `dropped` are the values that an unknown address would have gone into, each with what belongs together with it.
 */
export function readDialect(
  part: Part,
  readPlain: (part: Part) => ConfigText,
  addresses: InstanceAddresses | undefined,
): ConfigText {
  const plain = readPlain(part);
  const isCoreos = plain.ok ? Object.hasOwn(plain.raw, 'coreos') : keyLine.test(part.text);
  if (!isCoreos) return plain;
  const filled = substituteAddresses(part.text, addresses ?? keepNames);
  const config = filled === undefined ? plain : readPlain({ ...part, text: filled.text });
  const toWritten = filled?.toWritten ?? ((place) => place);
  if (!config.ok) return { ok: false, refusal: { ...config.refusal, ...placeOf(config.refusal, toWritten) } };
  const respelt = respellKeys(config.raw);
  const { parsed } = config;
  const { dropped, problems } = findUnset(respelt.value, filled?.unset ?? [], part.source);
  const covered = respelt.covered.map((path): Diagnostic => {
    const message = `the key ${quoteKey(String(path.at(-1)))} is given in both spellings; the one with "_" counts`;
    const place = toWritten(parsed.locate(path));
    const where = { source: part.source, ...place, ...namePath(path.slice(0, -1)) };
    return { severity: 'warning', code: 'duplicate-key', ...where, message };
  });
  return {
    ok: true,
    raw: respelt.value,
    parsed: {
      ...parsed,
      locate: (path) => toWritten(parsed.locate(respelt.toWritten(path))),
      locateValue: (path) => toWritten(parsed.locateValue(respelt.toWritten(path))),
      duplicates: parsed.duplicates.map((remark) => ({ ...remark, ...toWritten(remark) })),
      tagProblems: parsed.tagProblems.map((remark) => ({ ...remark, ...toWritten(remark) })),
      wholeFloats: parsed.wholeFloats.map((remark) => ({ ...remark, ...toWritten(remark) })),
    },
    dropped,
    problems: [...problems, ...covered],
  };
}

const keepNames: InstanceAddresses = {
  private_ipv4: '$private_ipv4',
  public_ipv4: '$public_ipv4',
  private_ipv6: '$private_ipv6',
  public_ipv6: '$public_ipv6',
};

function placeOf({ line, column }: Diagnostic, toWritten: Substituted['toWritten']): Partial<Diagnostic> {
  return line === undefined ? {} : toWritten({ line, column: column ?? 1 });
}

/** What holds a mark: in a comment it does no harm. */
function findUnset(
  raw: Readonly<Record<string, unknown>>,
  unset: Substituted['unset'],
  source: string,
): { dropped: KeyPath[]; problems: Diagnostic[] } {
  const dropped: KeyPath[] = [];
  const problems = new Map<number, Diagnostic>();
  if (unset.length === 0) return { dropped, problems: [] };
  const meet = (text: string, path: KeyPath): void => {
    for (const number of findMarks(text)) {
      const found = unset[number];
      if (found === undefined) continue;
      const { name, line, column } = found;
      const cut = chooseCut(path, raw);
      dropped.push(cut);
      const what = namePath(cut).path ?? 'the document';
      const message = `$${name} stands for no address: neither the metadata nor the network of the drive has one; ${what} is left out`;
      problems.set(number, { severity: 'error', code: 'missing', source, line, column, ...namePath(path), message });
    }
  };
  const visit = (value: unknown, path: KeyPath): void => {
    if (typeof value === 'string') meet(value, path);
    else if (Array.isArray(value)) for (const [at, item] of value.entries()) visit(item, [...path, at]);
    else if (isMap(value)) {
      for (const key of Object.keys(value)) {
        meet(key, [...path, key]);
        visit(value[key], [...path, key]);
      }
    }
  };
  visit(raw, []);
  return { dropped, problems: [...problems].sort(([a], [b]) => a - b).map(([, problem]) => problem) };
}

/**
 * What goes with a value: all of `coreos`, since a daemon that is started without its settings makes a cluster of its own; else the smallest
 * list entry around it, or the top-level key.
 */
function chooseCut(path: KeyPath, raw: Readonly<Record<string, unknown>>): KeyPath {
  if (path[0] === 'coreos') return ['coreos'];
  let end = 1;
  let outer: unknown;
  let here: unknown = raw;
  for (const [at, key] of path.entries()) {
    if (Array.isArray(here) && !Array.isArray(outer)) end = at + 1;
    outer = here;
    here = Array.isArray(here) ? here[Number(key)] : isMap(here) ? here[String(key)] : undefined;
  }
  return path.slice(0, end);
}
