// What a report says, as data: the shape of `guest-init report --json`. Fields are added, never renamed, as long as `version` is 1.

import type { Diagnostic } from '../core/diagnostic.ts';
import type { ExitCode } from '../core/error.ts';
import type { NetworkBackend } from '../core/network-backend.ts';
import type { NetworkCheck } from '../core/network-check.ts';
import type { Change, OutcomeStatus, Stage } from '../core/plan.ts';

/** whole: what root may know. public: what any user of the guest may know. shareable: nothing that came with user_data. */
export type ReportScope = 'whole' | 'public' | 'shareable';

export type ReportStep = {
  readonly id: string;
  /** The step's name for people: `network`, `runcmd[1]`. */
  readonly label: string;
  readonly module: string;
  readonly stage: Stage;
  readonly summary: string;
  /** Where it was asked for: `user_data:14:5`. */
  readonly source?: string;
  readonly guess?: string;
  readonly status: OutcomeStatus;
  /** Milliseconds from the start of its stage; absent where it was done by a run of another boot, or one that was cut off. */
  readonly startMs?: number;
  readonly ms: number;
  readonly message?: string;
  readonly hint?: string;
  /** Of a command. */
  readonly exitCode?: number;
  /** Last lines that a command printed. */
  readonly tail?: readonly string[];
  /** File with all that it printed. */
  readonly log?: string;
  /** What files it changed; a diff only of what everybody on the guest may read. */
  readonly changes?: readonly Change[];
};

export type ReportStage = {
  readonly name: Stage;
  readonly bootId?: string;
  /** Seconds since 1970. */
  readonly startedAt?: number;
  readonly ms: number;
  readonly exitCode?: ExitCode;
  /** Seconds since 1970 of a later boot, at which some of it was done again. */
  readonly repeatedAt?: number;
};

/** One thing that a link was to have. `present`: whether it has it now; absent where that is not looked at. */
export type Wanted = {
  readonly what: 'address' | 'route' | 'mtu' | 'bond' | 'vlan';
  readonly value: string;
  readonly present?: boolean;
  readonly guess?: string;
};

export type ReportLink = {
  readonly name: string;
  readonly mac?: string;
  /** Absent: there is no such link now. */
  readonly up?: boolean;
  readonly wanted: readonly Wanted[];
  /** Addresses that it has now. */
  readonly addresses: readonly string[];
  /** What was seen when the network was last looked at. */
  readonly checks: readonly NetworkCheck[];
};

/** A path that guest-init made or replaced. `sha256`: of the content as it was left. */
export type ReportFile = {
  readonly path: string;
  readonly step?: string;
  readonly sha256?: string;
  readonly changes: readonly Change[];
};

export type ReportMachine = {
  readonly os?: string;
  readonly kernel?: string;
  readonly architecture?: string;
  readonly virtualisation?: string;
  readonly model?: string;
  readonly processor?: string;
  readonly processors?: number;
  /** Bytes. */
  readonly memory?: number;
};

export type Report = {
  readonly version: 1;
  /** `guest-init 0.1.0+8870241794e0 (Node 24.21.0)` */
  readonly program: string;
  readonly scope: ReportScope;
  /** Seconds since 1970. */
  readonly madeAt: number;
  readonly state: 'running' | 'yielded' | 'ok' | 'degraded' | 'failed' | 'never';
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly hint?: string;
  readonly hostname?: string;
  readonly instance?: string;
  readonly source?: string;
  /** Seconds since 1970. */
  readonly startedAt?: number;
  readonly ms?: number;
  readonly machine: ReportMachine;
  readonly stages: readonly ReportStage[];
  readonly steps: readonly ReportStep[];
  readonly counts: Readonly<Record<OutcomeStatus, number>>;
  readonly network: {
    readonly links: readonly ReportLink[];
    /** The guest's own service, which brings the network up at later boots. */
    readonly backend?: NetworkBackend;
    readonly missing: readonly string[];
  };
  /** Sentences about the guest that hold for as long as it is this instance. */
  readonly notices: readonly string[];
  readonly guesses: readonly string[];
  readonly problems: readonly Diagnostic[];
  readonly files: readonly ReportFile[];
  readonly nextBoot: string;
};
