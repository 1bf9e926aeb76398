// From ssh_pwauth to sshd's configuration, sshd_config(5), and a reload of an sshd that is already running.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { noWords, type Ssh, yesWords } from './schema.ts';

const dropInPath = '/etc/ssh/sshd_config.d/10-guest-init.conf';
const mainPath = '/etc/ssh/sshd_config';

/** Steps `ssh/pwauth` and `ssh/reload` unless the document leaves the setting as it is. */
export function planSsh(context: ModuleContext<Ssh>): Step[] {
  const wanted = context.config.ssh_pwauth;
  if (typeof wanted === 'string' && wanted.toLowerCase() !== 'unchanged') {
    const message = 'a quoted word; true or false without quotes says it today';
    context.report({ severity: 'note', code: 'deprecated', message }, ['ssh_pwauth']);
  }
  const value = toSshdValue(wanted);
  if (value === undefined) return [];
  const source = context.place(['ssh_pwauth']);
  return [
    {
      id: 'ssh/pwauth',
      module: 'ssh',
      stage: 'early',
      action: context.facts.sshdDropIns
        ? {
            kind: 'file',
            path: dropInPath,
            content: `# ssh_pwauth of user_data; made by guest-init for this instance.\nPasswordAuthentication ${value}\n`,
            mode: 0o600,
            owner: 'root',
            group: 'root',
            check: 'sshd',
          }
        : {
            kind: 'lines',
            path: mainPath,
            mode: 0o600,
            // The small letters mark the line as ours: sshd does not mind, and a line of others, perhaps inside a Match block, stays.
            rules: [
              { pattern: '^passwordauthentication (yes|no)$', line: `passwordauthentication ${value}`, add: 'top' },
            ],
            check: 'sshd',
          },
      summary: `password login by ssh: ${value}`,
      source,
    },
    {
      id: 'ssh/reload',
      module: 'ssh',
      stage: 'early',
      action: { kind: 'service', units: ['ssh.service', 'sshd.service'], verb: 'reload', onChangeOf: ['ssh/pwauth'] },
      summary: 'sshd told about it, if it runs',
      source,
      needs: ['ssh/pwauth'],
    },
  ];
}

function toSshdValue(wanted: Ssh['ssh_pwauth']): 'yes' | 'no' | undefined {
  if (typeof wanted === 'boolean') return wanted ? 'yes' : 'no';
  const word = wanted?.toLowerCase() ?? '';
  if (yesWords.includes(word)) return 'yes';
  return noWords.includes(word) ? 'no' : undefined;
}
