// The contract of a user_data format: a folder that recognises its first line and interprets the text after it.

import type { ModuleDefinition } from '../core/define.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { InstanceAddresses } from '../core/instance-addresses.ts';
import type { WantedDocument } from './compound/include.ts';
import type { ModuleSection } from './module-section.ts';

/** One piece of user_data, decoded: no byte order mark, lines end in LF. */
export type Part = {
  readonly text: string;
  /** The file as the user knows it; every diagnostic of the part carries it. */
  readonly source: string;
  /** Offset in `text` (UTF-16 units) and 1-based line of the first line that is not blank. */
  readonly headerOffset: number;
  readonly headerLine: number;
};

/** A script to run. `interpreter` is the absolute path of its first line. */
export type Script = {
  /** hook: early, at every boot. */
  readonly kind: 'script' | 'hook';
  /** What it is called in the record and in logs: `user_data`, `setup.sh`, `part-002`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly interpreter: string;
  /** instance (default): once for this instance. once: once for this guest, whatever instance it is. */
  readonly frequency?: 'boot' | 'instance' | 'once';
  /** Place of its first line; absent where the name says it. */
  readonly source?: string;
  /** From vendor data, which user_data may switch off. */
  readonly isVendor?: true;
  /** Words of a command that is given the script's path. */
  readonly prefix?: readonly string[];
};

/** A cloud-config document: a section for every module that has work in it, and all its keys as they were written. */
export type ConfigDocument = {
  readonly sections: ReadonlyMap<string, ModuleSection>;
  readonly raw: Readonly<Record<string, unknown>>;
};

/** What a part means. `usable` is false when nothing of it can be applied. */
export type PartMeaning = {
  readonly document?: ConfigDocument;
  readonly scripts?: readonly Script[];
  /** Addresses of #include lists that were not fetched: what they ask for is missing here. */
  readonly wanted?: readonly WantedDocument[];
  readonly diagnostics: readonly Diagnostic[];
  readonly usable: boolean;
};

export type PartFormat = {
  readonly name: string;
  /** The first line as it should be written, for messages. */
  readonly header: string;
  /** Looks at the first line that is not blank: `exact`, or `loose` for a harmless misspelling that is accepted with a note. */
  recognise(firstLine: string): 'exact' | 'loose' | undefined;
  /** `addresses` of the instance, for the documents that name them; undefined where nobody knows them. */
  interpret(part: Part, modules: readonly ModuleDefinition[], addresses: InstanceAddresses | undefined): PartMeaning;
};

/** Types a part format; the identity function at run time. */
export function definePartFormat(format: PartFormat): PartFormat {
  return format;
}
