// Which archive of the distribution this guest uses: by its architecture, else what its own sources say.

import type { ModuleContext } from '../../core/define.ts';
import type { Facts } from '../../core/facts.ts';
import type { Step } from '../../core/plan.ts';
import { describeLogins, splitCredentials } from './credentials.ts';
import { common, planKey } from './key-steps.ts';
import type { Apt, AptSettings, Mirror } from './schema.ts';
import { findArchive, isUbuntu } from './source-entries.ts';
import type { Variables } from './variables.ts';

export type Mirrors = {
  /** Undefined: nobody asks for another than there is. */
  readonly primary: string | undefined;
  readonly security: string | undefined;
  readonly variables: Variables;
  /** Keys and lists of mirrors. */
  readonly steps: readonly Step[];
};

export function chooseMirrors(settings: AptSettings, context: ModuleContext<Apt>): Mirrors {
  const { facts } = context;
  const steps: Step[] = [];
  const primary = chooseMirror('primary', settings, context, steps);
  // Debian's security updates are an archive of their own, which mirrors need not have.
  const security = chooseMirror('security', settings, context, steps) ?? (isUbuntu(facts.os) ? primary : undefined);
  const now = findArchive(facts);
  const { codename } = facts.os;
  const names = { MIRROR: primary ?? now.primary, SECURITY: security ?? now.security, RELEASE: codename };
  const upper = { ...names, PRIMARY: names.MIRROR };
  const lower = { mirror: upper.MIRROR, primary: upper.PRIMARY, security: upper.SECURITY, codename };
  return { primary, security, variables: { ...upper, ...lower }, steps };
}

function chooseMirror(
  which: 'primary' | 'security',
  settings: AptSettings,
  context: ModuleContext<Apt>,
  steps: Step[],
): string | undefined {
  const list = settings[which] ?? [];
  const index = findByArchitecture(list, context.facts);
  const mirror = list[index];
  if (mirror === undefined) return undefined;
  const path = ['apt', which, index] as const;
  if (settings.preserve_sources_list === true) {
    const message = 'without effect on sources.list beside preserve_sources_list';
    context.report({ severity: 'note', code: 'value', message }, path);
  }
  const key = planKey(mirror, which, { restricted: false, path }, context);
  if (key !== undefined) steps.push(key.step);
  const [first, ...others] = mirror.uri === undefined ? (mirror.search ?? []) : [mirror.uri];
  if (mirror.search_dns === true) {
    const message = 'mirrors are not looked for by names of the domain; give uri or search';
    const severity = first === undefined ? 'error' : 'warning';
    context.report({ severity, code: 'unsupported-key', message }, [...path, 'search_dns']);
  }
  const { text, logins } = splitCredentials(first ?? '');
  if (logins !== undefined) steps.push(describeLogins(which, logins, context.place(path)));
  if (first === undefined) return undefined;
  if (others.length === 0) return text;
  const file = `/etc/apt/mirrors/guest-init-${which}.list`;
  const content = [text, ...others].map((uri, at) => `${uri}\tpriority:${at + 1}\n`).join('');
  steps.push({
    ...{ ...common, id: `apt/mirrors/${which}`, summary: file, source: context.place([...path, 'search']) },
    action: { kind: 'file', path: file, content, mode: 0o644 },
  });
  return `mirror+file:${file}`;
}

/** The entry that names the architecture, else the last that is for any; -1 where there is none. */
function findByArchitecture(list: readonly Mirror[], { architecture }: Facts): number {
  const own = list.findIndex(({ arches }) => arches.includes(architecture));
  return own === -1 ? list.findLastIndex(({ arches }) => arches.includes('default')) : own;
}
