// Plans ansible's installation, ansible-galaxy, ansible-pull and ansible-playbook, each a command with a record of its own.

import type { ExecAction } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { formatShellWord } from '../../core/shell-word.ts';
import { type Family, findFamily } from '../../distros/family.ts';
import { planInstall } from '../packages/plan-install.ts';
import type { Ansible } from './schema.ts';

/** What brings pip to Pythons of the distributions, by family. */
const pipPackages: Readonly<Partial<Record<Family, string>>> = { alpine: 'py3-pip', arch: 'python-pip' };

/**
 * Steps `ansible/pip`, `ansible/install`, `ansible/galaxy/N`, `ansible/pull/N`, `ansible/repository/N` and `ansible/playbook/N`, all late,
 * each after the one before it has succeeded.
 */
export function planAnsible(context: ModuleContext<Ansible>): Step[] {
  const { config, place, report } = context;
  const given = config.ansible;
  if (given === undefined) return [];
  const { run_user: user, ansible_config, galaxy, pull, install_method, package_name = 'ansible' } = given;
  const common = ansible_config === undefined ? {} : { ANSIBLE_CONFIG: ansible_config };
  const isPip = install_method === 'pip';
  const steps: Step[] = [];
  const add = (
    id: string,
    path: readonly (string | number)[],
    argv: readonly string[],
    more: { env?: Readonly<Record<string, string>>; folder?: string } = {},
  ): void => {
    const before = steps.at(-1)?.id;
    const env = { ...common, ...more.env };
    const label = argv.slice(0, argv[0] === 'python3' ? 4 : 1).join(' ');
    const inFolder = more.folder === undefined ? argv : ['sh', '-c', 'cd "$0" && exec "$@"', more.folder, ...argv];
    const command = user === undefined ? { argv: inFolder } : { argv: becomeUser(user, inFolder, env, isPip) };
    const action: ExecAction = { kind: 'exec', label, command, ...(user === undefined ? { env } : {}) };
    steps.push({
      ...{ id, module: 'ansible', stage: 'late', summary: label, source: place(['ansible', ...path]), action },
      ...(before === undefined ? {} : { needs: [before] }),
    });
  };
  const install = planInstall(
    context,
    { id: isPip ? 'ansible/pip' : 'ansible/install', module: 'ansible', source: place(['ansible']) },
    isPip
      ? {
          packages: [{ name: pipPackages[findFamily(context.facts.os) ?? 'debian'] ?? 'python3-pip' }],
          program: 'pip3',
        }
      : { packages: [{ name: package_name }], program: 'ansible' },
  );
  if (install !== undefined) steps.push(install);
  if (isPip) {
    const own = user === undefined ? [] : ['--user'];
    add('ansible/install', ['install_method'], ['python3', '-m', 'pip', 'install', ...own, package_name], {
      // Pythons of distributions refuse packages beside their own (PEP 668); pips that know no such rule pass over it.
      env: { PIP_BREAK_SYSTEM_PACKAGES: '1' },
    });
  }
  galaxy?.actions.forEach((argv, index) => {
    add(`ansible/galaxy/${index}`, ['galaxy', 'actions', index], argv);
  });
  const pulls = pull === undefined ? [] : Array.isArray(pull) ? pull : [pull];
  pulls.forEach((entry, index) => {
    const path = Array.isArray(pull) ? ['pull', index] : ['pull'];
    const playbooks = [
      ...(entry.playbook_names ?? []),
      // Several in one text, as cloud-init's examples have it.
      ...(entry.playbook_name?.split(/\s+/).filter((name) => name !== '') ?? []),
    ];
    if (playbooks.length > 0) add(`ansible/pull/${index}`, path, ['ansible-pull', ...listOptions(entry), ...playbooks]);
    else report({ severity: 'error', code: 'missing', message: 'playbook_name is missing' }, ['ansible', ...path]);
  });
  given.setup_controller?.repositories?.forEach(({ source, path }, index) => {
    add(`ansible/repository/${index}`, ['setup_controller', 'repositories', index], ['git', 'clone', source, path]);
  });
  given.setup_controller?.run_ansible?.forEach(({ playbook_dir: folder, playbook_name, ...options }, index) => {
    const argv = ['ansible-playbook', playbook_name, ...listOptions(options)];
    add(`ansible/playbook/${index}`, ['setup_controller', 'run_ansible', index], argv, { folder });
  });
  return steps;
}

/** Long options of ansible's commands; what names no option is left out. */
function listOptions({
  playbook_name: _,
  playbook_names: __,
  ...options
}: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(options).flatMap(([key, value]) => {
    if (value === undefined || value === false) return [];
    const option = `--${key.replaceAll('_', '-')}`;
    return [value === true ? option : `${option}=${value}`];
  });
}

/** In a login shell, as cloud-init does: with the home and groups of the user. */
function becomeUser(
  user: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  hasOwnPrograms: boolean,
): string[] {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${formatShellWord(value)} `);
  const path = hasOwnPrograms ? 'PATH="$HOME/.local/bin:$PATH" ' : '';
  return ['su', '-', user, '-c', `${path}${settings.join('')}${argv.map(formatShellWord).join(' ')}`];
}
