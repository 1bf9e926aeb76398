// Plans the files of rsyslog.d, a look at them by rsyslogd itself, and the restart.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { planInstall } from '../packages/plan-install.ts';
import { describeRemote } from './remotes.ts';
import type { Rsyslog, Settings } from './schema.ts';

/** Late: packages come first. The daemon must be there, then the files, then the look, then the restart. */
export function planRsyslog(context: ModuleContext<Rsyslog>): Step[] {
  const settings = readSettings(context);
  if (settings === undefined) return [];
  const files = gatherFiles(settings, context);
  const common = { module: 'rsyslog', stage: 'late', source: context.place(['rsyslog']) } as const;
  const { check_exe: program, packages, install_rsyslog: isAskedFor } = settings;
  if (files.size === 0 && !isAskedFor) return [];
  const first = { ...common, id: 'rsyslog/daemon' };
  const software = { program, packages: packages.map((name) => ({ name })) };
  const required: Step = (isAskedFor ? planInstall(context, first, software) : undefined) ?? {
    ...{ ...first, summary: program },
    action: { kind: 'require', program, purpose: 'which keeps the log', packages },
  };
  if (files.size === 0) return [required];
  const written = [...files].map(([path, content]): Step => {
    return {
      ...{ ...common, id: `rsyslog${path}`, summary: path, needs: [required.id] },
      action: { kind: 'file', path, content, mode: 0o644 },
    };
  });
  const onChangeOf = written.map(({ id }) => id);
  const checked: Step = {
    ...{ ...common, id: 'rsyslog/check', summary: 'rsyslogd -N1', needs: onChangeOf },
    action: { kind: 'notify', argv: ['rsyslogd', '-N1'], onChangeOf },
  };
  const isOwn = program !== 'rsyslogd';
  const needs = isOwn ? onChangeOf : [checked.id];
  return [required, ...written, ...(isOwn ? [] : [checked]), planReload({ ...common, needs }, settings, onChangeOf)];
}

function planReload(
  common: Pick<Step, 'module' | 'stage' | 'needs'>,
  { service_reload_command: command }: Settings,
  onChangeOf: readonly string[],
): Step {
  const id = 'rsyslog/reload';
  if (command === 'auto') {
    const units = ['rsyslog.service'];
    const action = { kind: 'service', units, verb: 'restart', onChangeOf } as const;
    return { ...common, id, summary: 'rsyslog.service', action };
  }
  const [word = ''] = command;
  return {
    ...common,
    id,
    summary: word,
    action: { kind: 'exec', label: `rsyslog ${word}`, command: { argv: command } },
  };
}

/** The old form is a list, its folder and file name being keys of their own. */
function readSettings({ config, report }: ModuleContext<Rsyslog>): Settings | undefined {
  const { rsyslog: given, rsyslog_dir: folder, rsyslog_filename: name } = config;
  for (const key of ['rsyslog_dir', 'rsyslog_filename'] as const) {
    if (config[key] === undefined) continue;
    const today = key === 'rsyslog_dir' ? 'rsyslog.config_dir' : 'rsyslog.config_filename';
    report({ severity: 'note', code: 'deprecated', message: `spelt ${today} today` }, [key]);
  }
  if (given === undefined) return undefined;
  if (Array.isArray(given))
    report({ severity: 'note', code: 'deprecated', message: 'spelt rsyslog.configs today' }, ['rsyslog']);
  const settings = Array.isArray(given) ? { ...defaults, configs: given } : (given as Settings);
  return {
    ...settings,
    ...(folder === undefined ? {} : { config_dir: folder }),
    ...(name === undefined ? {} : { config_filename: name }),
  };
}

const defaults: Settings = {
  ...{ configs: [], config_dir: '/etc/rsyslog.d', config_filename: '20-cloud-config.conf', remotes: {} },
  ...{ service_reload_command: 'auto', install_rsyslog: false, check_exe: 'rsyslogd', packages: ['rsyslog'] },
};

/** Entries of one file stand below each other, in their order; the remotes come last, in the default file. */
function gatherFiles(settings: Settings, { config, report }: ModuleContext<Rsyslog>): Map<string, string> {
  const { configs, remotes, config_dir: folder, config_filename: fallback } = settings;
  const texts = new Map<string, string[]>();
  const add = (name: string, text: string): void => {
    const path = name.startsWith('/') ? name : `${folder}/${name}`;
    texts.set(path, [...(texts.get(path) ?? []), text]);
  };
  const place = Array.isArray(config.rsyslog) ? ['rsyslog'] : ['rsyslog', 'configs'];
  for (const [index, entry] of configs.entries()) {
    const { content, filename = fallback } = typeof entry === 'string' ? { content: entry } : entry;
    if (content.trim() !== '') add(filename, content.trimEnd());
    else report({ severity: 'warning', code: 'missing', message: 'says nothing; left out' }, [...place, index]);
  }
  const lines: string[] = [];
  for (const [name, remote] of Object.entries(remotes)) {
    if (remote === null || remote.trim() === '') continue;
    const line = describeRemote(remote);
    if (line !== undefined) lines.push(`${line} # ${name.replaceAll(/\s+/g, ' ')}`);
    else {
      const message = 'expected [filter] [@|@@]host[:port], such as "*.* @@192.0.2.1:10514"';
      report({ severity: 'error', code: 'value', message }, ['rsyslog', 'remotes', name]);
    }
  }
  if (lines.length > 0) add(fallback, ['# begin remotes', ...lines, '# end remotes'].join('\n'));
  return new Map([...texts].map(([path, parts]) => [path, `${parts.join('\n')}\n`]));
}
