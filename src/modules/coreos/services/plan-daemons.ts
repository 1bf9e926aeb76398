// coreos.etcd, etcd2, fleet, locksmith: a drop-in with the settings as variables. coreos.flannel: a file of them.

import type { Step } from '../../../core/plan.ts';
import { Secret } from '../../../core/secret.ts';
import type { CoreosContext } from '../plan.ts';
import type { UnitRequest } from '../units/unit-steps.ts';
import { type Daemon, type DaemonKey, daemons, laterEtcdFields } from './fields.ts';
import { formatSetting } from './values.ts';

const dropInName = '20-cloudinit.conf';
const flannelPath = '/run/flannel/options.env';

/** `requests` are what is asked of the daemons' units, for their place behind those of the document. */
export function planDaemons(context: CoreosContext): { steps: Step[]; requests: UnitRequest[] } {
  const steps: Step[] = [];
  const requests: UnitRequest[] = [];
  for (const key of Object.keys(daemons) as DaemonKey[]) {
    const settings = context.config.coreos?.[key];
    if (settings === undefined) continue;
    const daemon = daemons[key];
    const source = context.place(['coreos', key]);
    const variables = listVariables(settings, daemon);
    reportSettings(context, key, settings);
    if (variables.length > 0) reportMissing(context, key, daemon);
    const request: UnitRequest = {
      ...{ id: `coreos/${key}`, unit: daemon.unit, source, runtime: true, mask: false, enable: false, optional: true },
      ...{ dropIns: [], unmask: key !== 'flannel', requires: [] },
    };
    if (key !== 'flannel') {
      const dropIns =
        variables.length === 0 ? [] : [{ name: dropInName, ...protect(renderDropIn(variables), settings) }];
      requests.push({ ...request, dropIns });
    } else if (variables.length > 0) {
      requests.push({ ...request, requires: [flannelPath] });
      steps.push({
        ...{ id: 'coreos/flannel', module: 'coreos', stage: 'early', frequency: 'boot', source },
        summary: flannelPath,
        action: { kind: 'file', path: flannelPath, ...protect(renderFile(variables), settings) },
      });
    }
  }
  return { steps, requests };
}

/** Who may read the file: a password is root's, and so is the token that lets anybody join the cluster; systemd reads as root. */
function protect(
  content: string,
  { etcd_password: password, discovery }: Readonly<Record<string, unknown>>,
): { content: string | Secret; mode: number } {
  const isSecret = [password, discovery].some((value) => value !== undefined && value !== '');
  return isSecret ? { content: new Secret(content), mode: 0o600 } : { content, mode: 0o644 };
}

type Variable = readonly [name: string, value: string];

/** In the order of the daemon's settings, whatever that of the document is. */
function listVariables(settings: Readonly<Record<string, unknown>>, { prefix, names, fields }: Daemon): Variable[] {
  return Object.entries(fields).flatMap(([field, type]) => {
    const value = formatSetting(settings[field], type);
    return value === undefined ? [] : [[names[field] ?? `${prefix}${field.toUpperCase()}`, value] as const];
  });
}

/** systemd.exec(5): quotes and backslashes of a value are escaped, specifiers are the author's. */
function renderDropIn(variables: readonly Variable[]): string {
  const lines = variables.map(([name, value]) => `Environment="${name}=${value.replaceAll(/["\\]/g, '\\$&')}"`);
  return `${['[Service]', ...lines].join('\n')}\n`;
}

/** Without a line end behind the last one, as there. */
function renderFile(variables: readonly Variable[]): string {
  return variables.map(([name, value]) => `${name}=${value}`).join('\n');
}

function reportSettings({ report }: CoreosContext, key: DaemonKey, settings: Readonly<Record<string, unknown>>): void {
  for (const field of Object.keys(settings)) {
    const path = ['coreos', key, field];
    if (key === 'etcd' && laterEtcdFields.has(field)) {
      const message = 'a setting of etcd 2, whose place is below coreos.etcd2';
      report({ severity: 'note', code: 'deprecated', message }, path);
    }
    if (key === 'etcd2' && (field === 'ca_file' || field === 'peer_ca_file')) {
      const message = `etcd 2 reads ${field.replace('ca_file', 'trusted_ca_file')} in its place`;
      report({ severity: 'note', code: 'deprecated', message }, path);
    }
    if (field === 'discovery' && settings[field] !== '' && !isWebAddress(settings[field])) {
      report(
        { severity: 'warning', code: 'value', message: 'expected a URL such as "https://discovery.example/token"' },
        path,
      );
    }
  }
}

function isWebAddress(value: unknown): boolean {
  return typeof value === 'string' && /^https?:\/\/[^\s/]/.test(value) && URL.canParse(value);
}

function reportMissing({ config, facts, report }: CoreosContext, key: DaemonKey, { unit }: Daemon): void {
  const isGiven = config.coreos?.units?.some(({ name, content }) => name === unit && content !== '') ?? false;
  if (isGiven || facts.daemons.includes(unit)) return;
  const message = `the guest has no ${unit}; its settings are written, and nothing is started`;
  report({ severity: 'warning', code: 'missing', message }, ['coreos', key]);
}
