// SSH host key fingerprints, so that the person at the console can compare them with what their client shows.

import type { Step } from '../core/plan.ts';
import { sha256Base64 } from '../host/crypto.ts';
import type { Host } from '../host/host.ts';

/**
 * `ssh-ed25519 SHA256:…` for each host key of the guest, as ssh-keygen -l writes fingerprints; empty when sshd has none yet. Those that
 * user_data wants hidden are left out.
 */
export function fingerprintHostKeys(host: Host, steps: readonly Step[] = []): string[] {
  const action = steps.map((step) => step.action).find((found) => found.kind === 'hostKeys');
  const hidden = action?.hidden ?? [];
  if (hidden === 'all') return [];
  const isShown = (line: string): boolean => {
    const [type = '', fingerprint = ''] = line.split(' ');
    const short = /rsa|ecdsa|ed25519/.exec(type)?.[0] ?? type;
    return ![type, short, fingerprint].some((name) => hidden.includes(name));
  };
  return host
    .list('/etc/ssh')
    .filter((name) => /^ssh_host_\w+_key\.pub$/.test(name))
    .map((name) => host.readText(`/etc/ssh/${name}`)?.split(' ') ?? [])
    .filter(([, body]) => body !== undefined && body !== '')
    .map(([type = '', body = '']) => {
      return `${type} SHA256:${sha256Base64(Buffer.from(body, 'base64'))}`;
    })
    .filter(isShown);
}
