// The host keys of sshd, ssh-keygen(1). Keys of an image are everybody's who has the image: a new instance gets its own. What is new
// is whole and checked before anything that is there is touched, so that a guest never loses the keys it has to a failure.

import type { GivenHostKey, HostKeysAction, HostKeyType } from '../core/action.ts';
import { AgentError, exitCodes } from '../core/error.ts';
import { describeFailure } from '../host/commands.ts';
import { sha256, sha256Base64 } from '../host/crypto.ts';
import type { Host } from '../host/host.ts';
import { readGroups } from './account-files.ts';
import type { Applied, Executor, Inspection } from './executor.ts';
import { tellService } from './service.ts';

const folder = '/etc/ssh';
const privateKey = /^ssh_host_\w+_key$/;
/** Private keys, public ones and certificates. */
const anyKey = /^ssh_host_\w+_key(?:-cert)?(?:\.pub)?$/;
/** sshd writes it when it listens. */
const pidFile = '/run/sshd.pid';
const trialPrefix = '.guest-init-host-key-';
/** Which instance the keys were made for, one of its names a line. */
const mark = '/var/lib/guest-init/host-keys';

/** A key that is whole, as it will lie on the disk. */
type ReadyKey = { readonly type: HostKeyType; readonly files: ReadonlyMap<string, string> };

export const hostKeys: Executor<HostKeysAction> = { inspect: inspectKeys, apply: applyKeys };

function inspectKeys(action: HostKeysAction, host: Host): Inspection {
  const present = listKeys(host);
  if (isNewInstance(action, host)) {
    const made = action.given === undefined ? 'made' : 'as given';
    const what = `${folder}/ssh_host_*_key  ${present.length === 0 ? made : `${made}, in place of the image's`}`;
    return { state: 'differs', changes: [{ op: present.length === 0 ? '+' : '~', what }] };
  }
  const missing = listWanted(action, host).map((type) => ({ op: '+' as const, what: toPath(type) }));
  return missing.length === 0 ? { state: 'same' } : { state: 'differs', changes: missing };
}

function applyKeys(action: HostKeysAction, host: Host): Applied {
  const isNew = isNewInstance(action, host);
  const given = new Map(action.given?.reveal().map((key) => [key.type, key]));
  const problems: string[] = [];
  const ready: ReadyKey[] = [];
  removeTrials(host);
  try {
    for (const type of listWanted(action, host)) {
      const key = given.get(type);
      const taken = key === undefined ? undefined : tryKey(() => checkGiven(key, host), problems);
      // One that is there is as good as a new one in place of the key that cannot be had.
      const isReplaced = key === undefined || isNew || host.stat(toPath(type)) === undefined;
      const made = taken ?? (isReplaced ? tryKey(() => generate(type, host), problems) : undefined);
      if (made !== undefined) ready.push(made);
    }
  } finally {
    removeTrials(host);
  }
  if (ready.length === 0 && problems.length > 0) {
    throw new AgentError(exitCodes.internal, `no new host keys, the old ones stay: ${problems.join('; ')}`);
  }
  const made = install(ready, action, host);
  if (isNew) {
    const kept = new Set(ready.flatMap(({ files }) => [...files.keys()]));
    for (const name of host.list(folder)) {
      if (anyKey.test(name) && !kept.has(name)) host.remove(`${folder}/${name}`);
    }
    markInstance(action, host);
  }
  if (host.live && host.stat(pidFile) !== undefined) {
    tellService({ units: ['ssh.service', 'sshd.service'], verb: 'reload' }, host);
  }
  return { made, ...(problems.length === 0 ? {} : { failed: problems.join('; ') }) };
}

/** Whether the keys that are there were made before the guest became this instance. */
function isNewInstance({ replaceFor }: HostKeysAction, host: Host): boolean {
  if (replaceFor === undefined) return false;
  const names = host.readText(mark)?.split('\n') ?? [];
  return !replaceFor.some((name) => names.includes(name));
}

function markInstance({ replaceFor = [] }: HostKeysAction, host: Host): void {
  host.makeDirectory(mark.slice(0, mark.lastIndexOf('/')), { mode: 0o700, uid: 0, gid: 0 });
  host.writeFile(mark, `${replaceFor.join('\n')}\n`, { mode: 0o600, uid: 0, gid: 0 });
}

/** Types whose key has to be written. */
function listWanted(action: HostKeysAction, host: Host): HostKeyType[] {
  const isNew = isNewInstance(action, host);
  const given = action.given?.reveal() ?? [];
  if (given.length > 0) return given.filter((key) => isNew || !isInstalled(key, host)).map(({ type }) => type);
  // A key that somebody has taken away from this instance since is not missed, as long as sshd has another.
  if (!isNew && action.replaceFor !== undefined && listKeys(host).length > 0) return [];
  return action.types.filter((type) => isNew || host.stat(toPath(type)) === undefined);
}

function isInstalled({ type, privateKey: text, certificate }: GivenHostKey, host: Host): boolean {
  const path = toPath(type);
  return (
    host.readText(path) === endLine(text) &&
    (certificate === undefined || host.readText(`${path}-cert.pub`) === endLine(certificate))
  );
}

function tryKey(make: () => ReadyKey, problems: string[]): ReadyKey | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    problems.push(error.message);
    return undefined;
  }
}

function generate(type: HostKeyType, host: Host): ReadyKey {
  const trial = toTrial(type);
  removeTrials(host);
  const result = host.run(['ssh-keygen', '-q', '-t', type, '-N', '', '-f', trial]);
  const [text, line] = [host.readText(trial) ?? '', host.readText(`${trial}.pub`) ?? ''];
  if (result.status !== 0 || text === '' || line === '') {
    throw new AgentError(exitCodes.internal, `${type}: ${describeFailure('ssh-keygen', result)}`);
  }
  return toReady(type, { text, line });
}

/** Throws AgentError where ssh-keygen cannot read the key, or where its other halves belong to another key. */
function checkGiven({ type, privateKey: text, publicKey, certificate }: GivenHostKey, host: Host): ReadyKey {
  const refuse = (reason: string): never => {
    throw new AgentError(exitCodes.internal, `ssh_keys: ${type}_${reason}`);
  };
  const trial = toTrial(type);
  host.writeFile(trial, endLine(text), { mode: 0o600, uid: 0, gid: 0 });
  // Its complaint may quote nothing of the key: only how it ended is told.
  const derived = host.run(['ssh-keygen', '-y', '-P', '', '-f', trial]);
  const [name = '', body = ''] = derived.stdout.split(/\s/);
  if (derived.status !== 0 || body === '')
    refuse('private: no private key without passphrase that ssh-keygen can read');
  if (!name.includes(type)) refuse(`private: a key of another type (${name})`);
  if (publicKey !== undefined && publicKey.trim().split(/\s+/)[1] !== body) {
    refuse('public: not the public half of the private key');
  }
  if (certificate !== undefined) {
    host.writeFile(`${trial}-cert.pub`, endLine(certificate), { mode: 0o600, uid: 0, gid: 0 });
    const shown = host.run(['ssh-keygen', '-L', '-f', `${trial}-cert.pub`]).stdout;
    const fingerprint = `SHA256:${sha256Base64(Buffer.from(body, 'base64'))}`;
    if (!/^\s*Type: \S+ host certificate$/m.test(shown)) refuse('certificate: no certificate of a host');
    if (!shown.includes(`${fingerprint}\n`)) refuse('certificate: not one of the private key');
  }
  const line = publicKey ?? derived.stdout;
  return toReady(type, { text, line, ...(certificate === undefined ? {} : { certificate }) });
}

function toReady(type: HostKeyType, key: { text: string; line: string; certificate?: string }): ReadyKey {
  const name = `ssh_host_${type}_key`;
  const files = new Map([
    [name, endLine(key.text)],
    [`${name}.pub`, endLine(key.line)],
  ]);
  if (key.certificate !== undefined) files.set(`${name}-cert.pub`, endLine(key.certificate));
  return { type, files };
}

/** Each file at once, durable and with its mode from the first moment: a power cut leaves no empty key. */
function install(ready: readonly ReadyKey[], { group }: HostKeysAction, host: Host): NonNullable<Applied['made']> {
  const gid = group === undefined ? undefined : readGroups(host).find(({ name }) => name === group)?.gid;
  const secret = gid === undefined ? { mode: 0o600, uid: 0, gid: 0 } : { mode: 0o640, uid: 0, gid };
  return ready.flatMap(({ files }) =>
    [...files].map(([name, content]) => {
      const path = `${folder}/${name}`;
      host.writeFile(path, content, privateKey.test(name) ? secret : { mode: 0o644, uid: 0, gid: 0 });
      // Nothing derived from a private key is kept.
      return privateKey.test(name) ? { path } : { path, sha256: sha256(content) };
    }),
  );
}

function removeTrials(host: Host): void {
  for (const name of host.list(folder)) if (name.startsWith(trialPrefix)) host.remove(`${folder}/${name}`);
}

function listKeys(host: Host): string[] {
  return host.list(folder).filter((name) => privateKey.test(name));
}

function toPath(type: HostKeyType): string {
  return `${folder}/ssh_host_${type}_key`;
}

function toTrial(type: HostKeyType): string {
  return `${folder}/${trialPrefix}${type}`;
}

function endLine(text: string): string {
  return `${text.trim()}\n`;
}
