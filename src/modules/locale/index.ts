// locale, locale_configfile: the language of the guest. Follows cloud-init's keys of these names; see README.md for what differs.

import { defineModule } from '../../core/define.ts';
import { planLocale } from './plan.ts';
import { Locale } from './schema.ts';

export const locale = defineModule({
  name: 'locale',
  keys: ['locale', 'locale_configfile'],
  after: ['packages'],
  schema: Locale,
  plan: planLocale,
});
