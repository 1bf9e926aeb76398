// What was looked at when the network had been set, one by one, with what was seen.

/** Ids of the two steps that look: before the first address is set, and after the last route. */
export const probeStepId = 'net/probe';
export const verifyStepId = 'net/verify';

/** One look. `subject` is an address, a route or a gateway; absent for what is the link's own. */
export type NetworkCheck = {
  readonly link: string;
  readonly what: 'address-free' | 'address' | 'route' | 'mtu' | 'carrier' | 'gateway';
  readonly subject?: string;
  /** ok: so it is. trouble: it is not; the guest is degraded. silent: a gateway of a few destinations does not answer; they may be beyond somebody else. unknown: it could not be asked, `detail` says why. */
  readonly result: 'ok' | 'trouble' | 'silent' | 'unknown';
  /** MAC address of a gateway that answers, or a reason. */
  readonly detail?: string;
};

/** `gateway 10.0.0.254 does not answer on eth0`: for the last line of a run. */
function describeTrouble({ link, what, subject = '' }: NetworkCheck): string {
  if (what === 'carrier') return `${link} has no carrier`;
  if (what === 'gateway') return `gateway ${subject} does not answer on ${link}`;
  return what === 'address-free' ? `${subject} is in use on ${link}` : `${subject} is not there on ${link}`;
}

export function listTroubles(checks: readonly NetworkCheck[] | undefined): string[] {
  return (checks ?? []).filter(({ result }) => result === 'trouble').map(describeTrouble);
}
