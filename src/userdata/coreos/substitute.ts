// `$private_ipv4` and its like in the text of a CoreOS document, replaced before YAML is read, as coreos-cloudinit does. A backslash before a
// name keeps it. An address that nobody knows becomes a mark, so that what would hold it can be found and left out.

import { type AddressName, addressNames, type InstanceAddresses } from '../../core/instance-addresses.ts';

type Place = { readonly line: number; readonly column: number };

/** A name that stands for nothing, with the place where it was written. */
export type UnsetName = Place & { readonly name: AddressName };

export type Substituted = {
  readonly text: string;
  /** By the number that its mark carries. */
  readonly unset: readonly UnsetName[];
  /** From a place in the new text to the one in the text as it was written. */
  toWritten(place: Place): Place;
};

/** Private use characters around a number: nothing that YAML reads in another way. */
const mark = '\ue0c5';
const markPattern = /\ue0c5(\d+)\ue0c5/g;
const namePattern = new RegExp(String.raw`(\\?)\$(${addressNames.join('|')})`, 'g');

/** Replaces every name; undefined where the text holds none. The number of lines stays. */
export function substituteAddresses(text: string, addresses: InstanceAddresses): Substituted | undefined {
  const unset: UnsetName[] = [];
  const byLine = new Map<number, { readonly at: number; readonly written: number; readonly now: number }[]>();
  const lines = text.split('\n').map((line, index) => {
    if (!line.includes('$')) return line;
    return line.replace(namePattern, (whole: string, backslash: string, name: AddressName, at: number) => {
      const now =
        backslash === ''
          ? (addresses[name] ?? makeMark(unset, { name, line: index + 1, column: at + 1 }))
          : whole.slice(1);
      const edits = byLine.get(index + 1) ?? [];
      byLine.set(index + 1, [...edits, { at, written: whole.length, now: now.length }]);
      return now;
    });
  });
  if (byLine.size === 0) return undefined;
  return {
    text: lines.join('\n'),
    unset,
    toWritten({ line, column }) {
      let offset = 0;
      for (const { at, written, now } of byLine.get(line) ?? []) {
        if (column - 1 + offset <= at) break;
        // Inside what was put in: where its name stands.
        if (column - 1 + offset < at + now) return { line, column: at + 1 };
        offset += written - now;
      }
      return { line, column: column + offset };
    },
  };
}

function makeMark(unset: UnsetName[], found: UnsetName): string {
  unset.push(found);
  return `${mark}${unset.length - 1}${mark}`;
}

/** Numbers of the marks in a text. */
export function findMarks(text: string): number[] {
  return text.includes(mark) ? [...text.matchAll(markPattern)].map(([, number]) => Number(number)) : [];
}
