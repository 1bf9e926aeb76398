// Turns the network of this guest into steps: links before what is on them, each with its addresses, MTU and routes.

import type { NetAddressAction, NetLinkAction, NetRouteAction, NetTool } from '../core/action.ts';
import type { Diagnostic, DiagnosticCode, Severity } from '../core/diagnostic.ts';
import type { Facts } from '../core/facts.ts';
import type { NetworkBackend } from '../core/network-backend.ts';
import type { NetworkConfig, Origin } from '../core/network-config.ts';
import type { Step } from '../core/plan.ts';
import type { Policy } from '../core/policy.ts';
import type { ResolvedLink, ResolvedNetwork, ResolvedRoute } from '../core/resolved-network.ts';
import { indexNetworks, parseAddress } from './address.ts';
import { acceptsAdvertisements } from './advertisements.ts';
import { type AutomaticContext, describeAutomatic, findAutomaticContext, judgeAutomatic } from './automatic.ts';
import { resolveNetwork } from './resolve.ts';
import { chooseRouteTool, chooseTool } from './tool.ts';
import { addVerification } from './verification.ts';

export type NetworkPlan = {
  /** What the steps bring about, for whatever else is made of the same network. */
  readonly network: ResolvedNetwork;
  readonly steps: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
  /** One sentence for each link that has networks and no NIC; when there is one, the run ends with exit 22. Not repeated in `diagnostics`. */
  readonly missingLinks: readonly string[];
  /** Why the tool of each family in use was chosen, for the plan's output: `ifconfig, route (net-tools): installed`. */
  readonly toolReasons: readonly string[];
  /** Links without a static address that get one nevertheless, in words: `eth0 by DHCP`. */
  readonly automaticLinks: readonly string[];
};

type Planning = {
  readonly asked: NetworkConfig;
  readonly network: ResolvedNetwork;
  readonly commands: Facts['commands'];
  readonly backend: NetworkBackend | undefined;
  readonly steps: Step[];
  readonly diagnostics: Diagnostic[];
  readonly toolReasons: Set<string>;
  readonly automatic: AutomaticContext;
  /** By name of a bond, a VLAN or a link with VLANs on it: the step after which it can be used. */
  readonly ready: Map<string, string>;
};

/** Pure: the same network, facts and policy give the same steps. Steps of one link follow each other: addresses, MTU, routes. Before them come the bonds and VLANs, and the question whether the addresses are free; after them a look at all of it. */
export function planNetwork(given: {
  network: NetworkConfig;
  facts: Facts;
  policy: Policy;
  /** The service that will find the network set up: its routes are then set as it sets them itself. */
  backend?: NetworkBackend | undefined;
}): NetworkPlan {
  const { network, diagnostics, missingLinks } = resolveNetwork(given);
  const automatic = findAutomaticContext(network.links, { ...given, backend: given.backend });
  const planning: Planning = {
    ...{ asked: given.network, network, commands: given.facts.commands, backend: given.backend, automatic },
    ...{ steps: [], diagnostics: [...diagnostics], toolReasons: new Set(), ready: new Map() },
  };
  for (const link of network.links) if (link.memberOf === undefined) planLink(planning, link);
  const { commands, toolReasons } = planning;
  const timeoutMs = given.policy.network.verify_timeout * 1000;
  const { steps, note: unasked } = addVerification(planning.steps, { commands, timeoutMs });
  const [first] = network.links;
  if (unasked !== undefined && first !== undefined) note(planning, 'note', 'missing', first.origin, unasked);
  return {
    ...{ network, steps, diagnostics: planning.diagnostics, missingLinks, toolReasons: [...toolReasons] },
    automaticLinks: describeAutomatic(network.links, automatic),
  };
}

function note(planning: Planning, severity: Severity, code: DiagnosticCode, origin: Origin, message: string): void {
  planning.diagnostics.push({ severity, code, source: origin.source, message });
}

const common = { module: 'network', stage: 'early', frequency: 'boot' } as const;

function planLink(planning: Planning, link: ResolvedLink): void {
  noteAutomatic(planning, link);
  if (link.kind !== 'physical' && !planCreation(planning, link)) return;
  planAdvertisements(planning, link);
  const addresses = planAddresses(planning, link);
  planMtu(planning, link, addresses);
  const findSource = indexSources(addresses);
  for (const route of link.routes) planRoute(planning, link, { route, findSource });
}

function noteAutomatic(planning: Planning, link: ResolvedLink): void {
  for (const { method, severity, message } of judgeAutomatic(link, planning.automatic)) {
    const ids = planning.asked.links.filter(({ origin }) => origin === link.origin).map(({ id }) => id);
    const entry = planning.asked.addresses.find((item) => ids.includes(item.link) && item.method === method);
    const code = severity === 'error' ? 'missing' : 'unsupported-key';
    note(planning, severity, code, (entry ?? link).origin, `${link.name}: ${message}`);
  }
}

/** The bond or VLAN itself; false without ip, which alone can make one: then nothing is set on it either. */
function planCreation(planning: Planning, link: ResolvedLink): boolean {
  const { name, bond, vlan, mac, origin } = link;
  const kind = bond === undefined ? 'VLAN' : 'bond';
  if (planning.commands.ip === undefined) {
    const message = `${kind} ${name} cannot be set up: it needs ip (package iproute2), which is not installed`;
    note(planning, 'error', 'missing', origin, message);
    return false;
  }
  planning.toolReasons.add('ip (iproute2): bonds and VLANs');
  const id = `net/${name}/${kind.toLowerCase()}`;
  const further = {
    ...(mac === undefined ? {} : { mac }),
    ...(acceptsAdvertisements(link) === false ? { refusesAdvertisements: true as const } : {}),
  };
  if (bond !== undefined) {
    const { members, mode, options } = bond;
    planning.steps.push({
      ...{ id, ...common, source: origin.source, summary: `bond ${name} (${mode}) of ${members.join(', ')}` },
      action: { kind: 'netBond', link: name, members, mode, options, ...further },
    });
  } else if (vlan !== undefined) {
    const parent = planning.ready.get(vlan.parent);
    const needs = parent === undefined ? [] : [parent];
    planning.steps.push({
      ...{ id, ...common, source: origin.source, summary: `VLAN ${vlan.id} on ${vlan.parent} as ${name}`, needs },
      action: { kind: 'netVlan', link: name, parent: vlan.parent, vlanId: vlan.id, ...further },
    });
  }
  planning.ready.set(name, id);
  return true;
}

/** Before a NIC comes up (a bond or VLAN that is made says so itself); what is written for its service says the same. */
function planAdvertisements(planning: Planning, link: ResolvedLink): void {
  if (acceptsAdvertisements(link) !== false || planning.commands.ip === undefined) return;
  const { name, origin } = link;
  planning.steps.push({
    ...{ id: `net/${name}/advertisements`, ...common, source: origin.source },
    summary: `${name} refuses router advertisements: its IPv6 is static`,
    action: { kind: 'netAdvertisements', link: name },
  });
}

function chooseToolOf(planning: Planning, family: 4 | 6, origin: Origin, what: string): NetTool | undefined {
  const { tool, reason } = chooseTool(planning.commands, family);
  if (tool === undefined) note(planning, 'error', 'missing', origin, `${what}: ${reason}`);
  else planning.toolReasons.add(reason);
  return tool;
}

type PlannedAddress = { readonly id: string; readonly action: NetAddressAction };

function planAddresses(planning: Planning, link: ResolvedLink): PlannedAddress[] {
  const planned: PlannedAddress[] = [];
  // Bonds and VLANs NetworkManager takes over as they are, and at later boots it sets subnets' routes by itself; NICs it sets up anew.
  const isApart = planning.backend === 'network-manager' && link.kind !== 'physical';
  // IPv6 addresses do not give way to each other.
  const together = link.addresses
    .filter((other) => other.family === 4)
    .map((other) => `${other.address}/${other.prefixLength}`);
  for (const { family, address, prefixLength, guess, origin } of link.addresses) {
    const label = `${address}/${prefixLength}`;
    const tool = isApart ? 'iproute2' : chooseToolOf(planning, family, origin, `${link.name} ${address} cannot be set`);
    if (tool === undefined) continue;
    const action: NetAddressAction = {
      ...{ kind: 'netAddress', link: link.name, family, address, prefixLength, tool },
      ...(isApart ? { noPrefixRoute: true as const } : {}),
      ...(family === 6 || together.length < 2 ? {} : { together }),
    };
    const needs = link.kind === 'physical' ? {} : { needs: [planning.ready.get(link.name) ?? ''] };
    const id = `net/${link.name}/${label}`;
    planning.steps.push({
      ...{ id, ...common, action, summary: `${link.name} ${label}`, source: origin.source },
      ...(guess === undefined ? {} : { guess }),
      ...needs,
    });
    planned.push({ id, action });
  }
  return planned;
}

/** The MTU, after the first address so that one command brings the link up; and the link itself, where VLANs are on it. */
function planMtu(planning: Planning, link: ResolvedLink, [first]: readonly PlannedAddress[]): void {
  const { name, mtu, origin } = link;
  const created = planning.ready.get(name);
  const isParent =
    planning.commands.ip !== undefined && planning.network.links.some(({ vlan }) => vlan?.parent === name);
  const isWanted =
    mtu === undefined ? isParent && created === undefined : isParent || (first?.id ?? created) !== undefined;
  if (!isWanted) return;
  const size = mtu === undefined ? {} : { mtu };
  const action: NetLinkAction = { kind: 'netLink', link: name, ...size, tool: first?.action.tool ?? 'iproute2' };
  const id = `net/${name}/${mtu === undefined ? 'up' : `mtu-${mtu}`}`;
  // What is on a link must not wait for an address of its own.
  const after = created ?? (isParent ? undefined : first?.id);
  planning.steps.push({
    ...{ id, ...common, action, summary: `${name} ${mtu === undefined ? 'up' : `mtu ${mtu}`}`, source: origin.source },
    ...(after === undefined ? {} : { needs: [after] }),
  });
  if (isParent) planning.ready.set(name, id);
}

function planRoute(
  planning: Planning,
  link: ResolvedLink,
  { route, findSource }: { route: ResolvedRoute; findSource: (route: ResolvedRoute) => PlannedAddress | undefined },
): void {
  const { family, destination, prefixLength, gateway, metric, onLink, guess, origin } = route;
  // Without an address of ours the link gets its routes from whoever gives it one.
  const after = findSource(route);
  if (after === undefined) return;
  const { tool, reason, protocol } = chooseRouteTool(route, after.action.tool, planning);
  if (reason !== undefined) planning.toolReasons.add(reason);
  const action: NetRouteAction = {
    ...{ kind: 'netRoute', link: link.name, family, destination, prefixLength },
    gateway: gateway ?? (family === 4 ? '0.0.0.0' : '::'),
    ...(metric === undefined ? {} : { metric }),
    ...(onLink === undefined ? {} : { onLink }),
    ...(protocol === undefined ? {} : { protocol }),
    tool,
  };
  const target =
    prefixLength === 0 && (family === 4 || gateway !== undefined) ? 'default' : `${destination}/${prefixLength}`;
  const via = gateway === undefined ? '' : `-via-${gateway}`;
  planning.steps.push({
    ...{ id: `net/${link.name}/${target}${via}${metric === undefined ? '' : `-metric-${metric}`}`, ...common, action },
    summary: `${target}${gateway === undefined ? '' : ` via ${gateway}`} on ${link.name}${onLink ? ', gateway outside the subnet' : ''}`,
    ...(guess === undefined ? { source: origin.source } : { guess }),
    needs: [after.id],
  });
}

/** Finds the address that the kernel will reach a gateway from; the first of the family where the gateway is in no subnet. */
function indexSources(addresses: readonly PlannedAddress[]): (route: ResolvedRoute) => PlannedAddress | undefined {
  const findHolder = indexNetworks(addresses.map(({ action }) => action));
  const firsts = new Map(addresses.toReversed().map((planned) => [planned.action.family, planned]));
  return ({ family, gateway }) => {
    const router = parseAddress(gateway ?? '');
    const holder = router?.family === family ? addresses[findHolder(router)] : undefined;
    return holder ?? firsts.get(family);
  };
}
