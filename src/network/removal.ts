// What an earlier run set up and the drive no longer asks for: the difference between two networks of one instance that is a loss.

import type { NetAddressAction, NetRemoveAction, NetRouteAction } from '../core/action.ts';
import type { Step } from '../core/plan.ts';
import type { ResolvedNetwork } from '../core/resolved-network.ts';

type Was = NetRemoveAction['was'];
type Held = { readonly step: Step; readonly was: Was };

const common = { module: 'network', stage: 'early', frequency: 'boot' } as const;

/**
 * Steps that take away what the steps `before` have set and `steps` do not set: routes first, then addresses, then bonds and VLANs, each
 * in the reverse of the order in which they came. They go before `steps`, whose addresses and links may be in the way of them.
 *
 * Not taken away: what gives way by itself (the other IPv4 addresses of a link that gets one, another gateway of the same route), and the
 * address of a link that is now left to DHCP or router advertisements, which have yet to give it another. Pure.
 */
export function planRemovals(
  before: readonly Step[],
  { steps, network }: { steps: readonly Step[]; network: ResolvedNetwork },
): Step[] {
  const wanted = steps.flatMap(({ action }) => (isHeld(action) ? [action] : []));
  const keys = new Set(wanted.map(spell));
  const places = new Set(wanted.map(spellPlace));
  const automatic = new Map(network.links.map((link) => [link.name, link.automatic]));
  const held: Held[] = before.flatMap((step) => (isHeld(step.action) ? [{ step, was: step.action }] : []));
  const goneLinks = new Set(held.filter(({ was }) => isLink(was) && !keys.has(spell(was))).map(({ was }) => was.link));
  const isLeft = ({ was }: Held): boolean => {
    if (keys.has(spell(was))) return false;
    if (isLink(was)) return true;
    if (goneLinks.has(was.link) || places.has(spellPlace(was))) return false;
    const { dhcp4, ipv6 } = automatic.get(was.link) ?? {};
    return was.family === 4 ? dhcp4 !== true : ipv6 === undefined;
  };
  const left = held.filter(isLeft).toReversed();
  const ordered = [
    ...left.filter(({ was }) => was.kind === 'netRoute'),
    ...left.filter(({ was }) => was.kind === 'netAddress'),
    ...left.filter(({ was }) => isLink(was)),
  ];
  return ordered.map(({ step, was }) => ({
    ...common,
    id: step.id.replace(/^net\//, 'net-removed/'),
    action: { kind: 'netRemove', was },
    summary: `${step.summary}: no longer asked for`,
  }));
}

function isHeld(action: Step['action']): action is Was {
  return ['netAddress', 'netRoute', 'netBond', 'netVlan'].includes(action.kind);
}

function isLink(was: Was): was is Exclude<Was, NetAddressAction | NetRouteAction> {
  return was.kind === 'netBond' || was.kind === 'netVlan';
}

/** Equal for actions that hold the same thing. A link of the same name and kind is changed in place. */
function spell(was: Was): string {
  if (was.kind === 'netAddress') return `${was.link} ${was.address}/${was.prefixLength}`;
  if (was.kind === 'netRoute') return `${spellPlace(was)} via ${was.gateway}`;
  return `${was.kind} ${was.link}`;
}

/** What only one thing can be at: a route of a destination and metric, the IPv4 addresses of a link. */
function spellPlace(was: Was): string {
  if (was.kind === 'netRoute')
    return `${was.link} ${was.destination}/${was.prefixLength} metric ${was.metric ?? (was.family === 4 ? 0 : 1024)}`;
  return was.kind === 'netAddress' && was.family === 4 ? `${was.link} IPv4` : spell(was);
}
