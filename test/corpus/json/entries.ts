// All entries of the class.

import type { Entry } from '../entry.ts';
import { fields } from './fields.ts';
import { large } from './large.ts';
import { syntax } from './syntax.ts';
import { truncated } from './truncated.ts';

export const entries: readonly Entry[] = [...truncated, ...syntax, ...fields, ...large];
