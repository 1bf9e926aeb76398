// Names and passwords inside the URIs of sources: every user reads those, so they go to apt_auth.conf(5), which only root reads.

import type { Step } from '../../core/plan.ts';
import { Secret } from '../../core/secret.ts';
import { common } from './key-steps.ts';

/** The text without them, and the lines of apt_auth.conf(5) that say the same; undefined where there are none. */
export function splitCredentials(source: string): { text: string; logins?: string } {
  const logins: string[] = [];
  const text = source.replace(
    /\b(https?|ftp):\/\/([^\s/:@]+):([^\s/@]+)@([^\s/]+)(\/\S*)?/g,
    (_, scheme: string, user: string, password: string, host: string, path: string | undefined = '') => {
      logins.push(`machine ${scheme}://${host}${path} login ${decode(user)} password ${decode(password)}\n`);
      return `${scheme}://${host}${path}`;
    },
  );
  return logins.length === 0 ? { text } : { text, logins: [...new Set(logins)].join('') };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The step that writes them. */
export function describeLogins(name: string, logins: string, place: string): Step {
  const path = `/etc/apt/auth.conf.d/guest-init-${name}.conf`;
  return {
    ...{ ...common, id: `apt/login/${name}`, summary: path, source: place },
    action: { kind: 'file', path, content: new Secret(logins), mode: 0o600 },
  };
}
