// What makes an image not a template: the types that the search for it and its removal share.

import type { GuestReader } from './guest-reader.ts';
import type { ImageRecord } from './image-record.ts';

/**
 * What becomes of a leftover. remove: the file or link goes. remove-tree: the folder with all in it. rewrite: the file keeps its owner and mode
 * and has this content. drop-lines: it loses the lines that fit. tell: people have to judge it, the image is no template until they have. note: told, and no fault of the template.
 */
export type Mend =
  | { readonly kind: 'remove' }
  | { readonly kind: 'remove-tree' }
  | { readonly kind: 'rewrite'; readonly content: Uint8Array | string }
  | { readonly kind: 'drop-lines'; readonly line: RegExp }
  | { readonly kind: 'tell' }
  | { readonly kind: 'note' };

/** One thing of one machine in the image. Never holds a value of the file. */
export type Leftover = {
  readonly path: string;
  /** From 1, where it is one line of the file. */
  readonly line?: number;
  /** A few words: `a private key`. */
  readonly what: string;
  readonly mend: Mend;
};

/** What is only looked for when it is asked for, or else only told. */
export type Asked = { readonly authorizedKeys: boolean; readonly caches: boolean };

export type Search = {
  readonly reader: GuestReader;
  readonly asked: Asked;
  /** The image's own user_data; undefined: none is looked for. */
  readonly userDataPath: string | undefined;
  /** Of the instance that the guest is. */
  readonly record: ImageRecord | undefined;
};

/** One kind of leftover. A class is a file in `classes/`, and a line in `registry.ts`. */
export type LeftoverClass = {
  readonly name: string;
  /** What goes wrong with copies: a few words that follow what was found. */
  readonly why: string;
  find(search: Search): readonly Leftover[];
};
