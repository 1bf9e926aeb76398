// All entries of the class.

import type { Entry } from '../entry.ts';
import { firstLines } from './first-lines.ts';
import { large } from './large.ts';
import { packedForms } from './packed-forms.ts';

export const entries: readonly Entry[] = [...firstLines, ...packedForms, ...large];
