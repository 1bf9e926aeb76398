// Scripts and hooks of user_data as steps, each with its own record, and their place among the steps of the modules.

import type { Step } from '../core/plan.ts';
import type { Script } from '../userdata/part-format.ts';
import type { LocalScript } from './local-scripts.ts';

/**
 * Adds the steps of `scripts` to those of the modules. Hooks come before bootcmd: early, behind what a login needs. Scripts are late, in the
 * order of cloud-init's final stage: vendor's, per-once, per-boot, per-instance, then the plain ones by name, among which the whole of
 * runcmd stands under that name. `instance` names the instance to the hooks.
 */
export function placeScripts(
  steps: readonly Step[],
  scripts: readonly (Script | LocalScript)[],
  instance: string,
): Step[] {
  if (scripts.length === 0) return [...steps];
  const plan = (chosen: readonly (Script | LocalScript)[]): Step[] =>
    chosen.map((script) => ('path' in script ? planLocal(script) : planScript(script, instance)));
  const ranked = scripts.filter(({ kind }) => kind === 'script').sort((a, b) => rank(a) - rank(b) || compare(a, b));
  const isBefore = (script: Script | LocalScript): boolean => rank(script) < plainRank || script.name < 'runcmd';
  const first = steps.findIndex(({ module }) => module === 'runcmd');
  const last = first < 0 ? steps.length : steps.findLastIndex(({ module }) => module === 'runcmd') + 1;
  const placed = [
    ...steps.slice(0, first < 0 ? last : first),
    ...plan(ranked.filter(isBefore)),
    ...(first < 0 ? [] : steps.slice(first, last)),
    ...plan(ranked.filter((script) => !isBefore(script))),
    ...steps.slice(last),
  ];
  const bootcmd = placed.findIndex(({ module }) => module === 'bootcmd');
  const hooks = plan(scripts.filter(({ kind }) => kind === 'hook'));
  return bootcmd < 0 ? [...placed, ...hooks] : placed.toSpliced(bootcmd, 0, ...hooks);
}

const plainRank = 4;

function rank(script: Script | LocalScript): number {
  const { frequency } = script;
  if ('isVendor' in script && script.isVendor) return 0;
  return frequency === undefined ? plainRank : { once: 1, boot: 2, instance: 3 }[frequency];
}

function compare(a: Script | LocalScript, b: Script | LocalScript): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function planLocal({ name, path, frequency }: LocalScript): Step {
  return {
    ...{ id: `script/${name}`, module: 'script', stage: 'late', summary: path, source: path },
    action: { kind: 'exec', label: name.replaceAll('/', '-'), command: { argv: [path] } },
    ...(frequency === 'instance' ? {} : { frequency }),
  };
}

function planScript(script: Script, instance: string): Step {
  const { kind, name, bytes, interpreter, frequency, prefix, isVendor } = script;
  const isHook = kind === 'hook';
  const label = isVendor ? `vendor-${name}` : name;
  const repeats = isHook ? 'boot' : frequency;
  return {
    id: `${isHook ? 'boothook' : 'script'}/${label}`,
    module: isHook ? 'boothook' : 'script',
    stage: isHook ? 'early' : 'late',
    action: {
      kind: 'exec',
      label,
      command: { script: bytes, name: label, ...(prefix === undefined ? {} : { prefix }) },
      ...(isHook ? { env: { INSTANCE_ID: instance } } : {}),
    },
    summary: `${label} (${interpreter})`,
    source: script.source ?? name,
    ...(repeats === undefined || repeats === 'instance' ? {} : { frequency: repeats }),
  };
}
