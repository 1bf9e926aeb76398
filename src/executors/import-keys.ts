// Public keys that a site has for a person, put into authorized_keys. The site may say anything: what is no plain public key is left out.

import type { ImportKeysAction, KeySource } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { askPatiently } from './ask-patiently.ts';
import { authorizedKeys } from './authorized-keys.ts';
import type { Executor } from './executor.ts';

const limits = { timeoutMs: 15_000, limitBytes: 256 * 1024 } as const;
const maxKeys = 100;

export const importKeys: Executor<ImportKeysAction> = {
  inspect({ user, from }) {
    return { state: 'unknown', changes: [{ op: '+', what: `${user}: the keys that ${nameSource(from)} has then` }] };
  },

  async apply({ user, from }, host, context) {
    const { parsePublicKey } = await import('../modules/ssh-authorized-keys/public-key.ts');
    const who = nameSource(from);
    const { status, body: bytes } = await askPatiently(toUrl(from), host, limits);
    const body = Buffer.from(bytes).toString('utf8');
    if (status === 404) throw new AgentError(exitCodes.internal, `${who}: there is no such person`);
    if (status !== 200) throw new AgentError(exitCodes.internal, `${who}: answered ${status}`);
    const lines = from.site === 'url' ? readJsonKeys(body, who) : body.split('\n').filter((line) => line.trim() !== '');
    // Options would run what the site says.
    const keys = lines
      .map(parsePublicKey)
      .flatMap((key) => ('expected' in key || key.options !== undefined ? [] : [key.line]));
    const left = lines.length - keys.length;
    const complaint = left === 0 ? '' : `, ${left} ${left === 1 ? 'line is' : 'lines are'} no public key`;
    if (keys.length === 0) throw new AgentError(exitCodes.internal, `${who} has no usable key${complaint}`);
    if (keys.length > maxKeys) {
      throw new AgentError(exitCodes.internal, `${who} has ${keys.length} keys; at most ${maxKeys} are taken`);
    }
    const action = { kind: 'authorizedKeys', user, keys, block: nameBlock(from) } as const;
    const count = `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}`;
    if (authorizedKeys.inspect(action, host).state === 'same')
      return { idle: true, message: `${count}, there already` };
    const applied = await authorizedKeys.apply(action, host, context);
    return { ...applied, message: `${count}${complaint}` };
  },
};

/** Throws AgentError for what is no list of keys. */
function readJsonKeys(body: string, who: string): string[] {
  let list: unknown;
  try {
    list = JSON.parse(body);
  } catch {
    list = undefined;
  }
  if (!Array.isArray(list)) throw new AgentError(exitCodes.internal, `${who}: answered no JSON list of keys`);
  return list.map((entry: unknown) => {
    const key = typeof entry === 'object' && entry !== null ? (entry as { key?: unknown }).key : undefined;
    return typeof key === 'string' ? key : '';
  });
}

/** One block a source in authorized_keys; a user has one URL at most, and the URL may hold a token. */
function nameBlock(from: KeySource): string {
  return from.site === 'url' ? 'coreos_ssh_import_url' : `ssh_import_id ${nameSource(from)}`;
}

function toUrl(from: KeySource): string {
  if (from.site === 'url') return from.url;
  const { site, name } = from;
  const person = encodeURIComponent(name);
  return site === 'github' ? `https://github.com/${person}.keys` : `https://launchpad.net/~${person}/+sshkeys`;
}

/** As ssh-import-id(1) writes it. */
function nameSource(from: KeySource): string {
  if (from.site === 'url') return new URL(from.url).host;
  const { site, name } = from;
  return `${site === 'github' ? 'gh' : 'lp'}:${name}`;
}
