// Makes the plan: what the drive asks for, against what the guest is, as one ordered list of steps. Pure: the same input, the same plan.

import type { ModuleContext, ModuleDefinition } from '../core/define.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { limitDiagnostics } from '../core/diagnostic-list.ts';
import type { Facts } from '../core/facts.ts';
import { type InstanceConfig, instanceName } from '../core/instance-config.ts';
import type { Plan, Step } from '../core/plan.ts';
import type { Policy } from '../core/policy.ts';
import type { BackendChoice } from '../network/backend.ts';
import { planNameServers, saidServersStepId } from '../network/name-servers.ts';
import { type MadeFile, planPersistence } from '../network/persistence.ts';
import { type NetworkPlan, planNetwork } from '../network/plan.ts';
import type { Renderer } from '../network/renderers/renderer.ts';
import { specifyNetwork } from '../network/unspecified.ts';
import type { Interpretation } from '../userdata/interpret.ts';
import type { ModuleSection } from '../userdata/module-section.ts';
import type { Script } from '../userdata/part-format.ts';
import { isClosing, orderModules } from './order.ts';

export type PlanInput = {
  readonly instance: InstanceConfig;
  readonly facts: Facts;
  readonly policy: Policy;
  readonly userData: Interpretation;
  readonly modules: readonly ModuleDefinition[];
  readonly backend: BackendChoice;
  /** The renderer of that back end. */
  readonly renderer: Renderer | undefined;
  /** What earlier runs made. */
  readonly previous: readonly MadeFile[];
  /** Takes away what an earlier run set up for this instance and the network of this plan lacks; absent when there was none. */
  planRemovals?(now: NetworkPlan): readonly Step[];
  /** The section of a module that the document says nothing to. */
  emptySection(module: ModuleDefinition): ModuleSection;
  /** Adds the steps of scripts and hooks, `instance` being the name of the instance. */
  placeScripts(steps: Step[], scripts: readonly Script[], instance: string): Step[];
};

/** `missingLinks` names links of the drive that no NIC of this guest is: exit code 22. */
export type PlannedInstance = Plan &
  Pick<NetworkPlan, 'missingLinks' | 'toolReasons' | 'automaticLinks' | 'network'> & {
    readonly backend: BackendChoice;
  };

/** Steps of both stages, in the order in which they are applied. */
export function planInstance(input: PlanInput): PlannedInstance {
  const { instance, facts, policy, userData } = input;
  const { backend, renderer } = input;
  const asked = specifyNetwork(instance, policy);
  const network = planNetwork({ network: asked.network, facts, policy, backend: backend.backend });
  // What belongs to a NIC that is not there today, or to an entry that cannot be read, is not out of date.
  const isWhole =
    network.missingLinks.length === 0 && instance.networkDamage === undefined && asked.network.addresses.length > 0;
  const previous = isWhole ? input.previous : [];
  const removals = (isWhole ? input.planRemovals?.(network) : undefined) ?? [];
  const live = [...removals, ...network.steps];
  const persistence = planPersistence({
    network: network.network,
    choice: backend,
    renderer,
    live,
    interfaces: facts.interfaces,
    previous,
  });
  const nameServers = planNameServers(network.network, { backend: backend.backend, resolver: facts.resolver, live });
  const told = [...asked.diagnostics, ...network.diagnostics, ...persistence.diagnostics, ...nameServers.diagnostics];
  const diagnostics: Diagnostic[] = [...limitDiagnostics(told, 'network')];
  const guest = { instance, facts, policy, ...describeDocument(userData.document) };
  // Where user_data had its turn and is not read again, the servers that it said stay.
  const isSaid = input.modules.length === 0 && input.previous.some(({ step }) => step === saidServersStepId);
  let steps: Step[] = [...live, ...persistence.steps, ...(isSaid ? [] : nameServers.steps)];
  const closing: Step[] = [];
  for (const module of orderModules(input.modules)) {
    const present = userData.document?.sections.get(module.name);
    if (present === undefined && module.always !== true) continue;
    const section = present ?? input.emptySection(module);
    const planned = module.plan(makeContext({ guest, section, diagnostics }));
    // Not as arguments: a document may ask for more steps than a call takes.
    const list = isClosing(module) ? closing : steps;
    for (const step of planned) list.push(step);
  }
  steps = [...input.placeScripts(steps, userData.scripts ?? [], instanceName(instance.id)), ...closing];
  // Stable: within a stage the order of planning is the order of work.
  const replaced = new Set(steps.flatMap(({ replaces }) => replaces ?? []));
  const kept = steps.filter(({ module }) => !replaced.has(module));
  const ordered = [...kept.filter((step) => step.stage === 'early'), ...kept.filter((step) => step.stage === 'late')];
  const { missingLinks, toolReasons, automaticLinks } = network;
  return { steps: ordered, diagnostics, missingLinks, toolReasons, automaticLinks, backend, network: network.network };
}

type GuestContext = Pick<ModuleContext<unknown>, 'document' | 'validated' | 'instance' | 'facts' | 'policy'>;

/** A document as every module sees it: as written, and with what was left of it after validation. */
export function describeDocument(document: Interpretation['document']): Pick<GuestContext, 'document' | 'validated'> {
  const configs = [...(document?.sections.values() ?? [])].map(({ config }) => config);
  return { document: document?.raw ?? {}, validated: Object.assign({}, ...configs) };
}

/** What one module's planner gets; what it reports is added to `diagnostics`, with its place in the document or as the metadata's. */
export function makeContext(given: {
  readonly guest: GuestContext;
  readonly section: ModuleSection;
  readonly diagnostics: Diagnostic[];
}): ModuleContext<unknown> {
  const { guest, section, diagnostics } = given;
  return {
    ...guest,
    config: section.config,
    place: section.place,
    originalIndex: section.originalIndex,
    report(problem, path) {
      diagnostics.push(
        path === undefined ? { source: 'metadata', ...problem } : section.locateDiagnostic(problem, path),
      );
    },
  };
}
