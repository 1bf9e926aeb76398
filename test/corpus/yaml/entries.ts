// All entries of the class.

import type { Entry } from '../entry.ts';
import { anchorsKeysCharacters } from './anchors-keys-characters.ts';
import { large } from './large.ts';
import { scalars } from './scalars.ts';
import { syntax } from './syntax.ts';
import { tagsAndDocuments } from './tags-and-documents.ts';

export const entries: readonly Entry[] = [
  ...scalars,
  ...syntax,
  ...tagsAndDocuments,
  ...anchorsKeysCharacters,
  ...large,
];
