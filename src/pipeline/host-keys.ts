// SSH host key fingerprints, so that the person at the console can compare them with what their client shows.

import { sha256Base64 } from '../host/crypto.ts';
import type { Host } from '../host/host.ts';

/** `ssh-ed25519 SHA256:…` for each host key of the guest, as ssh-keygen -l writes fingerprints; empty when sshd has none yet. */
export function fingerprintHostKeys(host: Host): string[] {
  return host
    .list('/etc/ssh')
    .filter((name) => /^ssh_host_\w+_key\.pub$/.test(name))
    .map((name) => host.readText(`/etc/ssh/${name}`)?.split(' ') ?? [])
    .filter(([, body]) => body !== undefined && body !== '')
    .map(([type = '', body = '']) => {
      return `${type} SHA256:${sha256Base64(Buffer.from(body, 'base64'))}`;
    });
}
