// Plans apt's settings, keys, sources and answers; all late, as nothing needs them before, then the lists where packages will not fetch them.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { Secret } from '../../core/secret.ts';
import { planConf, planPipelining } from './conf.ts';
import { common } from './key-steps.ts';
import { chooseMirrors } from './mirrors.ts';
import type { Apt } from './schema.ts';
import { planSources } from './sources.ts';
import { planSourcesList } from './sources-list.ts';

/** Steps `apt/…` in the order in which apt needs them. */
export function planApt(context: ModuleContext<Apt>): Step[] {
  const { apt: settings } = context.config;
  if (context.facts.packageManager !== 'apt') {
    const message = 'apt is not the package manager of this guest';
    for (const key of ['apt', 'apt_pipelining'] as const) {
      if (context.config[key] !== undefined) context.report({ severity: 'warning', code: 'guest', message }, [key]);
    }
    return [];
  }
  const pipelining = planPipelining(context);
  if (settings === undefined) return pipelining;
  if (settings.generate_mirrorlists === true) {
    const message = 'lists of mirrors are made by primary and security with more than one entry of search';
    context.report({ severity: 'warning', code: 'unsupported-key', message }, ['apt', 'generate_mirrorlists']);
  }
  const mirrors = chooseMirrors(settings, context);
  const lists = [
    ...mirrors.steps,
    ...planSourcesList(settings, mirrors, context),
    ...planSources(settings, mirrors, context),
  ];
  const before = [...pipelining, ...planConf(settings, context)];
  return [...before, ...lists, ...planUpdate(lists, context), ...planAnswers(settings, context)];
}

/** Packages that are asked for fetch the lists themselves. */
function planUpdate(lists: readonly Step[], { validated, place }: ModuleContext<Apt>): Step[] {
  const { packages, package_update, package_upgrade } = validated;
  const isWanted = package_update === true || package_upgrade === true;
  const hasPackages = typeof packages === 'string' || (Array.isArray(packages) && packages.length > 0);
  if (lists.length === 0 || isWanted || hasPackages) return [];
  return [
    {
      ...{ ...common, id: 'apt/update', summary: 'lists of apt', source: place(['apt']) },
      action: { kind: 'packages', manager: 'apt', task: 'refresh', onChangeOf: lists.map(({ id }) => id) },
    },
  ];
}

/** All sets as one, by the order of their names. */
function planAnswers({ debconf_selections: sets = {} }: NonNullable<Apt['apt']>, context: ModuleContext<Apt>): Step[] {
  const path = ['apt', 'debconf_selections'] as const;
  const names = Object.keys(sets).sort();
  for (const name of names) {
    const lines = (sets[name] ?? '').replace(/\\\n/g, '').split('\n');
    for (const [index, line] of lines.entries()) {
      if (line.trim() === '' || line.trimStart().startsWith('#') || /^\s*\S+\s+\S+\s+\S+/.test(line)) continue;
      const message = `line ${index + 1}: expected "package question type answer"`;
      context.report({ severity: 'error', code: 'value', message }, [...path, name]);
      return [];
    }
  }
  const text = names.map((name) => (sets[name] ?? '').trimEnd()).join('\n');
  if (text.trim() === '') return [];
  const source = context.place(path);
  const summary = names.length === 1 ? 'answers of 1 set' : `answers of ${names.length} sets`;
  return [
    { ...common, id: 'apt/debconf', summary, source, action: { kind: 'debconf', selections: new Secret(`${text}\n`) } },
  ];
}
