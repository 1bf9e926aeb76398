// Plans the language of the guest: the locale made where it lacks it, and LANG in the distribution's file.

import type { LocaleAction } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { type Family, findFamily } from '../../distros/family.ts';
import type { Locale } from './schema.ts';

/** One step, late: compiling a locale takes seconds, which no login waits for. */
export function planLocale({ config, facts, place, report }: ModuleContext<Locale>): Step[] {
  const { locale: name, locale_configfile: given } = config;
  if (name === undefined || name === false) {
    if (given !== undefined) {
      const message = 'asks for nothing without a locale';
      report({ severity: 'warning', code: 'value', message }, ['locale_configfile']);
    }
    return [];
  }
  const family = findFamily(facts.os);
  const common = { id: 'locale', module: 'locale', stage: 'late', source: place(['locale']) } as const;
  if (family === 'alpine') {
    const path = given ?? '/etc/profile.d/50-guest-init-locale.sh';
    const content = `# Written by guest-init: locale.\nexport CHARSET=UTF-8\nexport LANG=${name}\nexport LC_COLLATE=C\n`;
    return [{ ...common, summary: `${name} (${path})`, action: { kind: 'file', path, content, mode: 0o644 } }];
  }
  const path = given ?? (family === 'debian' ? '/etc/default/locale' : '/etc/locale.conf');
  const generator = findGenerator(family);
  const action: LocaleAction = { kind: 'locale', name, path, ...(generator === undefined ? {} : { generator }) };
  return [{ ...common, summary: `${name} (${path})`, action }];
}

/** Elsewhere the locales of a language are a package. */
function findGenerator(family: Family | undefined): LocaleAction['generator'] {
  const makesLocales = family === 'debian' || family === 'arch' || family === 'gentoo';
  return makesLocales ? { list: '/etc/locale.gen', tool: 'locale-gen' } : undefined;
}
