// HostCertificate of sshd_config(5) for each certificate that comes with a host key.

import type { GivenHostKey } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';

const dropInPath = '/etc/ssh/sshd_config.d/11-guest-init-certificates.conf';
const mainPath = '/etc/ssh/sshd_config';

/** Steps `ssh/certificates` and the reload of a running sshd; none without certificates. */
export function planCertificates(
  { facts, place }: Pick<ModuleContext<unknown>, 'facts' | 'place'>,
  given: readonly GivenHostKey[],
): Step[] {
  const paths = given
    .filter(({ certificate }) => certificate !== undefined)
    .map(({ type }) => `/etc/ssh/ssh_host_${type}_key-cert.pub`);
  if (paths.length === 0) return [];
  const common = { module: 'ssh-host-keys', stage: 'early', source: place(['ssh_keys']) } as const;
  const lines = paths.map((path) => `HostCertificate ${path}\n`).join('');
  const content = `# Certificates of ssh_keys; made by guest-init for this instance.\n${lines}`;
  return [
    {
      ...{ ...common, id: 'ssh/certificates', summary: `sshd shows ${paths.join(', ')}`, needs: ['ssh/host_keys'] },
      action: facts.sshdDropIns
        ? { kind: 'file', path: dropInPath, content, mode: 0o600, check: 'sshd' }
        : {
            ...{ kind: 'lines', path: mainPath, mode: 0o600, check: 'sshd' },
            // In small letters, as the line of ssh_pwauth: they are known as ours.
            rules: paths.map((path) => ({
              ...{ pattern: `^hostcertificate ${path.replaceAll('.', '\\.')}$`, add: 'top' as const },
              line: `hostcertificate ${path}`,
            })),
          },
    },
    {
      ...{ ...common, id: 'ssh/certificates_reload', summary: 'sshd told about it, if it runs' },
      needs: ['ssh/certificates'],
      action: {
        ...{ kind: 'service', units: ['ssh.service', 'sshd.service'], verb: 'reload' },
        onChangeOf: ['ssh/certificates'],
      },
    },
  ];
}
