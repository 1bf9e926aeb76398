// The network as it was asked for, link by link, held against what the guest has now.

import type { Facts } from '../core/facts.ts';
import type { Step } from '../core/plan.ts';
import { listNics } from '../network/match.ts';
import type { InstanceRecord } from '../state/record.ts';
import type { ReportLink, Wanted } from './view.ts';

/** A link for each that was set up, then the NICs that nobody asked for. */
export function viewLinks(record: InstanceRecord | undefined, facts: Facts): ReportLink[] {
  const asked = (record?.networkSteps ?? []).flatMap((step) => viewStep(step, facts) ?? []);
  const present = listNics(facts.links).map(({ name }) => name);
  const names = [...new Set([...asked.map(({ link }) => link), ...present])];
  return names.map((name) => {
    const fact = facts.links.find((link) => link.name === name);
    return {
      name,
      ...(fact === undefined ? {} : { mac: fact.mac, up: fact.up }),
      wanted: asked.filter(({ link }) => link === name).map(({ link: _, ...wanted }) => wanted),
      addresses: (fact?.addresses ?? []).map(({ address, prefixLength }) => `${address}/${prefixLength}`),
      checks: (record?.networkChecks ?? []).filter(({ link }) => link === name),
    };
  });
}

type WantedOfLink = Wanted & { readonly link: string };

/** Undefined for a step that sets nothing that people ask for: a link up, a look. */
function viewStep({ action, guess }: Step, facts: Facts): WantedOfLink | undefined {
  const guessed = guess === undefined ? {} : { guess };
  switch (action.kind) {
    case 'netAddress': {
      const { link, address, prefixLength } = action;
      const present = facts.links
        .find(({ name }) => name === link)
        ?.addresses.some((live) => live.address === address && live.prefixLength === prefixLength);
      return { link, what: 'address', value: `${address}/${prefixLength}`, present: present ?? false, ...guessed };
    }
    case 'netRoute': {
      const { link, destination, prefixLength, gateway, metric } = action;
      const present = facts.routes.some(
        (live) =>
          live.link === link &&
          live.destination === destination &&
          live.prefixLength === prefixLength &&
          live.gateway === gateway,
      );
      const target = prefixLength === 0 ? 'default' : `${destination}/${prefixLength}`;
      const via = gateway === '0.0.0.0' || gateway === '::' ? '' : ` via ${gateway}`;
      const value = `${target}${via}${metric === undefined ? '' : ` metric ${metric}`}`;
      // The facts know IPv4 routes alone.
      return { link, what: 'route', value, ...(action.family === 4 ? { present } : {}), ...guessed };
    }
    case 'netLink':
      return action.mtu === undefined ? undefined : { link: action.link, what: 'mtu', value: String(action.mtu) };
    case 'netBond':
      return { link: action.link, what: 'bond', value: `${action.mode} of ${action.members.join(', ')}` };
    case 'netVlan':
      return { link: action.link, what: 'vlan', value: `${action.vlanId} of ${action.parent}` };
    default:
      return undefined;
  }
}
