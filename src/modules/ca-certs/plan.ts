// Plans one file for each certificate, and the distribution's tool that makes programs trust them.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import type { CaCerts } from './schema.ts';
import { findTrustStore } from './trust-stores.ts';

/** Debian's tool starts openssl for each of its hundred and fifty certificates. */
const updateTimeoutMs = 90_000;

/** The files first, then the tool, only when one of them has changed. */
export function planCaCerts(context: ModuleContext<CaCerts>): Step[] {
  const { config, facts, place, report } = context;
  const key = config.ca_certs === undefined ? 'ca-certs' : 'ca_certs';
  const given = config[key];
  if (given === undefined) return [];
  if (config['ca-certs'] !== undefined) {
    const both = config.ca_certs !== undefined;
    const message = both ? 'ca_certs is there too, and counts' : 'spelt ca_certs today';
    report({ severity: both ? 'warning' : 'note', code: 'deprecated', message }, ['ca-certs']);
  }
  const { folder, tool, selection } = findTrustStore(facts.os);
  const common = { module: 'ca-certs', stage: 'early' } as const;
  const files = (given.trusted ?? []).map((certificate, index): Step => {
    const path = `${folder}/guest-init-${index + 1}.crt`;
    return {
      ...{ ...common, id: `ca_certs[${index}]`, summary: path, source: place([key, 'trusted', index]) },
      action: { kind: 'file', path, content: `${certificate.trim()}\n`, mode: 0o644 },
    };
  });
  const removed = given.remove_defaults === undefined ? 'remove-defaults' : 'remove_defaults';
  if (given[removed] === true) {
    if (selection === undefined) {
      const message = `the certificates of this distribution stay: only Debian's family lists them in a file`;
      report({ severity: 'warning', code: 'unsupported-key', message }, [key, removed]);
    } else
      files.unshift({
        ...{ ...common, id: 'ca_certs/defaults', source: place([key, removed]) },
        summary: `no certificate of the distribution is trusted (${selection})`,
        action: {
          ...{ kind: 'file', path: selection, content: `${mark}\n`, mode: 0o644 },
          backup: { mark, path: `/var/lib/guest-init/backup${selection}` },
        },
      });
  }
  if (files.length === 0) return [];
  const ids = files.map(({ id }) => id);
  const update: Step = {
    ...{ ...common, id: 'ca_certs/update', summary: tool, source: place([key]), needs: ids },
    action: { kind: 'notify', argv: [tool], onChangeOf: ids, timeoutMs: updateTimeoutMs },
  };
  return [...files, update];
}

const mark = '# Emptied by guest-init: ca_certs, remove_defaults.';
