// The plan as people and programs see it: steps with their state on this guest, grouped as an operator thinks.

import type { ActionKind, ExecAction } from '../core/action.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import { type ExitCode, exitCodes } from '../core/error.ts';
import type { Facts } from '../core/facts.ts';
import { type InstanceConfig, instanceName } from '../core/instance-config.ts';
import type { Step } from '../core/plan.ts';
import type { ResolvedNetwork } from '../core/resolved-network.ts';
import type { Change, Inspection } from '../executors/executor.ts';
import { executorFor } from '../executors/index.ts';
import type { Host } from '../host/host.ts';
import type { BackendChoice } from '../network/backend.ts';
import type { PlannedInstance } from '../pipeline/plan.ts';

/**
 * do: would change something; same: already so; run: a command of the user, not predicted; check: a look at what the steps before it
 * bring about; unseen: cannot be told from here.
 */
export type StepState = 'do' | 'same' | 'run' | 'check' | 'unseen';

export type StepView = Pick<Step, 'id' | 'module' | 'stage' | 'summary' | 'source' | 'guess'> & {
  readonly kind: ActionKind;
  readonly state: StepState;
  readonly changes: readonly Change[];
  /** A command of the user, whole: who sees the plan has the user_data. */
  readonly command?: string;
};

export type PlanView = {
  readonly exitCode: ExitCode;
  readonly instance: string;
  readonly source: string;
  readonly tools: readonly string[];
  readonly backend: BackendChoice;
  readonly network: ResolvedNetwork;
  readonly steps: readonly StepView[];
  readonly diagnostics: readonly Diagnostic[];
  readonly missingLinks: readonly string[];
  readonly facts: Facts;
};

/** Looks at the guest through `host`, or, without one, takes every step as not seen. */
export function viewPlan(given: {
  plan: PlannedInstance;
  instance: InstanceConfig;
  source: string;
  facts: Facts;
  host: Host | undefined;
}): PlanView {
  const { plan, host } = given;
  const seen = new Map<string, StepState>();
  const steps = plan.steps.map((step): StepView => {
    const { id, module, stage, summary, source, guess, action } = step;
    const named = {
      ...{ id, module, stage, summary, kind: action.kind },
      ...(source === undefined ? {} : { source }),
      ...(guess === undefined ? {} : { guess }),
    };
    if (action.kind === 'exec') return { ...named, state: 'run', changes: [], command: describeCommand(action) };
    const inspection = host === undefined ? unseen : inspect(step, host);
    const state = host === undefined ? 'unseen' : (findCheck(step, inspection, seen) ?? states[inspection.state]);
    seen.set(id, state);
    return {
      ...named,
      state,
      changes: inspection.state === 'same' ? [] : inspection.changes,
    };
  });
  const errors = plan.diagnostics.filter(({ severity }) => severity === 'error');
  const inputCode = errors.some(({ code }) => code === 'limit') ? exitCodes.inputLimit : exitCodes.degraded;
  return {
    exitCode: plan.missingLinks.length > 0 ? exitCodes.linkMissing : errors.length > 0 ? inputCode : exitCodes.ok,
    instance: instanceName(given.instance.id),
    source: given.source,
    ...{ tools: plan.toolReasons, backend: plan.backend, network: plan.network },
    steps,
    diagnostics: plan.diagnostics,
    missingLinks: plan.missingLinks,
    facts: given.facts,
  };
}

const states: Record<Inspection['state'], StepState> = { same: 'same', differs: 'do', unknown: 'unseen' };

/** Of a step that only looks: whether there will be something to look at. Undefined for any other. */
function findCheck(
  { action }: Step,
  { state }: Inspection,
  seen: ReadonlyMap<string, StepState>,
): StepState | undefined {
  if (action.kind === 'netProbe') return state === 'same' ? 'same' : 'check';
  if (action.kind !== 'netVerify') return undefined;
  return action.onChangeOf.every((id) => seen.get(id) === 'same') ? 'same' : 'check';
}

const unseen: Inspection = { state: 'unknown', changes: [] };

function inspect(step: Step, host: Host): Inspection {
  try {
    return executorFor(step.action).inspect(step.action, host);
  } catch {
    return unseen;
  }
}

function describeCommand({ command }: ExecAction): string {
  if ('shell' in command) {
    const [first = '', ...rest] = command.shell.trim().split('\n');
    return rest.length === 0 ? first : `${first} ... (+${rest.length} lines)`;
  }
  if ('argv' in command)
    return command.argv.map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
  return `${command.name} (${new TextDecoder().decode(command.script).split('\n')[0] ?? ''})`;
}
