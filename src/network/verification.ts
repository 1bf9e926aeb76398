// The two looks at a network: before the first address, whether it is free (RFC 5227); after the last route, whether all of it is there
// and the gateways answer. What is left to DHCP or router advertisements is not looked at.

import type {
  NetAddressAction,
  NetLinkAction,
  NetProbeAction,
  NetRouteAction,
  NetVerifyAction,
} from '../core/action.ts';
import type { Facts } from '../core/facts.ts';
import { probeStepId, verifyStepId } from '../core/network-check.ts';
import type { Step } from '../core/plan.ts';

const common = { module: 'network', stage: 'early', frequency: 'boot' } as const;

export type Verified = {
  readonly steps: readonly Step[];
  /** Why nobody can be asked. */
  readonly note?: string;
};

/**
 * Pure: adds both looks to the steps of the network, unless no address is set or `timeoutMs` is 0. What makes links comes first then, so
 * that one question asks for all of them, at a time when no address of ours is there to ask from.
 */
export function addVerification(
  steps: readonly Step[],
  { commands, timeoutMs }: { readonly commands: Facts['commands']; readonly timeoutMs: number },
): Verified {
  if (timeoutMs === 0 || !steps.some(({ action }) => action.kind === 'netAddress')) return { steps };
  const makers = listMakers(steps);
  const made = new Set(makers);
  const rest = steps.filter((step) => !made.has(step));
  const verify = describeVerify(steps, timeoutMs);
  if (commands['ip'] === undefined) {
    const what = 'whether an address is free and a gateway answers cannot be asked';
    return { steps: [...steps, verify], note: `${what}: it needs ip (package iproute2), which is not installed` };
  }
  const probe = describeProbe(rest, makers, timeoutMs);
  if (probe === undefined) return { steps: [...steps, verify] };
  const asked = rest.map((step) =>
    step.action.kind === 'netAddress' && step.action.family === 4
      ? { ...step, needs: [...(step.needs ?? []), probe.id] }
      : step,
  );
  return { steps: [...makers, probe, ...asked, verify] };
}

/**
 * Bonds, VLANs, and the links that these need to be up; and who refuses router advertisements, since asking brings a link up, and what an
 * advertisement has added by then would stay.
 */
function listMakers(steps: readonly Step[]): readonly Step[] {
  const isStacked = ({ action }: Step): boolean => action.kind === 'netBond' || action.kind === 'netVlan';
  const needed = new Set(steps.filter(isStacked).flatMap(({ needs }) => needs ?? []));
  return steps.filter((step) => isStacked(step) || step.action.kind === 'netAdvertisements' || needed.has(step.id));
}

function describeProbe(steps: readonly Step[], makers: readonly Step[], timeoutMs: number): Step | undefined {
  const addresses = steps.flatMap(({ action }) => (isAddress(action) && action.family === 4 ? [action] : []));
  const byLink = Map.groupBy(addresses, ({ link }) => link);
  const gateways = listGateways(steps, 4);
  const [only] = addresses;
  if (only === undefined) return undefined;
  const action: NetProbeAction = {
    kind: 'netProbe',
    links: [...byLink].map(([link, own]) => ({
      link,
      addresses: own.map(({ address }) => address),
      gateways: [...(gateways.get(link) ?? [])],
    })),
    timeoutMs,
  };
  const what =
    addresses.length === 1 ? `${only.address} is free on ${only.link}` : `${addresses.length} addresses are free`;
  const needs = makers.filter(({ action: { kind } }) => kind !== 'netAdvertisements').map(({ id }) => id);
  return { ...common, id: probeStepId, action, summary: what, ...(needs.length === 0 ? {} : { needs }) };
}

function describeVerify(steps: readonly Step[], timeoutMs: number): Step {
  const wanted = steps.flatMap(({ id, action }) =>
    isAddress(action) || isRoute(action) || hasMtu(action) ? [{ step: id, action }] : [],
  );
  const names = [...new Set(wanted.map(({ action }) => action.link))];
  const action: NetVerifyAction = { kind: 'netVerify', wanted, timeoutMs, onChangeOf: steps.map(({ id }) => id) };
  const where = names.length > 3 ? `${names.length} links` : names.join(', ');
  return { ...common, id: verifyStepId, action, summary: `addresses, routes and gateways of ${where} checked` };
}

/** By link, each once. */
function listGateways(steps: readonly Step[], family: 4 | 6): ReadonlyMap<string, ReadonlySet<string>> {
  const byLink = new Map<string, Set<string>>();
  for (const { action } of steps) {
    if (!isRoute(action) || action.family !== family || action.gateway === '0.0.0.0') continue;
    const known = byLink.get(action.link);
    if (known === undefined) byLink.set(action.link, new Set([action.gateway]));
    else known.add(action.gateway);
  }
  return byLink;
}

function isAddress(action: Step['action']): action is NetAddressAction {
  return action.kind === 'netAddress';
}

function isRoute(action: Step['action']): action is NetRouteAction {
  return action.kind === 'netRoute';
}

function hasMtu(action: Step['action']): action is NetLinkAction {
  return action.kind === 'netLink' && action.mtu !== undefined;
}
