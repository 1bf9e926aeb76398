// The distribution's own sources: written from the user's text, or as they are with another mirror and without some suites.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { describeLogins, splitCredentials } from './credentials.ts';
import { common } from './key-steps.ts';
import type { Mirrors } from './mirrors.ts';
import type { Apt, AptSettings } from './schema.ts';
import { changeEntries, findArchive, findArchiveOf, isDeb822, isUbuntu } from './source-entries.ts';
import { fillIn } from './variables.ts';

const listPath = '/etc/apt/sources.list';
const off = 'suite disabled by guest-init';
const mark = 'guest-init';

/** Short names of cloud-init's disable_suites. */
const shortNames: Readonly<Record<string, string>> = {
  updates: '$RELEASE-updates',
  backports: '$RELEASE-backports',
  security: '$RELEASE-security',
  proposed: '$RELEASE-proposed',
  release: '$RELEASE',
};

/** Whole files, those that were there kept below /var/lib/guest-init/backup. */
export function planSourcesList(settings: AptSettings, mirrors: Mirrors, context: ModuleContext<Apt>): Step[] {
  const { sources_list: text, disable_suites: disabled, preserve_sources_list: isKept } = settings;
  if (isKept === true) {
    for (const key of ['sources_list', 'disable_suites'] as const) {
      if (settings[key] === undefined) continue;
      const message = 'without effect beside preserve_sources_list';
      context.report({ severity: 'warning', code: 'value', message }, ['apt', key]);
    }
    return [];
  }
  const suites = new Set((disabled ?? []).flatMap((suite, index) => fillSuite(suite, index, mirrors, context)));
  const drop = (content: string): string =>
    suites.size === 0
      ? content
      : changeEntries(content, ({ suites: own }) => ({ suites: own.filter((suite) => !suites.has(suite)) }), off);
  if (text !== undefined) return planGiven(text, drop, mirrors, context);
  const key =
    mirrors.primary !== undefined ? 'primary' : mirrors.security !== undefined ? 'security' : 'disable_suites';
  if (key === 'disable_suites' && suites.size === 0) return [];
  return planChanged(key, drop, mirrors, context);
}

function fillSuite(suite: string, index: number, { variables }: Mirrors, context: ModuleContext<Apt>): string[] {
  const filled = fillIn(shortNames[suite] ?? suite, variables);
  if ('text' in filled) return [filled.text];
  context.report({ severity: 'error', code: 'value', message: nameUnknown(filled.unknown) }, [
    'apt',
    'disable_suites',
    index,
  ]);
  return [];
}

/** The user's own list; the distribution's other file, which would say the same twice, is emptied. */
function planGiven(
  text: string,
  drop: (content: string) => string,
  mirrors: Mirrors,
  context: ModuleContext<Apt>,
): Step[] {
  const source = context.place(['apt', 'sources_list']);
  if (/^## *template: *jinja/i.test(text)) {
    const message = 'a template inside the document is not filled in; make the whole document one';
    context.report({ severity: 'error', code: 'unsupported-key', message }, ['apt', 'sources_list']);
    return [];
  }
  const { text: plain, logins } = splitCredentials(text);
  const filled = fillIn(plain, mirrors.variables);
  if (!('text' in filled)) {
    context.report({ severity: 'error', code: 'value', message: nameUnknown(filled.unknown) }, ['apt', 'sources_list']);
    return [];
  }
  const { os, aptSources } = context.facts;
  const ownDeb822 = `/etc/apt/sources.list.d/${isUbuntu(os) ? 'ubuntu' : 'debian'}.sources`;
  const path = isDeb822(filled.text) ? ownDeb822 : listPath;
  const content = `# Written by guest-init: apt, sources_list.\n${drop(filled.text).trimEnd()}\n`;
  const others = aptSources.filter((file) => file.path !== path && (file.path === listPath || file.path === ownDeb822));
  const emptied = '# Emptied by guest-init: ';
  const live = others.filter((file) => /^\s*[^#\s]/m.test(file.content) || file.content.startsWith(emptied));
  const needs = listNeeds(mirrors);
  return [
    ...(logins === undefined ? [] : [describeLogins('sources_list', logins, source)]),
    { ...common, id: 'apt/sources_list', summary: path, source, ...needs, action: describeFile(path, content) },
    ...live.map(
      (file): Step => ({
        ...{ ...common, id: `apt/sources_list/${baseName(file.path)}`, summary: `${file.path}, emptied`, source },
        action: describeFile(file.path, `${emptied}apt, sources_list is in ${path}.\n`),
      }),
    ),
  ];
}

/** What the guest has, with other words; where it has nothing of the distribution, a list of its usual suites. */
function planChanged(
  key: 'primary' | 'security' | 'disable_suites',
  drop: (content: string) => string,
  mirrors: Mirrors,
  context: ModuleContext<Apt>,
): Step[] {
  const { primary, security } = mirrors;
  const { os, aptSources } = context.facts;
  const source = context.place(['apt', key]);
  const needs = listNeeds(mirrors);
  let seen = 0;
  const files = aptSources.map(({ path, content }) => {
    const mirrored = changeEntries(content, ({ uri, suites }) => {
      const archive = findArchiveOf(suites[0] ?? '', os.codename);
      const wanted = archive === 'security' ? security : primary;
      if (archive !== undefined) seen += 1;
      return archive === undefined || wanted === undefined || uri.startsWith('cdrom:') ? {} : { uri: wanted };
    });
    return { path, before: content, content: drop(mirrored) };
  });
  if (seen === 0 && key !== 'disable_suites') {
    if (os.codename === undefined) {
      const message = 'this guest names no release, and its sources none of the distribution: nothing to change';
      context.report({ severity: 'error', code: 'missing', message }, ['apt', key]);
      return [];
    }
    const lines = listUsual(
      os.codename,
      { ...findArchive(context.facts), ...defined({ primary, security }) },
      isUbuntu(os),
    );
    const content = `# Written by guest-init: apt, ${key}.\n${drop(lines)}`;
    return [
      {
        ...common,
        id: 'apt/mirror/sources.list',
        summary: listPath,
        source,
        ...needs,
        action: describeFile(listPath, content),
      },
    ];
  }
  const note = `# Changed by guest-init: apt, ${key}.\n`;
  return files
    .filter(({ content, before }) => content !== before || content.startsWith(note))
    .map(
      ({ path, content }): Step => ({
        ...{ ...common, id: `apt/mirror/${baseName(path)}`, summary: path, source, ...needs },
        action: describeFile(path, content.startsWith(note) ? content : `${note}${content}`),
      }),
    );
}

function listUsual(
  release: string,
  { primary, security }: { primary: string; security: string },
  ubuntu: boolean,
): string {
  const components = ubuntu ? 'main restricted universe multiverse' : 'main';
  const own = [release, `${release}-updates`, ...(ubuntu ? [`${release}-backports`] : [])];
  const lines = own.map((suite) => `deb ${primary} ${suite} ${components}\n`);
  return `${lines.join('')}deb ${security} ${release}-security ${components}\n`;
}

function defined<T extends Record<string, string | undefined>>(given: T): Record<string, string> {
  return Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function describeFile(path: string, content: string): Step['action'] {
  return { kind: 'file', path, content, mode: 0o644, backup: { mark, path: `/var/lib/guest-init/backup${path}` } };
}

/** An archive whose key could not be had is of no use. */
function listNeeds({ steps }: Mirrors): Pick<Step, 'needs'> {
  return steps.length === 0 ? {} : { needs: steps.map(({ id }) => id) };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function nameUnknown(name: string): string {
  return `${name} stands for nothing here; there are $RELEASE, $MIRROR, $PRIMARY, $SECURITY and, beside a key, $KEY_FILE`;
}
