// Sources beside the distribution's own: a file below sources.list.d each, with its key, or a repository that add-apt-repository knows.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { explainMalformed } from './check-entries.ts';
import { describeLogins, splitCredentials } from './credentials.ts';
import { common, planKey } from './key-steps.ts';
import type { Mirrors } from './mirrors.ts';
import type { Apt, AptSettings, Source } from './schema.ts';
import { isDeb822 } from './source-entries.ts';
import { nameUnknown } from './sources-list.ts';
import { fillIn } from './variables.ts';

const folder = '/etc/apt/sources.list.d';

/** cloud-init's: `ppa:owner/name`. */
const defaultMatch = '^[\\w-]+:\\w';

type Part = {
  readonly text: string;
  readonly append: boolean;
  readonly place: string;
  readonly needs: readonly string[];
};

/** Keys first, then the files in the order of their first mention. */
export function planSources(settings: AptSettings, mirrors: Mirrors, context: ModuleContext<Apt>): Step[] {
  const steps: Step[] = [];
  const files = new Map<string, Part[]>();
  const match = readMatch(settings, context);
  for (const [name, given] of Object.entries(settings.sources ?? {})) {
    const path = ['apt', 'sources', name] as const;
    const file = nameFile(name, given, context);
    const stem = baseName(file).replace(/\.[a-z]+$/, '');
    const restricted = given.source !== undefined && /\$(?:KEY_FILE\b|\{KEY_FILE\})/.test(given.source);
    const key = planKey(given, stem, { restricted, path }, context);
    if (key !== undefined) steps.push(key.step);
    if (given.source === undefined) continue;
    const filled = fillIn(given.source, { ...mirrors.variables, KEY_FILE: key?.path });
    if (!('text' in filled)) {
      context.report({ severity: 'error', code: 'value', message: nameUnknown(filled.unknown) }, [...path, 'source']);
      continue;
    }
    const needs = key === undefined ? [] : [key.step.id];
    const place = context.place([...path, 'source']);
    if (match.test(filled.text)) {
      steps.push(describeRepository(stem, filled.text.trim(), place, needs));
      continue;
    }
    const malformed = explainMalformed(filled.text);
    if (malformed !== undefined) {
      const message = `${malformed}; the source is left out, since apt would stop at it`;
      context.report({ severity: 'error', code: 'value', message }, [...path, 'source']);
      continue;
    }
    const { text, logins } = splitCredentials(filled.text);
    if (logins !== undefined) steps.push(describeLogins(stem, logins, place));
    files.set(file, [...(files.get(file) ?? []), { text, append: given.append !== false, place, needs }]);
  }
  return [...steps, ...[...files].flatMap(([path, parts]) => describeSources(path, parts))];
}

function readMatch({ add_apt_repo_match: pattern = defaultMatch }: AptSettings, context: ModuleContext<Apt>): RegExp {
  try {
    return new RegExp(pattern);
  } catch {
    const message = 'not a regular expression of JavaScript; that of cloud-init is used';
    context.report({ severity: 'error', code: 'value', message }, ['apt', 'add_apt_repo_match']);
    return new RegExp(defaultMatch);
  }
}

/** apt reads names of letters, digits, "_", "-" and "." alone, with the ending of their form. */
function nameFile(name: string, { filename, source = '' }: Source, context: ModuleContext<Apt>): string {
  const wanted = filename ?? name;
  const path = wanted.startsWith('/') ? wanted : `${folder}/${wanted}`;
  const ending = isDeb822(source) ? '.sources' : '.list';
  const base = baseName(path).replace(/\.(?:list|sources)$/, '');
  const clean = base.replace(/[^A-Za-z0-9_.-]+/g, '-').replace(/^\.+/, '-');
  if (clean !== base && filename !== undefined) {
    const message = `apt would not read a file of that name; it is written as ${clean}${ending}`;
    context.report({ severity: 'warning', code: 'value', message }, ['apt', 'sources', name, 'filename']);
  }
  return `${path.slice(0, path.lastIndexOf('/'))}/${clean}${ending}`;
}

function describeRepository(name: string, source: string, place: string, needs: readonly string[]): Step {
  return {
    ...{ ...common, id: `apt/repository/${name}`, summary: source, source: place },
    ...(needs.length > 0 ? { needs } : {}),
    action: {
      kind: 'exec',
      label: `add-apt-repository ${source}`,
      command: { argv: ['add-apt-repository', '--yes', '--no-update', source] },
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    },
  };
}

/** Lines beside those that are there, each once; the whole file where an entry asks for that, or in the form of stanzas. */
function describeSources(path: string, parts: readonly Part[]): Step[] {
  const whole = parts.findLastIndex(({ append, text }) => !append || isDeb822(text));
  const counted = whole === -1 ? parts : parts.slice(whole);
  const [first] = counted;
  if (first === undefined) return [];
  const needs = [...new Set(counted.flatMap((part) => part.needs))];
  const step = {
    ...{ ...common, id: `apt/source/${baseName(path)}`, summary: path, source: first.place },
    ...(needs.length > 0 ? { needs } : {}),
  };
  const texts = counted.map(({ text }) => text.trimEnd());
  if (whole !== -1) {
    const content = `${texts.join(isDeb822(first.text) ? '\n\n' : '\n')}\n`;
    return [{ ...step, action: { kind: 'file', path, content, mode: 0o644 } }];
  }
  const lines = [...new Set(texts.flatMap((text) => text.split('\n')))].filter((line) => line.trim() !== '');
  const rules = lines.map((line) => ({
    pattern: `^${escapePattern(line.trimEnd())}\\s*$`,
    line: line.trimEnd(),
    add: 'end' as const,
  }));
  return rules.length === 0 ? [] : [{ ...step, action: { kind: 'lines', path, mode: 0o644, rules } }];
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
