// Plans a file for each repository of zypper, and lines of zypp.conf.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { describeContent, type Option, renderRepository } from '../yum-repos/ini.ts';
import type { Zypper } from './schema.ts';

const common = { module: 'zypper', stage: 'late' } as const;
const configPath = '/etc/zypp/zypp.conf';

/** The settings first: one of them says where repositories are. */
export function planZypper(context: ModuleContext<Zypper>): Step[] {
  const given = context.config.zypper;
  if (given === undefined) return [];
  if (context.facts.packageManager !== 'zypper') {
    context.report({ severity: 'warning', code: 'guest', message: 'this guest has no zypper' }, ['zypper']);
    return [];
  }
  return [...planSettings(context), ...planRepositories(context)];
}

function planSettings({ config, place, report }: ModuleContext<Zypper>): Step[] {
  const settings = Object.entries(config.zypper?.config ?? {}).filter(([name, value]) => {
    if (name === 'configdir') {
      const message = 'the folder of the configuration cannot be moved from here';
      report({ severity: 'warning', code: 'unsupported-key', message }, ['zypper', 'config', name]);
    }
    return name !== 'configdir' && value !== null && value !== '';
  });
  if (settings.length === 0) return [];
  const rules = settings.map(([name, value]) => ({
    pattern: `^\\s*${name.replace(/[.-]/g, '\\$&')}\\s*=`,
    line: `${name} = ${value}`,
    add: 'end' as const,
  }));
  const section = { pattern: '^\\s*\\[main\\]', line: '[main]', add: 'top', keep: true } as const;
  return [
    {
      ...{ ...common, id: 'zypper/config', summary: configPath, source: place(['zypper', 'config']) },
      action: { kind: 'lines', path: configPath, mode: 0o644, rules: [section, ...rules] },
    },
  ];
}

function planRepositories({ config, place, report }: ModuleContext<Zypper>): Step[] {
  const { repos = [], config: settings = {} } = config.zypper ?? {};
  const wanted = settings['reposdir'];
  const folder =
    typeof wanted === 'string' && wanted.startsWith('/') ? wanted.replace(/\/+$/, '') : '/etc/zypp/repos.d';
  const seen = new Set<string>();
  return repos.flatMap(({ id: name, ...options }, index): Step[] => {
    const id = name.trim().replaceAll(' ', '_');
    if (seen.has(id)) {
      report({ severity: 'error', code: 'value', message: `${id} is there twice; the first counts` }, [
        'zypper',
        'repos',
        index,
      ]);
      return [];
    }
    seen.add(id);
    const path = `${folder}/${id}.repo`;
    const text = `# Written by guest-init: zypper.\n${renderRepository(id, withDefaults(options))}`;
    const backup = { mark: 'guest-init', path: `/var/lib/guest-init/backup${path}` };
    return [
      {
        ...{ ...common, id: `zypper/repos/${id}`, summary: path, source: place(['zypper', 'repos', index]) },
        action: { kind: 'file', path, ...describeContent(text), backup },
      },
    ];
  });
}

/** Names as zypp spells them; a repository is on and refreshed unless it says otherwise. */
function withDefaults(options: Readonly<Record<string, Option>>): Record<string, Option> {
  const spelt = Object.entries(options).map(([key, value]) => [key.toLowerCase().trim().replaceAll('-', '_'), value]);
  return { enabled: 1, autorefresh: 1, ...Object.fromEntries(spelt) };
}
