// What is asked of one unit, and the steps of all of them: files, masks and enabling first, one daemon-reload, commands last.

import type { UnitVerb } from '../../../core/action.ts';
import type { Step } from '../../../core/plan.ts';
import type { Secret } from '../../../core/secret.ts';
import { isNetworkFile } from './unit-name.ts';

export type UnitRequest = {
  /** Begins the ids of its steps; unique. */
  readonly id: string;
  readonly unit: string;
  readonly source: string;
  readonly content?: string;
  /** Files below NAME.d. */
  readonly dropIns: readonly {
    readonly name: string;
    readonly content: string | Secret;
    /** Permission bits; 0644 without it. */
    readonly mode?: number;
  }[];
  /** Below /run, gone with the boot and made anew at each. */
  readonly runtime: boolean;
  readonly mask: boolean;
  /** Frees it of a mask below /run. */
  readonly unmask: boolean;
  readonly enable: boolean;
  readonly command?: UnitVerb;
  /** A guest without the unit is no failure. */
  readonly optional: boolean;
  /** Settings without which it must not run. */
  readonly requires: readonly string[];
};

/** Steps of all requests in their order. */
export function planUnitSteps(requests: readonly UnitRequest[]): Step[] {
  const files = requests.flatMap(planFiles);
  const written = files.filter(({ action }) => action.kind !== 'unit' || action.verb === 'unmask');
  const managed = written.filter((step) => !isOfNetwork(step, requests));
  const network = written.filter((step) => isOfNetwork(step, requests));
  return [
    ...files,
    ...(managed.length === 0 ? [] : [planReload(managed)]),
    ...(network.length === 0 ? [] : [planNetworkd(network)]),
    ...requests.flatMap(planCommand),
  ];
}

/** Folder of a unit file: `/run/systemd/system`. */
function folderOf({ unit, runtime }: Pick<UnitRequest, 'unit' | 'runtime'>): string {
  return `${runtime ? '/run' : '/etc'}/systemd/${isNetworkFile(unit) ? 'network' : 'system'}`;
}

/** Paths of the files that a request writes. */
export function listFiles(request: UnitRequest): string[] {
  const path = `${folderOf(request)}/${request.unit}`;
  return [...(request.content === undefined ? [] : [path]), ...request.dropIns.map(({ name }) => `${path}.d/${name}`)];
}

function planFiles(request: UnitRequest): Step[] {
  const { id, unit, source, runtime } = request;
  const path = `${folderOf(request)}/${unit}`;
  const common = {
    ...({ module: 'coreos', stage: 'early', source } as const),
    ...(runtime ? ({ frequency: 'boot' } as const) : {}),
  };
  const steps: Step[] = [];
  if (request.content !== undefined)
    steps.push({ ...common, id, summary: path, action: { kind: 'file', path, content: request.content, mode: 0o644 } });
  for (const { name, content, mode = 0o644 } of request.dropIns) {
    const file = `${path}.d/${name}`;
    steps.push({
      ...common,
      id: `${id}/${name}`,
      summary: file,
      action: { kind: 'file', path: file, content, mode },
    });
  }
  if (request.mask) {
    const action = { kind: 'symlink', path, target: '/dev/null' } as const;
    steps.push({ ...common, id: `${id}/mask`, summary: `${unit} masked`, action });
  } else if (request.unmask) {
    const action = { kind: 'unit', unit, verb: 'unmask' } as const;
    steps.push({ ...common, id: `${id}/unmask`, summary: `${unit} not masked in /run`, action });
  }
  if (request.enable) {
    steps.push({
      ...{ ...common, id: `${id}/enable`, summary: `enable ${unit}` },
      action: { kind: 'unit', unit, verb: 'enable', ...(runtime ? { runtime } : {}), ...optionally(request) },
      ...(request.content === undefined ? {} : { needs: [id] }),
    });
  }
  return steps;
}

function optionally({ optional }: UnitRequest): { optional?: true } {
  return optional ? { optional } : {};
}

function isOfNetwork({ id }: Step, requests: readonly UnitRequest[]): boolean {
  return requests.some(
    (request) => isNetworkFile(request.unit) && (id === request.id || id.startsWith(`${request.id}/`)),
  );
}

function planReload(written: readonly Step[]): Step {
  return {
    ...{ id: 'coreos/daemon-reload', module: 'coreos', stage: 'early', frequency: 'boot' },
    summary: 'systemctl daemon-reload',
    action: {
      ...{ kind: 'notify', argv: ['systemctl', 'daemon-reload'], ifExists: '/run/systemd/system' },
      onChangeOf: written.map(({ id }) => id),
    },
  };
}

function planNetworkd(written: readonly Step[]): Step {
  return {
    ...{ id: 'coreos/networkd', module: 'coreos', stage: 'early', frequency: 'boot' },
    summary: 'systemd-networkd',
    action: {
      ...{ kind: 'service', units: ['systemd-networkd.service'], verb: 'restart' },
      onChangeOf: written.map(({ id }) => id),
    },
  };
}

/** At every boot, as there: a unit that is started by its command alone is not enabled. */
function planCommand(request: UnitRequest): Step[] {
  const { id, unit, source, command, requires } = request;
  if (command === undefined) return [];
  return [
    {
      ...{ id: `${id}/${command}`, module: 'coreos', stage: 'late', frequency: 'boot', source },
      summary: `${command} ${unit}`,
      action: {
        ...{ kind: 'unit', unit, verb: command },
        ...optionally(request),
        ...(requires.length === 0 ? {} : { requires }),
      },
    },
  ];
}
