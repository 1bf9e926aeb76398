// Applies one instance, stage by stage, each with fresh facts: what one stage made, the next one sees.

import type { AfterRun } from '../core/action.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Facts } from '../core/facts.ts';
import { type InstanceConfig, instanceName } from '../core/instance-config.ts';
import type { Stage } from '../core/plan.ts';
import type { Policy } from '../core/policy.ts';
import { privateRuntimeDirectory } from '../host/drive-mount.ts';
import type { Host } from '../host/host.ts';
import { listNetworkFiles } from '../network/persistence.ts';
import { isUnspecified, specifyNetwork } from '../network/unspecified.ts';
import { fingerprintNetwork } from '../state/fingerprint.ts';
import { type InstanceRecord, readMachine } from '../state/record.ts';
import { openStore, type Store } from '../state/store.ts';
import { type ApplyResult, applySteps } from './apply.ts';
import { awaitPlannedNics, type NicWait } from './await-nics.ts';
import type { OpenDrive } from './discover.ts';
import { fingerprintHostKeys, selectShownKeys } from './host-keys.ts';
import type { Decision, StageWork } from './identity.ts';
import type { IncludeOptions } from './includes.ts';
import type { KeptNetwork } from './keep-network.ts';
import { readLocalDocuments } from './local-documents.ts';
import { readLocalScripts } from './local-scripts.ts';
import { listKnownNics } from './moved-nics.ts';
import type { PlannedInstance } from './plan.ts';
import {
  type GuestInput,
  type InterpretedInput,
  interpretInput,
  type NarrowPlan,
  planInterpreted,
} from './plan-input.ts';
import { writePublicStatus } from './public-status.ts';
import type { Reporter } from './reporter.ts';
import { isNetworkStep, listLooks, recallEarlyStage, recordStage, selectSteps } from './stage.ts';
import { sweepTemporaryFiles } from './sweep.ts';
import { describeNetwork, describeVerdict, type Verdict } from './verdict.ts';

export type ApplyInstanceOptions = {
  readonly host: Host;
  readonly reporter: Reporter;
  readonly drive: OpenDrive;
  readonly instance: InstanceConfig;
  readonly inputDiagnostics: readonly Diagnostic[];
  readonly policy: Policy;
  readonly nicWait: NicWait;
  readonly decision: Decision;
  /** A later boot, at which the guest's network service brings the network up. */
  readonly isNetworkLeft: boolean;
  /** Why the network of a known instance is applied anew, in words; undefined: it is the one that was applied. */
  readonly networkChange: string | undefined;
  /** Brings back the network of the record. */
  keepNetwork(): Promise<KeptNetwork | undefined>;
  readonly narrow?: NarrowPlan | undefined;
  readonly record?: InstanceRecord;
  /** Of the other instance that this guest, or the one that it was copied from, was before. */
  readonly predecessor?: InstanceRecord;
  /** What the record is to say besides the outcome. */
  readonly remember?: Pick<InstanceRecord, 'imageUserData'>;
  readonly quarantined?: string;
  /** Journal lines of earlier runs do not count, whatever became of the record. */
  readonly force: boolean;
  readonly bootId: string;
  readonly startedAt: number;
  stopRequested(): boolean;
};

type Applied = {
  readonly verdict: Verdict;
  readonly record: InstanceRecord;
  readonly lines: readonly string[];
  readonly afterRun?: AfterRun;
};

type StageResult = { readonly stage: Stage; readonly plan: PlannedInstance; readonly result: ApplyResult };

/** Gives the verdict over the stages of this run. Throws AgentError 30 when no state can be written anywhere. */
export async function applyInstance(options: ApplyInstanceOptions): Promise<Applied> {
  const { host, instance, decision } = options;
  announce(options);
  const isNetworkOnly = decision.work.every(({ work }) => work === 'network' || work === 'none');
  const localDocuments = isNetworkOnly ? [] : readLocalDocuments(host);
  const localScripts = isNetworkOnly ? { scripts: [], diagnostics: [] } : readLocalScripts(host);
  const interpret = (fetched?: GuestInput['fetched']): Promise<InterpretedInput> => {
    const osRelease = (): Facts['os'] => host.facts().os;
    const drive = isNetworkOnly ? narrowToNetwork(instance) : instance;
    return interpretInput(drive, { localDocuments, localScripts, osRelease, fetched });
  };
  const input = await interpret();
  // Before anything is done: a run that takes this one up knows nothing of an earlier instance.
  let record = await rememberMachine(options, { ...(options.record ?? beginRecord(options)), ...options.remember }, []);
  // Of the instance before this one: live until this one has a network of its own.
  const standing = options.record === undefined ? options.predecessor?.networkSteps : undefined;
  const store = openStore({
    host,
    record,
    fresh: decision.fresh && (options.force || options.quarantined === undefined),
  });
  const results: StageResult[] = [];
  try {
    const todo = decision.work.filter(({ work }) => work !== 'none');
    for (const { stage, work } of todo) {
      const earlier = results.at(-1)?.plan;
      // Fresh facts for what a stage does; one that had nothing to do a moment ago has nothing to do now.
      const isIncomplete = stage === 'late' && input.userData.wanted !== undefined && host.live;
      const idle = !isIncomplete && earlier !== undefined && !earlier.steps.some((step) => step.stage === stage);
      const startedAt = host.now();
      const start = host.monotonic();
      const { network } = specifyNetwork(instance, options.policy);
      const facts = stage === 'early' ? await awaitPlannedNics(network, options.nicWait) : host.facts();
      const guest = {
        ...{ facts, policy: options.policy, previous: host.live ? record.made : [], narrow: options.narrow },
        previousNetwork: stage === 'early' && host.live ? (standing ?? record.networkSteps) : [],
      };
      const known = idle ? earlier : await planInterpreted(input, guest);
      const plan = isIncomplete ? await completePlan(input, known, guest, { ...options, interpret, work }) : known;
      const diagnostics = [...options.inputDiagnostics, ...plan.diagnostics];
      tellDiagnostics(options.reporter, diagnostics, record);
      const result = await applyStage({ ...options, store, plan, stage, work, start });
      results.push({ stage, plan, result });
      record = recordStage(record, {
        ...{ stage, work, plan, result, diagnostics, startedAt },
        bootId: options.bootId,
        source: options.drive.description,
        ms: host.monotonic() - start,
        isNetworkLeft: network.addresses.length === 0 || (options.isNetworkLeft && work !== 'whole'),
        nics: listKnownNics(network, plan.network),
        networkData: instance.networkDamage === 'whole' ? undefined : fingerprintNetwork(instance.network),
      });
      if (result.cutShort !== undefined) break;
      if (stage !== todo.at(-1)?.stage) store.save(record);
    }
    const isUndone = results.some(({ result }) => result.networkFailure !== undefined);
    // The early stage has told them.
    const isLateOnly = decision.work.every(({ stage }) => stage === 'late');
    const isTold = !isLateOnly && !isNetworkOnly;
    const hostKeys = isTold ? fingerprintHostKeys(host) : [];
    if (isTold) record = await rememberMachine(options, record, hostKeys);
    if (isTold) tellNotices(options.reporter, record);
    const kept = options.networkChange !== undefined && isUndone ? await options.keepNetwork() : undefined;
    const verdict = conclude(options, record, results, store, kept);
    const { stamp } = options.drive;
    record = { ...record, ...(stamp === undefined ? {} : { driveStamp: stamp }), verdict };
    store.save(record);
    // The last save may have been the first to fail.
    const last = store.failure() === undefined ? verdict : conclude(options, record, results, store, kept);
    const lines = selectShownKeys(hostKeys, results[0]?.plan.steps);
    const afterRun = chooseAfterRun(options, results, store);
    return { verdict: last, record, lines, ...(afterRun === undefined ? {} : { afterRun }) };
  } finally {
    store.close();
  }
}

/** Which machine this is, with a word about it where it is a copy of another one. */
async function rememberMachine(
  { host, predecessor }: ApplyInstanceOptions,
  record: InstanceRecord,
  hostKeys: readonly string[],
): Promise<InstanceRecord> {
  const machine = { ...record.machine, ...readMachine(host), ...(hostKeys.length === 0 ? {} : { hostKeys }) };
  if (predecessor === undefined) return { ...record, machine };
  const { describeCloneTraces } = await import('./clone-traces.ts');
  const notice = describeCloneTraces(predecessor, machine);
  return { ...record, machine, ...(notice === undefined ? {} : { notices: [notice] }) };
}

function tellNotices(reporter: Reporter, { notices = [] }: InstanceRecord): void {
  for (const message of notices)
    reporter.diagnostic({ severity: 'warning', code: 'conflict', source: '/etc/machine-id', message });
}

/** The plan with what #include lists name, which the late stage alone can fetch. */
async function completePlan(
  input: InterpretedInput,
  known: PlannedInstance,
  guest: Parameters<typeof planInterpreted>[1],
  options: ApplyInstanceOptions & Pick<IncludeOptions, 'interpret'> & { readonly work: StageWork },
): Promise<PlannedInstance> {
  const { fetchIncludes, moveToLate } = await import('./includes.ts');
  const isFirst = options.work === 'whole';
  const whole = await fetchIncludes(input, { ...options, note: options.reporter.note, isFirst });
  return moveToLate(await planInterpreted(whole, guest), known);
}

/** None when this run will not be remembered: what it does to the guest's power it would do again at every boot. */
function chooseAfterRun({ reporter }: ApplyInstanceOptions, results: readonly StageResult[], store: Store) {
  const afterRun = results.map(({ result }) => result.afterRun).find((command) => command !== undefined);
  if (afterRun === undefined || store.failure() === undefined) return afterRun;
  reporter.note(`not done, because this run will not be remembered: ${afterRun.argv.join(' ')}`);
  return undefined;
}

/** user_data and the rest of a known drive have had their turn. */
function narrowToNetwork({ id, network, networkDamage }: InstanceConfig): InstanceConfig {
  return { id, network, ...(networkDamage === undefined ? {} : { networkDamage }), publicKeys: [], files: [] };
}

function announce({ reporter, host, instance, drive, decision, startedAt }: ApplyInstanceOptions): void {
  const name = instanceName(instance.id);
  const source = drive.description;
  reporter.start({
    instance: name,
    os: host.facts().os.prettyName,
    source,
    firstBoot: decision.fresh && decision.isAnew !== true,
  });
  const running = { version: 1, state: 'running', pid: process.pid, message: 'running', steps: [] } as const;
  if (host.live) writePublicStatus({ ...running, instance: name, source, startedAt });
}

/** Nothing of another instance is this one's, but that its network files are there and must go. */
function beginRecord({ instance, drive, startedAt, bootId, predecessor }: ApplyInstanceOptions): InstanceRecord {
  const made = listNetworkFiles(predecessor?.made ?? []);
  const nothing = { stages: {}, networkSteps: [], everyBoot: false, diagnostics: [], made };
  return {
    instance: instance.id,
    name: instanceName(instance.id),
    source: drive.description,
    startedAt,
    bootId,
    ...nothing,
  };
}

/** The second stage finds the same problems in the same input; they are told once. */
function tellDiagnostics(
  reporter: Reporter,
  diagnostics: readonly Diagnostic[],
  { diagnostics: told }: InstanceRecord,
): void {
  const known = new Set(told.map((diagnostic) => JSON.stringify(diagnostic)));
  for (const diagnostic of diagnostics) {
    if (!known.has(JSON.stringify(diagnostic))) reporter.diagnostic(diagnostic);
  }
}

async function applyStage(
  options: ApplyInstanceOptions & {
    store: Store;
    plan: PlannedInstance;
    stage: Stage;
    work: StageWork;
    /** host.monotonic() value at which the stage began. */
    start: number;
  },
): Promise<ApplyResult> {
  const { host, reporter, store, plan, stage, policy } = options;
  const name = instanceName(options.instance.id);
  reporter.stage(stage);
  const { work, isNetworkLeft } = options;
  const steps = selectSteps(plan.steps, { stage, work, live: host.live, isNetworkLeft });
  // A power cut may have taken the journal and left what it would have told of.
  const isUnfinished = store.journal.history.size > 0 || options.record?.stages[stage] === undefined;
  return applySteps({
    steps,
    ...(isUnfinished ? { prepare: () => sweepTemporaryFiles(steps, host) } : {}),
    host,
    journal: store.journal,
    bootId: options.bootId,
    instanceDirectory: store.instanceDirectory,
    ...(host.live ? { volatileDirectory: privateRuntimeDirectory } : {}),
    environment: {
      INSTANCE_ID: name,
      GUEST_INIT_INSTANCE_ID: name,
      GUEST_INIT_DRIVE: options.drive.root,
      GUEST_INIT_STAGE: stage,
    },
    commandTimeoutMs: policy.timeout.command * 1000,
    isResumed: !options.decision.fresh && options.record?.stages[stage] === undefined,
    lookAgain: listLooks(options.record, store.journal.history.size > 0),
    stageStart: options.start,
    deadline: host.monotonic() + policy.timeout[stage] * 1000,
    stopRequested: options.stopRequested,
    onBegin: reporter.begin,
    onOutcome: reporter.outcome,
  });
}

function conclude(
  options: ApplyInstanceOptions,
  record: InstanceRecord,
  results: readonly StageResult[],
  store: Store,
  kept: KeptNetwork | undefined,
): Verdict {
  const early = results.find(({ stage }) => stage === 'early');
  const earlier = early === undefined ? recallEarlyStage(record, options.bootId) : undefined;
  const cutShort = results.at(-1)?.result.cutShort;
  const failure = store.failure();
  const outcomes = Object.values(record.stages).flatMap((stage) => stage.outcomes);
  const network = kept?.description ?? describeNetwork(record.networkSteps, outcomes);
  const guest = [record.hostname ?? record.name, network, ...(record.automaticLinks ?? [])]
    .filter((word) => word !== '')
    .join(' ');
  const networkFailure = early?.result.networkFailure ?? earlier?.networkFailure;
  return describeVerdict([guest, ...(record.notices ?? []), ...describeNews(options, early)].join('; '), {
    outcomes: [...(earlier?.outcomes ?? []), ...results.flatMap(({ result }) => result.outcomes)],
    // The input's problems count in the stage that applies the network, the users and the keys.
    diagnostics: early === undefined && earlier === undefined ? [] : record.diagnostics,
    missingLinks: early?.plan.missingLinks ?? earlier?.missingLinks ?? [],
    ...(networkFailure === undefined ? {} : { networkFailure }),
    ...(cutShort === undefined ? {} : { cutShort }),
    ...(options.quarantined === undefined ? {} : { quarantined: options.quarantined }),
    ...(failure === undefined ? {} : { stateFailure: failure }),
  });
}

/** What the address does not tell: that it is another one than before, or that nobody has asked for one. */
function describeNews(
  { instance, host, networkChange, policy }: ApplyInstanceOptions,
  early: StageResult | undefined,
): string[] {
  if (early === undefined || !host.live) return [];
  const { result, plan } = early;
  if (networkChange !== undefined && result.networkFailure !== undefined)
    return [`${networkChange}: not applied, the network is as it was`];
  const isDone = result.outcomes.some(({ step, status }) => isNetworkStep(step) && status === 'changed');
  if (networkChange !== undefined) return [`${networkChange}: ${isDone ? 'applied' : 'nothing had to be done'}`];
  if (!isUnspecified(instance)) return [];
  if (specifyNetwork(instance, policy).network.addresses.length === 0)
    return ['the drive says no network: left as it is'];
  return plan.network.links.map(() => 'the drive says no network');
}
