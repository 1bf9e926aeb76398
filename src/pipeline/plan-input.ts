// Brings together what the planner needs: facts, the interpreted user_data, the modules. Modules and parsers are loaded only when
// the drive gives them work, because a boot pays for every line that is evaluated.

import type { ModuleDefinition } from '../core/define.ts';
import type { Facts } from '../core/facts.ts';
import type { InstanceAddresses } from '../core/instance-addresses.ts';
import type { InstanceConfig, RawUserData } from '../core/instance-config.ts';
import type { Step } from '../core/plan.ts';
import type { Policy } from '../core/policy.ts';
import type { Host } from '../host/host.ts';
import { chooseBackend } from '../network/backend.ts';
import type { MadeFile } from '../network/persistence.ts';
import { loadRenderer } from '../network/renderers/registry.ts';
import { specifyNetwork } from '../network/unspecified.ts';
import type { Interpretation } from '../userdata/interpret.ts';
import type { Sources } from '../userdata/interpret-sources.ts';
import type { LocalScripts } from './local-scripts.ts';
import { type PlanInput, type PlannedInstance, planInstance } from './plan.ts';

const noScripts: LocalScripts = { scripts: [], diagnostics: [] };
const noUserData: Interpretation = { diagnostics: [], usable: true };

/** Takes out of a plan what is not this run's to do. */
export type NarrowPlan = (plan: PlannedInstance, userData: Interpretation, facts: Facts) => PlannedInstance;

/** An instance with its user_data interpreted: the same for every stage and every guest. */
export type InterpretedInput = Omit<
  PlanInput,
  'facts' | 'policy' | 'backend' | 'renderer' | 'previous' | 'planRemovals'
>;

/** What the guest adds to the drive. Without `osRelease` templates and CoreOS documents are only checked: nobody knows what they are to be filled in with. */
export type GuestInput = {
  readonly localDocuments: readonly RawUserData[];
  readonly localScripts: LocalScripts;
  readonly osRelease: (() => Facts['os']) | undefined;
  /** What the addresses of #include lists gave. */
  readonly fetched?: Sources['fetched'];
  /** What CoreOS documents are filled in with, in place of the addresses of the instance. */
  readonly addresses?: InstanceAddresses | undefined;
};

/** Interprets once what each stage then plans with fresh facts. */
export async function interpretInput(
  instance: InstanceConfig,
  { localDocuments, localScripts, osRelease, fetched, addresses: substitutes }: GuestInput,
): Promise<InterpretedInput> {
  const { scripts, diagnostics } = localScripts;
  if (!needsModules(instance) && localDocuments.length + scripts.length + diagnostics.length === 0)
    return { instance, userData: noUserData, modules: [], emptySection: neverAsked, placeScripts: keepSteps };
  const [
    { modules: registry },
    { interpretSources },
    { makeEmptySection },
    { placeScripts },
    { listInstanceAddresses },
  ] = await Promise.all([
    import('../modules/registry.generated.ts'),
    import('../userdata/interpret-sources.ts'),
    import('../userdata/module-section.ts'),
    import('./plan-scripts.ts'),
    import('../network/instance-addresses.ts'),
  ]);
  const modules = registry as unknown as readonly ModuleDefinition[];
  const { userData: raw, vendorData } = instance;
  const templateNames =
    osRelease &&
    (async () => {
      const { listTemplateNames } = await import('./template-names.ts');
      return listTemplateNames(instance, osRelease());
    });
  const addresses = substitutes ?? (osRelease && listInstanceAddresses(instance));
  const sources = {
    userData: raw,
    ...(vendorData && { vendorData }),
    ...{ localDocuments, templateNames, fetched, addresses },
  };
  const userData = await interpretSources(sources, modules);
  return {
    instance,
    userData:
      diagnostics.length === 0 ? userData : { ...userData, diagnostics: [...userData.diagnostics, ...diagnostics] },
    modules,
    emptySection: (module) => makeEmptySection(module, 'metadata'),
    placeScripts: (steps, given, name) => placeScripts(steps, [...given, ...scripts], name),
  };
}

type Guest = {
  readonly facts: Facts;
  readonly policy: Policy;
  /** What earlier runs made; none on a first boot. */
  readonly previous?: readonly MadeFile[];
  /** The network that an earlier run set up for this instance. */
  readonly previousNetwork?: readonly Step[];
  readonly narrow?: NarrowPlan | undefined;
};

/** The plan of both stages for the guest that `facts` describe, with the problems of the input. */
export async function planInterpreted(input: InterpretedInput, guest: Guest): Promise<PlannedInstance> {
  const { facts, policy, previous = [], previousNetwork = [], narrow } = guest;
  const backend = chooseBackend(facts.networkServices, policy.network.backend);
  const hasNetwork = specifyNetwork(input.instance, policy).network.addresses.length > 0;
  const renderer = hasNetwork && backend.backend !== undefined ? await loadRenderer(backend.backend) : undefined;
  const removals = previousNetwork.length === 0 ? {} : { planRemovals: await loadRemovals(previousNetwork) };
  const planned = planInstance({ ...input, facts, policy, backend, renderer, previous, ...removals });
  const plan = input.modules.length === 0 ? await addHostKeys(planned, input.instance, facts) : planned;
  const whole = { ...plan, diagnostics: [...input.userData.diagnostics, ...plan.diagnostics] };
  return narrow === undefined ? whole : narrow(whole, input.userData, facts);
}

/** A drive that gives only an address has no work for the modules; its guest is a new one all the same. */
async function addHostKeys(plan: PlannedInstance, { id }: InstanceConfig, facts: Facts): Promise<PlannedInstance> {
  if (facts.sshd === 'absent') return plan;
  const { planHostKeys } = await import('../modules/ssh-host-keys/host-keys.ts');
  return { ...plan, steps: [...plan.steps, ...planHostKeys({}, { id, facts })] };
}

/** A first boot has nothing to take away, and does not pay for it. */
async function loadRemovals(before: readonly Step[]): Promise<NonNullable<PlanInput['planRemovals']>> {
  const { planRemovals } = await import('../network/removal.ts');
  return (now) => planRemovals(before, now);
}

/** Both in one, for commands that plan once. */
export async function planFromInput(options: {
  readonly instance: InstanceConfig;
  readonly host: Host;
  readonly policy: Policy;
  readonly facts?: Facts;
  readonly previous?: readonly MadeFile[];
  readonly previousNetwork?: readonly Step[];
  readonly narrow?: NarrowPlan | undefined;
  /** Of the guest that is planned for. */
  readonly localDocuments?: readonly RawUserData[];
  readonly localScripts?: LocalScripts;
  /** False for a user_data without its drive. */
  readonly isMetadataKnown?: boolean;
  readonly addresses?: GuestInput['addresses'];
}): Promise<PlannedInstance> {
  const {
    instance,
    host,
    facts = host.facts(),
    localDocuments = [],
    localScripts = noScripts,
    isMetadataKnown = true,
    addresses,
    ...guest
  } = options;
  const osRelease = isMetadataKnown ? () => facts.os : undefined;
  return planInterpreted(await interpretInput(instance, { localDocuments, localScripts, osRelease, addresses }), {
    ...guest,
    facts,
  });
}

function needsModules(instance: InstanceConfig): boolean {
  return (
    instance.userData !== undefined ||
    (instance.vendorData?.length ?? 0) > 0 ||
    instance.hostname !== undefined ||
    instance.publicKeys.length > 0 ||
    instance.files.length > 0 ||
    instance.adminPassword !== undefined
  );
}

function keepSteps<Steps>(steps: Steps): Steps {
  return steps;
}

function neverAsked(): never {
  throw new Error('a module was planned where none was loaded');
}
