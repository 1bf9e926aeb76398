// Plans the time client: which one, its file, its service.

import type { Action } from '../../core/action.ts';
import type { ModuleContext } from '../../core/define.ts';
import type { TimeClient } from '../../core/facts.ts';
import type { Step } from '../../core/plan.ts';
import { findFamily } from '../../distros/family.ts';
import { fillText } from '../../userdata/jinja/fill-text.ts';
import { planInstall } from '../packages/plan-install.ts';
import { type Client, clients, type Sources } from './clients.ts';
import { listVendorPools } from './pools.ts';
import type { Ntp, NtpSettings } from './schema.ts';

/** The client must be there, then its file, then its service; none with `enabled: false`. Late: packages come first. */
export function planNtp(context: ModuleContext<Ntp>): Step[] {
  const { config, facts, place, report } = context;
  const settings = config.ntp;
  if (settings === undefined || !settings.enabled) return [];
  const chosen = chooseClient(settings, context);
  if (chosen === undefined) return [];
  const isSilent = settings.servers.length + settings.pools.length + settings.peers.length === 0;
  const sources: Sources = {
    ...{ servers: settings.servers, peers: settings.peers, allow: settings.allow },
    pools: isSilent ? listVendorPools(facts.os) : settings.pools,
  };
  const { confpath, check_exe: program, packages, service_name: service, template } = settings.config;
  const path = confpath ?? chosen.client?.findFile(findFamily(facts.os)) ?? '';
  const file = template === undefined ? chosen.client?.describe(path, sources) : fillFile(path, template, sources);
  if (file === undefined) return [];
  if ('problem' in file) {
    report({ severity: 'error', code: 'syntax', message: file.problem }, ['ntp', 'config', 'template']);
    return [];
  }
  for (const lacking of template === undefined ? (chosen.client?.lacks ?? []) : []) {
    if (sources[lacking].length === 0) continue;
    const message = `${chosen.name} knows no ${lacking}; they are left out`;
    report({ severity: 'warning', code: 'unsupported-key', message }, ['ntp', lacking]);
  }
  const common = { module: 'ntp', stage: 'late', source: place(['ntp']) } as const;
  const software = {
    program: program ?? chosen.client?.program ?? chosen.name,
    packages: packages ?? chosen.client?.packages ?? [],
  };
  const first = { ...common, id: 'ntp/client' };
  const required: Step = planInstall(context, first, {
    ...software,
    packages: software.packages.map((wanted) => ({ name: wanted })),
  }) ?? {
    ...{ ...first, summary: chosen.name },
    action: { ...{ kind: 'require', purpose: 'which keeps the clock' }, ...software },
  };
  const names = isSilent ? sources.pools : [...sources.servers, ...sources.pools, ...sources.peers];
  const written: Step = {
    ...{ ...common, id: 'ntp/file', summary: `${names.join(', ')} (${path})` },
    ...{ action: file, needs: [required.id] },
  };
  const units = service === undefined ? (chosen.client?.units ?? []) : [nameUnit(service)];
  const told: Step = {
    ...{ ...common, id: 'ntp/service', summary: units[0] ?? '', needs: [written.id] },
    action: { kind: 'service', units, verb: 'restart', start: true, onChangeOf: [written.id] },
  };
  return [required, written, told];
}

type Chosen = { readonly name: string; readonly client: Client | undefined };

/** Named by the user, or the best of those that are installed or asked for as packages, or chrony. */
function chooseClient(settings: NtpSettings, context: ModuleContext<Ntp>): Chosen | undefined {
  const { ntp_client: name, config } = settings;
  if (name === 'auto') {
    const [first = 'chrony'] = [...listAskedFor(context.document), ...context.facts.timeClients];
    return { name: first, client: clients[first] };
  }
  if (isKnown(name)) return { name, client: clients[name] };
  const missing = (['confpath', 'service_name', 'template'] as const).filter((key) => config[key] === undefined);
  if (missing.length === 0) return { name, client: undefined };
  const known = Object.keys(clients).join(', ');
  const message = `not one of ${known}; another one needs config with ${missing.join(', ')}`;
  context.report({ severity: 'error', code: 'value', message }, ['ntp', 'ntp_client']);
  return undefined;
}

function listAskedFor({ packages }: Readonly<Record<string, unknown>>): TimeClient[] {
  const asked = Array.isArray(packages) ? packages.flat() : [];
  return (Object.keys(clients) as TimeClient[]).filter((name) => asked.includes(name));
}

function isKnown(name: string): name is TimeClient {
  return Object.hasOwn(clients, name);
}

/** The user's own file, whole; what the distribution had there is kept once. */
function fillFile(path: string, template: string, sources: Sources): Action | { readonly problem: string } {
  const isTemplate = /^##\s*template:\s*jinja/i.test(template);
  const filled = isTemplate ? fillText(template, sources) : { text: template };
  if ('problem' in filled) return filled;
  const backup = { mark: 'guest-init', path: `/var/lib/guest-init/backup${path}` };
  return { kind: 'file', path, content: filled.text, mode: 0o644, backup };
}

function nameUnit(service: string): string {
  return service.includes('.') ? service : `${service}.service`;
}
