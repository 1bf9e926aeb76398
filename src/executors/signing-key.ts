// A key that signs packages, fetched from a key server (HKP, draft-shaw-openpgp-hkp) by its id: no gpg on the guest is needed. What the
// server sends is believed only as far as its fingerprint goes.

import type { SigningKeyAction } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { sha256 } from '../host/crypto.ts';
import type { Host } from '../host/host.ts';
import type { Applied, Executor } from './executor.ts';
import { type PublicKey, readArmouredKeys, splitKeys } from './openpgp.ts';
import { makeParentFolders } from './parent-folders.ts';

const timeoutMs = 20_000;
const limitBytes = 4 * 1024 * 1024;

export const signingKey: Executor<SigningKeyAction> = {
  inspect({ path, keyId }, host) {
    const present = host.readFile(path);
    if (present !== undefined && splitKeys(present).some((key) => isKey(key, keyId))) return { state: 'same' };
    return { state: 'differs', changes: [{ op: '+', what: `${path}  key ${keyId}` }] };
  },

  async apply(action, host): Promise<Applied> {
    const complaints: string[] = [];
    for (const server of action.servers) {
      const text = await fetchKey(server, action.keyId, host);
      if ('complaint' in text) {
        complaints.push(text.complaint);
        continue;
      }
      const keys = readArmouredKeys(text.body).filter((key) => isKey(key, action.keyId));
      if (keys.length > 0) return writeKeys(keys, action, host);
      complaints.push(`${server}: sent no key ${action.keyId}`);
    }
    throw new AgentError(exitCodes.internal, complaints.join('; '));
  },
};

function isKey({ fingerprints }: PublicKey, keyId: string): boolean {
  return fingerprints.some((fingerprint) => fingerprint.endsWith(keyId));
}

function writeKeys(keys: readonly PublicKey[], { path }: SigningKeyAction, host: Host): Applied {
  const content = Buffer.concat(keys.map(({ bytes }) => bytes));
  const owner = { uid: 0, gid: 0 };
  makeParentFolders(path, host, owner);
  host.writeFile(path, content, { mode: 0o644, ...owner });
  return {
    made: [{ path, sha256: sha256(content) }],
    message: keys.map(({ fingerprints }) => fingerprints[0]).join(', '),
  };
}

async function fetchKey(server: string, keyId: string, host: Host): Promise<{ body: string } | { complaint: string }> {
  const url = `${server}/pks/lookup?op=get&options=mr&search=0x${keyId}`;
  try {
    const { status, body } = await host.fetch(url, { timeoutMs, limitBytes, protocols: ['https:', 'http:'] });
    return status === 200
      ? { body: Buffer.from(body).toString('latin1') }
      : { complaint: `${server}: answered ${status}` };
  } catch (error) {
    if (error instanceof AgentError) return { complaint: error.message };
    throw error;
  }
}
