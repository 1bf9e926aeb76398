// A key of a source as a file of apt's: given as text, or to be fetched by its id.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { type Apt, cleanKeyId, type Source } from './schema.ts';

export const common = { module: 'apt', stage: 'late' } as const;

/** cloud-init's. */
const defaultServer = 'keyserver.ubuntu.com';

export type KeyFile = { readonly step: Step; readonly path: string };

/**
 * `name` without an ending. `restricted`: the key is believed for sources that name its file alone, else for every source. Undefined where
 * no key is given.
 */
export function planKey(
  given: Pick<Source, 'key' | 'keyid' | 'keyserver'>,
  name: string,
  { restricted, path: place }: { restricted: boolean; path: readonly (string | number)[] },
  context: ModuleContext<Apt>,
): KeyFile | undefined {
  const folder = restricted ? '/etc/apt/keyrings' : '/etc/apt/trusted.gpg.d';
  if (given.key !== undefined) {
    const path = `${folder}/${name}.asc`;
    const start = given.key.indexOf('-----BEGIN PGP');
    const content = `${given.key.slice(start).replaceAll('\r', '').trimEnd()}\n`;
    const source = context.place([...place, 'key']);
    const action = { kind: 'file', path, content, mode: 0o644 } as const;
    return { path, step: { ...common, id: `apt/key/${name}`, summary: path, source, action } };
  }
  if (given.keyid === undefined) return undefined;
  const keyId = cleanKeyId(given.keyid);
  if (keyId.length === 8) {
    const message = 'a key id of 8 digits can be made by anybody; give the whole fingerprint';
    context.report({ severity: 'warning', code: 'value', message }, [...place, 'keyid']);
  }
  const path = `${folder}/${name}.gpg`;
  const source = context.place([...place, 'keyid']);
  const action = { kind: 'signingKey', path, keyId, servers: listServers(given.keyserver ?? defaultServer) } as const;
  return { path, step: { ...common, id: `apt/key/${name}`, summary: `${path}, key ${keyId}`, source, action } };
}

/** Schemes of gpg(1) as those of HTTP; a bare name is asked encrypted first. */
function listServers(server: string): string[] {
  const [, scheme, rest = ''] = /^(?:([a-z]+):\/\/)?(.*?)\/*$/i.exec(server) ?? [];
  const withPort = /^[^/]*:\d+(?:\/|$)/.test(rest) ? rest : rest.replace(/^[^/]*/, '$&:11371');
  if (scheme === 'hkp') return [`http://${withPort}`];
  if (scheme === 'hkps') return [`https://${rest}`];
  return scheme === undefined ? [`https://${rest}`, `http://${withPort}`] : [`${scheme}://${rest}`];
}
