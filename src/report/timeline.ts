// Where the time of a run went: bars on one scale, the stages one after another without the boot between them.

import type { OutcomeStatus } from '../core/plan.ts';
import { isCommand } from './build.ts';
import type { Report, ReportStage, ReportStep } from './view.ts';

export type Bar = {
  readonly label: string;
  readonly detail: string;
  /** The worst of its steps. */
  readonly status: OutcomeStatus;
  readonly isCommand: boolean;
  /** Milliseconds on the scale of the whole timeline. */
  readonly from: number;
  readonly ms: number;
};

export type StageBars = {
  readonly name: ReportStage['name'];
  readonly from: number;
  readonly ms: number;
  readonly bars: readonly Bar[];
};

export type Timeline = {
  readonly ms: number;
  readonly stages: readonly StageBars[] /** Marks of the scale, in milliseconds. */;
  readonly ticks: readonly number[];
};

const worstFirst: readonly OutcomeStatus[] = ['failed', 'skipped', 'changed', 'unchanged'];

/** Undefined where nothing has a time. */
export function drawTimeline({ stages, steps }: Pick<Report, 'stages' | 'steps'>): Timeline | undefined {
  let from = 0;
  const drawn: StageBars[] = [];
  for (const { name, ms } of stages) {
    const timed = steps.filter(({ stage, startMs }) => stage === name && startMs !== undefined);
    const length = Math.max(ms, ...timed.map((step) => (step.startMs ?? 0) + step.ms));
    const start = from;
    const bars = joinNeighbours(timed).map((group) => drawBar(group, start));
    drawn.push({ name, from, ms: length, bars });
    from += length;
  }
  if (drawn.every(({ bars }) => bars.length === 0)) return undefined;
  return { ms: from, stages: drawn, ticks: chooseTicks(from) };
}

/** Steps of one module that follow each other are one bar; commands and failures stand for themselves. */
function joinNeighbours(steps: readonly ReportStep[]): ReportStep[][] {
  const groups: ReportStep[][] = [];
  for (const step of steps) {
    const last = groups.at(-1)?.[0];
    const isAlone = isCommand(step) || step.status === 'failed';
    if (last !== undefined && !isAlone && last.module === step.module && !isCommand(last) && last.status !== 'failed') {
      groups.at(-1)?.push(step);
    } else groups.push([step]);
  }
  return groups;
}

function drawBar(group: readonly ReportStep[], stageStart: number): Bar {
  const [first] = group;
  const start = first?.startMs ?? 0;
  const end = Math.max(...group.map((step) => (step.startMs ?? 0) + step.ms));
  return {
    label: group.length === 1 ? (first?.label ?? '') : (first?.module ?? ''),
    detail: group.length === 1 ? (first?.summary ?? '') : `${group.length} steps`,
    status: worstFirst.find((status) => group.some((step) => step.status === status)) ?? 'unchanged',
    isCommand: first !== undefined && isCommand(first),
    from: stageStart + start,
    ms: end - start,
  };
}

/** Four to eight round marks, 0 among them. */
function chooseTicks(ms: number): number[] {
  if (ms <= 0) return [0];
  const power = 10 ** Math.floor(Math.log10(ms / 4));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => ms / size <= 6) ?? ms;
  return Array.from({ length: Math.floor(ms / step) + 1 }, (_, index) => index * step);
}
