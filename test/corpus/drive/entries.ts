// All entries of the class.

import type { Entry } from '../entry.ts';
import { files } from './files.ts';
import { metadataText } from './metadata-text.ts';

export const entries: readonly Entry[] = [...files, ...metadataText];
