// Plans the configuration of each tunnel, its service, and the commands that wait for the tunnels to carry.

import type { ModuleContext } from '../../core/define.ts';
import type { Step } from '../../core/plan.ts';
import { Secret } from '../../core/secret.ts';
import { planInstall } from '../packages/plan-install.ts';
import type { Wireguard } from './schema.ts';

/** Milliseconds that wg-quick may take: it may have to find the name of an endpoint. */
const startMs = 90_000;

/** Steps `wireguard/install`, `wireguard/NAME`, `wireguard/NAME/up` and `wireguard/readinessprobe/N`, all late. */
export function planWireguard(context: ModuleContext<Wireguard>): Step[] {
  const { config, place, report } = context;
  const { interfaces = [], readinessprobe = [] } = config.wireguard ?? {};
  const common = { module: 'wireguard', stage: 'late' } as const;
  const steps: Step[] = [];
  const ups: string[] = [];
  const install = planInstall(
    context,
    { module: common.module, id: 'wireguard/install', source: place(['wireguard']) },
    { packages: [{ name: 'wireguard-tools' }], program: 'wg' },
  );
  const before = install === undefined ? [] : [install];
  for (const [index, { name, config_path, content }] of interfaces.entries()) {
    const source = place(['wireguard', 'interfaces', index]);
    const read = `/etc/wireguard/${name}.conf`;
    const path = config_path ?? read;
    const id = `wireguard/${name}`;
    if (steps.some((step) => step.id === id)) {
      const message = 'this interface is listed before; the first entry counts';
      report({ severity: 'warning', code: 'duplicate-key', message }, ['wireguard', 'interfaces', index]);
      continue;
    }
    if (path !== read) {
      const message = `the service wg-quick@${name} reads ${read} alone`;
      report({ severity: 'warning', code: 'conflict', message }, ['wireguard', 'interfaces', index, 'config_path']);
    }
    // A private key is in it.
    const text = new Secret(content.endsWith('\n') ? content : `${content}\n`);
    steps.push(
      {
        ...{ ...common, id, source, summary: path },
        action: { kind: 'file', path, content: text, mode: 0o600, owner: 'root', group: 'root' },
      },
      {
        ...{ ...common, id: `${id}/renew`, source, summary: `wg-quick@${name} told of it, if it runs`, needs: [id] },
        action: { kind: 'service', units: [`wg-quick@${name}.service`], verb: 'restart', onChangeOf: [id] },
      },
      {
        ...{
          ...common,
          id: `${id}/up`,
          source,
          summary: `wg-quick@${name}`,
          needs: [...before.map((step) => step.id), id],
        },
        action: { kind: 'daemon', name: `wg-quick@${name}`, packages: ['wireguard-tools'], wait: startMs },
      },
    );
    ups.push(`${id}/up`);
  }
  if (steps.length > 0) steps.unshift(...before);
  readinessprobe.forEach((line, index) => {
    steps.push({
      ...{ ...common, id: `wireguard/readinessprobe/${index}`, summary: `readiness probe ${index + 1}`, needs: ups },
      source: place(['wireguard', 'readinessprobe', index]),
      action: { kind: 'exec', label: `readiness probe ${index + 1}`, command: { shell: line } },
    });
  });
  return steps;
}
