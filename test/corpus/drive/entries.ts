// All entries of the class.

import type { Entry } from '../entry.ts';
import { files } from './files.ts';

export const entries: readonly Entry[] = [...files];
