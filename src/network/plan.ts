// Turns the network that the drive asks for into steps for this guest; what this version leaves to the distribution is named.

import type { NetAddressAction, NetTool } from '../core/action.ts';
import type { Diagnostic, DiagnosticCode, Severity } from '../core/diagnostic.ts';
import type { Facts, LinkFact } from '../core/facts.ts';
import type { AddressConfig, LinkConfig, NetworkConfig, Origin, RouteConfig } from '../core/network-config.ts';
import type { Step } from '../core/plan.ts';
import type { Policy } from '../core/policy.ts';
import { type IpAddress, parseAddress } from './address.ts';
import { guessGateway, isOffSubnet, needsGatewayGuess } from './gateway.ts';
import { matchLinks } from './match.ts';
import { chooseTool } from './tool.ts';

export type NetworkPlan = {
  readonly steps: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
  /** One sentence for each link that has networks and no NIC; when there is one, the run ends with exit 22. Not repeated in `diagnostics`. */
  readonly missingLinks: readonly string[];
  /** Why the tool of each family in use was chosen, for the plan's output: `ifconfig, route (net-tools): installed`. */
  readonly toolReasons: readonly string[];
};

type Planning = {
  readonly facts: Facts;
  readonly policy: Policy;
  /** The drive gives an IPv4 default route on some static network: then none is guessed for another. */
  readonly hasDefaultRoute: boolean;
  readonly steps: Step[];
  readonly diagnostics: Diagnostic[];
  readonly toolReasons: Set<string>;
};

/** Pure: the same network, facts and policy give the same steps. Steps of one link follow each other: address, MTU, routes. */
export function planNetwork(given: { network: NetworkConfig; facts: Facts; policy: Policy }): NetworkPlan {
  const { network, facts, policy } = given;
  const hasDefaultRoute = network.addresses.some(
    (entry) =>
      entry.method === 'static' && entry.routes.some((route) => route.family === 4 && route.prefixLength === 0),
  );
  const planning: Planning = { facts, policy, hasDefaultRoute, steps: [], diagnostics: [], toolReasons: new Set() };
  const used = new Set(network.addresses.map((entry) => entry.link));
  const { found, missing } = matchLinks(network.links, facts.links, policy.network.interface);
  const missingLinks: string[] = [];
  const taken = new Set<string>();
  for (const link of network.links) {
    const reason = missing.get(link.id);
    const match = found.get(link.id);
    const entries = network.addresses.filter((entry) => entry.link === link.id);
    if (link.kind !== 'physical') noteStackedLink(planning, link, entries);
    else if (reason !== undefined && used.has(link.id)) missingLinks.push(reason);
    else if (reason !== undefined)
      note(planning, 'note', 'missing', link.origin, `${reason}; no network uses this link`);
    else if (match !== undefined) planLink(planning, { link, entries, fact: match.fact, taken });
  }
  noteDefaultRoute(planning, network);
  noteNameServers(planning, network);
  return {
    steps: planning.steps,
    diagnostics: planning.diagnostics,
    missingLinks,
    toolReasons: [...planning.toolReasons],
  };
}

function note(planning: Planning, severity: Severity, code: DiagnosticCode, origin: Origin, message: string): void {
  planning.diagnostics.push({ severity, code, source: origin.source, message });
}

function noteStackedLink(planning: Planning, link: LinkConfig, entries: readonly AddressConfig[]): void {
  const isStatic = entries.some((entry) => entry.method === 'static');
  const kind = link.kind === 'bond' ? 'bonds' : 'VLANs';
  const message = `${kind} are not set up by this version; left to the distribution${isStatic ? ', with its static address' : ''}`;
  note(planning, 'warning', 'unsupported-key', link.origin, message);
}

const automaticNames = {
  dhcp4: 'IPv4 by DHCP',
  dhcp6: 'IPv6 by DHCP',
  'dhcp6-stateless': 'IPv6 by router advertisement and DHCP',
  slaac: 'IPv6 by router advertisement',
} as const;

type LinkPlan = {
  readonly link: LinkConfig;
  readonly entries: readonly AddressConfig[];
  readonly fact: LinkFact;
  /** Links and families that have their address, and links whose MTU is planned: one each. */
  readonly taken: Set<string>;
};

/** RFC 8200 section 5: below, the kernel takes IPv6 off the link. */
const leastIpv6Mtu = 1280;

function planLink(planning: Planning, { link, entries, fact, taken }: LinkPlan): void {
  const routed: { entry: AddressConfig; step: Step; address: IpAddress; prefixLength: number }[] = [];
  for (const entry of entries) {
    if (entry.method !== 'static') {
      const message = `${fact.name}: ${automaticNames[entry.method]} is left to the distribution's network service`;
      note(planning, 'note', 'unsupported-key', entry.origin, message);
      continue;
    }
    const address = entry.address === undefined ? undefined : parseAddress(entry.address);
    if (address === undefined) continue;
    if (address.family === 6 && link.mtu !== undefined && link.mtu < leastIpv6Mtu) {
      const message = `${fact.name}: IPv6 needs an MTU of at least ${leastIpv6Mtu}, the link has ${link.mtu}; the address is not set`;
      note(planning, 'warning', 'conflict', entry.origin, message);
      continue;
    }
    const slot = `${fact.name} ${address.family}`;
    if (taken.has(slot)) {
      const message = `${fact.name}: a second IPv${address.family} address of one link is not applied by this version`;
      note(planning, 'warning', 'unsupported-key', entry.origin, message);
      continue;
    }
    taken.add(slot);
    const planned = planAddress(planning, { entry, fact, address });
    if (planned !== undefined) routed.push({ entry, address, ...planned });
  }
  const [first] = routed;
  if (first === undefined) return;
  if (!taken.has(`${fact.name} mtu`)) planMtu(planning, { link, fact, after: first.step });
  taken.add(`${fact.name} mtu`);
  for (const { entry, step, address, prefixLength } of routed) {
    planRoutes(planning, { entry, fact, address, prefixLength, after: step });
  }
}

function chooseToolOf(planning: Planning, family: 4 | 6, origin: Origin, what: string): NetTool | undefined {
  const { tool, reason } = chooseTool(planning.facts.commands, family);
  if (tool === undefined) note(planning, 'error', 'missing', origin, `${what}: ${reason}`);
  else planning.toolReasons.add(reason);
  return tool;
}

function planAddress(
  planning: Planning,
  { entry, fact, address }: { entry: AddressConfig; fact: LinkFact; address: IpAddress },
): { step: Step; prefixLength: number } | undefined {
  const { family } = address;
  const text = entry.address ?? '';
  const tool = chooseToolOf(planning, family, entry.origin, `${fact.name} ${text} cannot be set`);
  if (tool === undefined) return undefined;
  const prefixLength = entry.prefixLength ?? (family === 4 ? planning.policy.network.default_prefix : 64);
  const setting = family === 4 ? 'config: network.default_prefix' : 'the usual IPv6 prefix';
  const guess = entry.prefixLength === undefined ? { guess: `/${prefixLength} (${setting})` } : {};
  const action: NetAddressAction = { kind: 'netAddress', link: fact.name, family, address: text, prefixLength, tool };
  const label = `${text}/${prefixLength}`;
  const step: Step = {
    ...{ id: `net/${fact.name}/${label}`, module: 'network', stage: 'early', frequency: 'boot' },
    ...{ action, summary: `${fact.name} ${label}`, source: entry.origin.source, ...guess },
  };
  planning.steps.push(step);
  return { step, prefixLength };
}

function planMtu(planning: Planning, { link, fact, after }: { link: LinkConfig; fact: LinkFact; after: Step }): void {
  if (link.mtu === undefined) return;
  const tool = after.action.kind === 'netAddress' ? after.action.tool : undefined;
  if (tool === undefined) return;
  planning.steps.push({
    ...{ id: `net/${fact.name}/mtu-${link.mtu}`, module: 'network', stage: 'early', frequency: 'boot' },
    action: { kind: 'netLink', link: fact.name, mtu: link.mtu, tool },
    ...{ summary: `${fact.name} mtu ${link.mtu}`, source: link.origin.source, needs: [after.id] },
  });
}

type RoutePlan = {
  readonly entry: AddressConfig;
  readonly fact: LinkFact;
  readonly address: IpAddress;
  readonly prefixLength: number;
  readonly after: Step;
};

function planRoutes(planning: Planning, plan: RoutePlan): void {
  for (const route of plan.entry.routes) planRoute(planning, plan, { route, source: route.origin.source });
  if (!needsGatewayGuess(plan.entry) || planning.hasDefaultRoute || planning.steps.some(isIpv4Default)) return;
  const setting = planning.policy.network.default_gateway;
  const guessed = guessGateway(plan.address, setting);
  if (guessed === undefined) {
    if (setting === 'none') return;
    const message = `${plan.fact.name}: no gateway: nothing says it, and the guess is the guest's own address (config: network.default_gateway)`;
    note(planning, 'warning', 'guess', plan.entry.origin, message);
    return;
  }
  const route: RouteConfig = {
    ...{ family: 4, destination: '0.0.0.0', prefixLength: 0, gateway: guessed.gateway },
    origin: { source: plan.entry.origin.source, guessedBy: 'network.default_gateway' },
  };
  planRoute(planning, plan, { route, guess: guessed.guess });
}

function isIpv4Default({ action }: Step): boolean {
  return action.kind === 'netRoute' && action.family === 4 && action.prefixLength === 0;
}

function planRoute(
  planning: Planning,
  { fact, address, prefixLength, after }: RoutePlan,
  { route, source, guess }: { route: RouteConfig; source?: string; guess?: string },
): void {
  const { family, destination, gateway, metric } = route;
  const tool = after.action.kind === 'netAddress' ? after.action.tool : 'iproute2';
  const isDirect = gateway === '0.0.0.0' || gateway === '::';
  const target = route.prefixLength === 0 ? 'default' : `${destination}/${route.prefixLength}`;
  const via = isDirect ? '' : `-via-${gateway}`;
  const id = `net/${fact.name}/${target}${via}${metric === undefined ? '' : `-metric-${metric}`}`;
  if (planning.steps.some((step) => step.id === id)) return;
  const onLink = isOffSubnet(gateway, address, prefixLength) ? { onLink: true } : {};
  const extra = { ...(metric === undefined ? {} : { metric }), ...onLink };
  planning.steps.push({
    ...{ id, module: 'network', stage: 'early', frequency: 'boot' },
    action: {
      kind: 'netRoute',
      link: fact.name,
      family,
      destination,
      prefixLength: route.prefixLength,
      gateway,
      ...extra,
      tool,
    },
    summary: `${target}${isDirect ? '' : ` via ${gateway}`} on ${fact.name}${onLink.onLink ? ', gateway outside the subnet' : ''}`,
    ...(source === undefined ? {} : { source }),
    ...(guess === undefined ? {} : { guess }),
    needs: [after.id],
  });
}

/** A guest with static IPv4 and no way out is legal, yet rarely meant: said once. */
function noteNameServers(planning: Planning, network: NetworkConfig): void {
  const servers = new Set([...network.dns, ...network.addresses.flatMap((entry) => entry.dns)]);
  if (servers.size === 0) return;
  const source = network.links[0]?.origin.source ?? 'network_data.json';
  const named = `${servers.size} name server${servers.size === 1 ? '' : 's'}`;
  planning.diagnostics.push({
    ...{ severity: 'note', code: 'unsupported-key', source },
    message: `${named} on the drive: not set by this version, /etc/resolv.conf is the image's`,
  });
}

function noteDefaultRoute(planning: Planning, network: NetworkConfig): void {
  const address = planning.steps.find((step) => step.action.kind === 'netAddress' && step.action.family === 4);
  if (address === undefined || planning.steps.some(isIpv4Default)) return;
  if (network.addresses.some((entry) => entry.method === 'dhcp4')) return;
  if (planning.diagnostics.some((entry) => entry.code === 'guess')) return;
  planning.diagnostics.push({
    ...{ severity: 'note', code: 'missing', source: address.source ?? 'network' },
    message: `${address.summary}: no default route; the drive gives no gateway`,
  });
}
