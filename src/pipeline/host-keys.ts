// SSH host key fingerprints, so that the person at the console can compare them with what their client shows.

import type { Step } from '../core/plan.ts';
import { sha256Base64 } from '../host/crypto.ts';
import type { Host } from '../host/host.ts';

/** `ssh-ed25519 SHA256:…` for each host key of the guest, as ssh-keygen -l writes fingerprints; empty when sshd has none yet. */
export function fingerprintHostKeys(host: Host): string[] {
  return host
    .list('/etc/ssh')
    .filter((name) => /^ssh_host_\w+_key\.pub$/.test(name))
    .map((name) => host.readText(`/etc/ssh/${name}`)?.split(' ') ?? [])
    .filter(([, body]) => body !== undefined && body !== '')
    .map(([type = '', body = '']) => `${type} SHA256:${sha256Base64(Buffer.from(body, 'base64'))}`);
}

/** Those that user_data does not want hidden. */
export function selectShownKeys(fingerprints: readonly string[], steps: readonly Step[] = []): readonly string[] {
  const action = steps.map((step) => step.action).find((found) => found.kind === 'hostKeys');
  const hidden = action?.hidden ?? [];
  if (hidden === 'all') return [];
  return fingerprints.filter((line) => {
    const [type = '', fingerprint = ''] = line.split(' ');
    const short = /rsa|ecdsa|ed25519/.exec(type)?.[0] ?? type;
    return ![type, short, fingerprint].some((name) => hidden.includes(name));
  });
}
