// An input of the corpus, and what must come of it.

/** What a path of the drive is: bytes, or a form that no honest drive has. `names` many empty files in a folder. */
export type DriveNode =
  | string
  | Uint8Array
  | { readonly link: string }
  | { readonly hardLink: string }
  | { readonly special: 'fifo' | 'socket' | 'folder' }
  | { readonly sparse: number }
  | { readonly mode: number; readonly content: string }
  | { readonly names: number };

/** Files by path, beside an ordinary meta_data.json. Names are bytes: latin1 stands for those that are not UTF-8. */
export type DriveFolder = { readonly drive: Readonly<Record<string, DriveNode>> };

/** A text of interfaces(5), as Nova puts it on the drive. */
export type InterfacesText = { readonly interfaces: string | Uint8Array };

/** A string or bytes on their own are the file that the class is about. */
export type CorpusInput = string | Uint8Array | InterfacesText | DriveFolder;

/**
 * `expected` is `plan` where nothing is said of the input, else each diagnostic as `code line:column`, joined by `; `: errors bare, other
 * severities named before the code, the source before the place where it is not the file under test, `-` where there is no place.
 * An input given as a function is large: the built program judges it in a process of its own, whose time and memory are bounded.
 */
export type Entry = readonly [name: string, input: CorpusInput | (() => CorpusInput), expected: string];

export const corpusClasses = ['json', 'yaml', 'envelope', 'cloud-config', 'network', 'drive'] as const;
export type CorpusClass = (typeof corpusClasses)[number];
