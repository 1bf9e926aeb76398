// All entries of the class.

import type { Entry } from '../entry.ts';
import { formsAndValues } from './forms-and-values.ts';
import { injectionAccounts } from './injection-accounts.ts';
import { injectionSettings } from './injection-settings.ts';
import { wrongTypes } from './wrong-types.ts';

export const entries: readonly Entry[] = [...wrongTypes, ...formsAndValues, ...injectionAccounts, ...injectionSettings];
