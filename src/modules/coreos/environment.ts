// /etc/environment: the addresses of the instance, as units of CoreOS documents read them (EnvironmentFile=/etc/environment).

import { addressNames } from '../../core/instance-addresses.ts';
import type { Step } from '../../core/plan.ts';
import { listInstanceAddresses } from '../../network/instance-addresses.ts';
import type { CoreosContext } from './plan.ts';

const path = '/etc/environment';

/** One step, or none where no address is known or the document writes that file itself. */
export function planEnvironment({ instance, validated, place }: CoreosContext): Step[] {
  const addresses = listInstanceAddresses(instance);
  const known = addressNames.filter((name) => addresses[name] !== undefined).toSorted();
  if (known.length === 0 || writesItself(validated['write_files'])) return [];
  const rules = known.map((name) => {
    const variable = `COREOS_${name.toUpperCase()}`;
    return { pattern: `^${variable}=`, line: `${variable}=${addresses[name]}`, add: 'end' } as const;
  });
  return [
    {
      ...{ id: 'coreos/environment', module: 'coreos', stage: 'early', frequency: 'boot', source: place(['coreos']) },
      summary: path,
      action: { kind: 'lines', path, mode: 0o644, rules },
    },
  ];
}

function writesItself(files: unknown): boolean {
  return (
    Array.isArray(files) &&
    files.some((file: { path?: unknown }) => String(file.path).replaceAll(/\/+(?:\.\/+)*/g, '/') === path)
  );
}
