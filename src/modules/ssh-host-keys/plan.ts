// Plans the host keys of sshd, their certificates, and what the console shows of them.

import type { GivenHostKey, HostKeyType } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { planCertificates } from './certificates.ts';
import { planHostKeys } from './host-keys.ts';
import { halves, type SshHostKeys } from './schema.ts';

type Context = ModuleContext<SshHostKeys>;

const types: readonly HostKeyType[] = ['rsa', 'ecdsa', 'ed25519'];

/** Step `ssh/host_keys`, and those of the certificates. */
export function planSshHostKeys(context: Context): Step[] {
  const { config, facts, instance, place } = context;
  reportIdle(context);
  const given = listGiven(context);
  const wanted = config.ssh_genkeytypes?.filter((type) => type !== 'dsa');
  if (wanted?.length === 0 && given.length === 0 && facts.sshd === 'keyless') {
    const message = 'sshd has no host key and will not start: no type of keys is asked for';
    context.report({ severity: 'warning', code: 'conflict', message }, ['ssh_genkeytypes']);
  }
  const hidden = config.ssh?.emit_keys_to_console === false ? 'all' : config.ssh_fp_console_blacklist;
  const [key] = (['ssh_keys', 'ssh_genkeytypes', 'ssh_deletekeys'] as const).filter(
    (name) => config[name] !== undefined,
  );
  const steps = planHostKeys(
    {
      ...(wanted === undefined ? {} : { types: wanted }),
      given,
      keepsOld: config.ssh_deletekeys === false,
      ...(hidden === undefined ? {} : { hidden }),
      ...(key === undefined ? {} : { source: place([key]) }),
    },
    { id: instance.id, facts },
  );
  return [...steps, ...planCertificates(context, given)];
}

/** The keys whose private half is there: the others are halves of nothing. */
function listGiven({ config, report }: Context): GivenHostKey[] {
  const keys = config.ssh_keys ?? {};
  for (const name of ['dsa_private', 'dsa_public', 'dsa_certificate'] as const) {
    if (keys[name] === undefined) continue;
    const message = 'sshd takes no DSA keys since OpenSSH 7.0; it is left out';
    report({ severity: 'warning', code: 'unsupported-key', message }, ['ssh_keys', name]);
  }
  return types.flatMap((type) => {
    const read = (half: keyof typeof halves): string | undefined => {
      const text = keys[`${type}_${half}`];
      const { pattern, expected } = halves[half];
      if (text === undefined || pattern.test(text)) return text;
      report({ severity: 'error', code: 'value', message: `expected ${expected}` }, ['ssh_keys', `${type}_${half}`]);
      return undefined;
    };
    const [privateKey, publicKey, certificate] = [read('private'), read('public'), read('certificate')];
    if (privateKey !== undefined) {
      return [
        {
          ...{ type, privateKey },
          ...(publicKey === undefined ? {} : { publicKey }),
          ...(certificate === undefined ? {} : { certificate }),
        },
      ];
    }
    for (const name of [`${type}_public`, `${type}_certificate`] as const) {
      if (keys[name] === undefined) continue;
      const message = `there is no usable ${type}_private beside it; it is left out`;
      report({ severity: 'error', code: 'missing', message }, ['ssh_keys', name]);
    }
    return [];
  });
}

/** Keys that ask for what this agent has no place for, or does anyway. */
function reportIdle({ config, report }: Context): void {
  const note = (key: keyof SshHostKeys, message: string): void =>
    report({ severity: 'note', code: 'unsupported-key', message }, [key]);
  if (config.ssh_publish_hostkeys !== undefined && config.ssh_publish_hostkeys.enabled !== false)
    note('ssh_publish_hostkeys', 'a config drive cannot be told the keys; their fingerprints are on the console');
  if (config.ssh_quiet_keygen === false) note('ssh_quiet_keygen', 'what ssh-keygen prints is not shown');
  if (config.no_ssh_fingerprints === false)
    note('no_ssh_fingerprints', 'fingerprints of the keys of users are not shown; plan names the keys');
  if (config.authkey_hash !== undefined && config.no_ssh_fingerprints !== true)
    note('authkey_hash', 'fingerprints of the keys of users are not shown');
  config.ssh_genkeytypes?.forEach((type, index) => {
    if (type !== 'dsa') return;
    const message = 'sshd takes no DSA keys since OpenSSH 7.0; none is made';
    report({ severity: 'note', code: 'deprecated', message }, ['ssh_genkeytypes', index]);
  });
}
