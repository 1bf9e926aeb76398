// Where the name servers of the network go: to nobody where the network service tells the resolver, else into the resolver's own file.

import type { LinesAction } from '../core/action.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { ResolverOwner } from '../core/facts.ts';
import type { NetworkBackend } from '../core/network-backend.ts';
import type { Step } from '../core/plan.ts';
import type { ResolvedNetwork } from '../core/resolved-network.ts';
import { fileMark } from './renderers/renderer.ts';

export type NameServerPlan = { readonly steps: readonly Step[]; readonly diagnostics: readonly Diagnostic[] };

/** Module name of all steps of this plan. */
export const nameServersModule = 'name-servers';

/** The step by which user_data says the name servers, in place of this plan. */
export const saidServersStepId = 'resolv_conf';

/** MAXNS of resolv.conf(5). */
const mostServers = 3;

const nobody: NameServerPlan = { steps: [], diagnostics: [] };

/** Pure. `backend` is the service that the network is written down for, if any; `live` are the steps that set the network up now. */
export function planNameServers(
  network: ResolvedNetwork,
  given: { backend: NetworkBackend | undefined; resolver: ResolverOwner; live?: readonly Step[] },
): NameServerPlan {
  const { backend, resolver, live = [] } = given;
  const servers = [...new Set(network.links.flatMap(({ dns }) => dns))];
  if (servers.length === 0 || isDelegated(backend, resolver)) return nobody;
  const source = network.links.find(({ dns }) => dns.length > 0)?.origin.source ?? 'network_data.json';
  const step = (rest: Pick<Step, 'action' | 'summary'> & { tail: string; needs?: readonly string[] }): Step => {
    const { tail, ...details } = rest;
    const common = { module: nameServersModule, stage: 'early', frequency: 'boot', source } as const;
    return { ...common, id: `name_servers/${tail}`, needs: live.map(({ id }) => id), ...details };
  };
  if (resolver === 'resolved') {
    const path = '/etc/systemd/resolved.conf.d/50-guest-init.conf';
    const file = step({
      tail: 'resolved',
      action: { kind: 'file', path, mode: 0o644, content: `# ${fileMark}\n[Resolve]\nDNS=${servers.join(' ')}\n` },
      summary: `name servers ${servers.join(', ')} for systemd-resolved`,
    });
    const told = step({
      tail: 'reload',
      action: { kind: 'service', units: ['systemd-resolved.service'], verb: 'restart', onChangeOf: [file.id] },
      summary: 'systemd-resolved reads them',
      needs: [file.id],
    });
    return { steps: [file, told], diagnostics: [] };
  }
  if (resolver === 'openresolv' || resolver === 'resolvconf') {
    const file = step({
      tail: resolver,
      action:
        resolver === 'openresolv'
          ? describeLines('/etc/resolvconf.conf', [
              { pattern: '^\\s*name_servers=', line: `name_servers="${servers.join(' ')}"`, add: 'end' },
            ])
          : describeLines('/etc/resolvconf/resolv.conf.d/base', nameServerRules(servers)),
      summary: `name servers ${servers.join(', ')} for resolvconf`,
    });
    const told = step({
      tail: 'update',
      action: { kind: 'notify', argv: ['resolvconf', '-u'], onChangeOf: [file.id] },
      summary: 'resolvconf reads them',
      needs: [file.id],
    });
    return { steps: [file, told], diagnostics: [] };
  }
  const used = servers.slice(0, mostServers);
  const file = step({
    tail: 'resolv.conf',
    action: describeLines('/etc/resolv.conf', nameServerRules(used)),
    summary: `name servers ${used.join(', ')} in /etc/resolv.conf`,
  });
  const message = `/etc/resolv.conf takes ${mostServers} name servers; the other ${servers.length - mostServers} are left out`;
  return {
    steps: [file],
    diagnostics: servers.length > mostServers ? [{ severity: 'warning', code: 'limit', source, message }] : [],
  };
}

/** These services hand the servers of their links to the resolver, or write resolv.conf themselves. */
function isDelegated(backend: NetworkBackend | undefined, resolver: ResolverOwner): boolean {
  if (backend === 'netplan' || backend === 'networkd') return resolver === 'resolved';
  return backend === 'network-manager' || backend === 'sysconfig' || backend === 'wicked';
}

function describeLines(path: string, rules: LinesAction['rules']): LinesAction {
  return { kind: 'lines', path, mode: 0o644, rules };
}

/** The first takes the place of all that are there; the others follow. What else the file says (search, options) stays. */
function nameServerRules(servers: readonly string[]): LinesAction['rules'] {
  return servers.map((server, index) => ({
    pattern: index === 0 ? '^\\s*nameserver\\s' : `^nameserver ${server.replaceAll('.', '\\.')}$`,
    line: `nameserver ${server}`,
    add: 'end' as const,
  }));
}
