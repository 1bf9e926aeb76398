// Key of cloud-init's ansible.

import * as v from 'valibot';
import { isAccountName } from '../users/names.ts';

const line = 'text on one line';
const Line = v.pipe(v.string(line), v.regex(/^[^\0\n]+$/, line));
const Flag = v.optional(v.boolean('true or false'));
const Option = v.optional(Line);

const playbook = 'a playbook of the repository, relative to it';
const Playbook = v.pipe(v.string(playbook), v.regex(/^[^-/\0\n][^\0\n]*$/, playbook));

const Text = v.union([Line, v.pipe(v.number(), v.transform(String))], line);
const Folder = v.pipe(v.string('an absolute path'), v.regex(/^\/[^\0\n]*$/, 'an absolute path'));

/** Options of ansible-playbook(1), by their long names with `_` for `-`. */
const Playbooks = v.strictObject({
  playbook_dir: Folder,
  playbook_name: Playbook,
  ...{ become: Flag, check: Flag, diff: Flag, flush_cache: Flag, force_handlers: Flag, ask_vault_password: Flag },
  ...{ list_hosts: Flag, list_tags: Flag, list_tasks: Flag, step: Flag, syntax_check: Flag },
  ...{
    become_method: Option,
    become_user: Option,
    become_password_file: Option,
    connection: Option,
    inventory: Option,
  },
  ...{ connection_password_file: Option, extra_vars: Option, forks: v.optional(Text), limit: Option, user: Option },
  ...{ module_path: Option, private_key: Option, start_at_task: Option, tags: Option, timeout: v.optional(Text) },
  ...{ ssh_common_args: Option, ssh_extra_args: Option, scp_extra_args: Option, sftp_extra_args: Option },
  ...{ skip_tags: Option, vault_id: Option, vault_password_file: Option, background: v.optional(Text) },
});

const Controller = v.strictObject({
  repositories: v.optional(v.array(v.strictObject({ source: Line, path: Folder }), 'a list of repositories')),
  run_ansible: v.optional(v.array(Playbooks, 'a list of maps with playbook_dir and playbook_name')),
});

/** Options of ansible-pull(1), by their long names with `_` for `-`. */
const Pull = v.strictObject({
  url: Line,
  playbook_name: v.optional(Playbook),
  playbook_names: v.optional(v.array(Playbook, 'a list of playbooks')),
  ...{ accept_host_key: Flag, clean: Flag, full: Flag, diff: Flag, verify_commit: Flag },
  ...{ ssh_common_args: Option, scp_extra_args: Option, sftp_extra_args: Option, private_key: Option },
  ...{ checkout: Option, module_path: Option, timeout: Option, connection: Option, vault_id: Option },
  ...{ vault_password_file: Option, inventory: Option, module_name: Option, sleep: Option, tags: Option },
  skip_tags: Option,
});

const User = v.pipe(
  v.string('a user name'),
  v.check((text) => isAccountName(text), 'a user name'),
);

export const Ansible = v.object({
  ansible: v.optional(
    v.strictObject({
      install_method: v.optional(v.picklist(['distro', 'pip'], 'distro or pip')),
      package_name: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9][\w.+=<>~!,[\]-]*$/, 'a name of a package'))),
      run_user: v.optional(User),
      ansible_config: v.optional(v.pipe(v.string(), v.regex(/^\/[^\0\n]+$/, 'an absolute path'))),
      galaxy: v.optional(
        v.strictObject({ actions: v.array(v.pipe(v.array(Line), v.minLength(1, 'a command')), 'a list of commands') }),
      ),
      pull: v.optional(v.union([Pull, v.array(Pull)], 'a map with url and playbook_name, or a list of them')),
      setup_controller: v.optional(Controller),
    }),
  ),
});
export type Ansible = v.InferOutput<typeof Ansible>;
