// From the launch keys and ssh_authorized_keys to the login user's keys, and to root's: usable or bound to a message.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { resolveLoginUser } from '../users/login-user.ts';
import type { PublicKey } from './public-key.ts';
import { readKeys } from './read-keys.ts';
import { redirectOptions } from './redirect.ts';
import type { SshAuthorizedKeys } from './schema.ts';

type Source = {
  readonly block: 'metadata' | 'user-data';
  readonly keys: readonly PublicKey[];
  readonly source: string;
};

/** Steps `ssh_authorized_keys/NAME/BLOCK`: what the metadata gives and what the document gives stay apart in the file. */
export function planSshAuthorizedKeys(context: ModuleContext<SshAuthorizedKeys>): Step[] {
  const { config, instance } = context;
  const login = resolveLoginUser(context);
  const metadata = config.allow_public_ssh_keys === false ? [] : instance.publicKeys;
  const sources: Source[] = [
    { block: 'metadata', keys: readKeys({ metadata, report: context.report }), source: 'metadata public keys' },
    {
      block: 'user-data',
      keys: readKeys({ value: config.ssh_authorized_keys, path: ['ssh_authorized_keys'], report: context.report }),
      source: config.ssh_authorized_keys === undefined ? '' : context.place(['ssh_authorized_keys']),
    },
  ];
  const given = sources.filter(({ keys }) => keys.length > 0);
  const closed = config.disable_root !== false && login.name !== 'root';
  const options = redirectOptions({ from: 'root', to: login.name ?? 'NONE' }, config.disable_root_opts);
  return given.flatMap((source) => [
    ...(login.name === undefined || login.name === 'root' ? [] : [toStep(source, login.name)]),
    toStep(source, 'root', closed ? options : undefined),
  ]);
}

function toStep({ block, keys, source }: Source, user: string, options?: string): Step {
  // sshd reads one options field per line: a key that is bound to our message cannot keep its own options.
  const lines = keys.map((key) =>
    options === undefined && key.options !== undefined ? `${key.options} ${key.line}` : key.line,
  );
  const count = `${lines.length} ${lines.length === 1 ? 'key' : 'keys'}`;
  return {
    id: `ssh_authorized_keys/${user}/${block}`,
    module: 'ssh-authorized-keys',
    stage: 'early',
    action: { kind: 'authorizedKeys', user, keys: lines, block, ...(options === undefined ? {} : { options }) },
    summary: options === undefined ? `${user}: ${count}` : `${user}: ${count}, for a message only`,
    source,
    ...(user === 'root' ? {} : { needs: [`users/${user}`] }),
  };
}
