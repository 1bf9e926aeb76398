// Plans ansible's installation by pip, ansible-galaxy and ansible-pull, each a command with a record of its own.

import type { ExecAction } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import type { Ansible, Pull } from './schema.ts';

/** Steps `ansible/install`, `ansible/galaxy/N` and `ansible/pull/N`, all late, each after the one before it has succeeded. */
export function planAnsible({ config, place, report }: ModuleContext<Ansible>): Step[] {
  const given = config.ansible;
  if (given === undefined) return [];
  const { run_user: user, ansible_config, galaxy, pull, install_method, package_name = 'ansible' } = given;
  if (given.setup_controller !== undefined) {
    const message = 'controllers are not set up; runcmd with git and ansible-playbook does the same';
    report({ severity: 'warning', code: 'unsupported-key', message }, ['ansible', 'setup_controller']);
  }
  const env = ansible_config === undefined ? {} : { ANSIBLE_CONFIG: ansible_config };
  const steps: Step[] = [];
  const add = (id: string, path: readonly (string | number)[], argv: readonly string[]): void => {
    const before = steps.at(-1)?.id;
    const label = argv.slice(0, argv[0] === 'python3' ? 4 : 1).join(' ');
    const command = user === undefined ? { argv } : { argv: becomeUser(user, argv, env, install_method === 'pip') };
    const action: ExecAction = { kind: 'exec', label, command, ...(user === undefined ? { env } : {}) };
    steps.push({
      ...{ id, module: 'ansible', stage: 'late', summary: label, source: place(['ansible', ...path]), action },
      ...(before === undefined ? {} : { needs: [before] }),
    });
  };
  if (install_method === 'pip') {
    const own = user === undefined ? [] : ['--user'];
    add('ansible/install', ['install_method'], ['python3', '-m', 'pip', 'install', ...own, package_name]);
  }
  galaxy?.actions.forEach((argv, index) => {
    add(`ansible/galaxy/${index}`, ['galaxy', 'actions', index], argv);
  });
  const pulls = pull === undefined ? [] : Array.isArray(pull) ? pull : [pull];
  pulls.forEach((entry, index) => {
    const path = Array.isArray(pull) ? ['pull', index] : ['pull'];
    const playbooks = [
      ...(entry.playbook_names ?? []),
      ...(entry.playbook_name === undefined ? [] : [entry.playbook_name]),
    ];
    if (playbooks.length > 0) add(`ansible/pull/${index}`, path, ['ansible-pull', ...listOptions(entry), ...playbooks]);
    else report({ severity: 'error', code: 'missing', message: 'playbook_name is missing' }, ['ansible', ...path]);
  });
  return steps;
}

function listOptions({ playbook_name: _, playbook_names: __, ...options }: Pull): string[] {
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
  const settings = Object.entries(env).map(([name, value]) => `${name}=${quote(value)} `);
  const path = hasOwnPrograms ? 'PATH="$HOME/.local/bin:$PATH" ' : '';
  return ['su', '-', user, '-c', `${path}${settings.join('')}${argv.map(quote).join(' ')}`];
}

function quote(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
