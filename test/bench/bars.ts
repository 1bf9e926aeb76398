// The bars that the project sets itself (performance.md section 9), and the arithmetic of holding rounds against them.
import { cloudInitRow, minimalRow, nodeRow, type Row, secondRow, shellRow, typicalRow, versionRow } from './rows.ts';

export type Bar = {
  readonly row: Row;
  readonly against: Row;
  readonly quantity: 'wallMs' | 'cpuMs';
  /** The most that the median of the per-round ratios may be. */
  readonly most: number;
};

export const bars: readonly Bar[] = [
  ...(['wallMs', 'cpuMs'] as const).flatMap((quantity): Bar[] => [
    { row: minimalRow, against: nodeRow, quantity, most: 2.0 },
    { row: typicalRow, against: nodeRow, quantity, most: 3.2 },
    { row: minimalRow, against: shellRow, quantity, most: 6 },
    { row: typicalRow, against: cloudInitRow, quantity, most: 1 / 14 },
    { row: secondRow, against: nodeRow, quantity, most: 1.5 },
    { row: versionRow, against: nodeRow, quantity, most: 1.5 },
  ]),
];

/** Median; of an even number the mean of the middle two. */
export function takeMedian(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}

/** Median, least and greatest of the ratios of two rows, taken round by round. */
export function compareRounds(
  values: readonly number[],
  against: readonly number[],
): { median: number; least: number; greatest: number } {
  const ratios = values.map((value, round) => value / (against[round] ?? Number.NaN));
  return { median: takeMedian(ratios), least: Math.min(...ratios), greatest: Math.max(...ratios) };
}
