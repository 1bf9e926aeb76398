// The table of the fault matrix: cases for each group, how they ended, and why any were left out.

import type { GroupRow } from './tiers.ts';

/** Lines with columns; the last one is the sum. */
export function formatFaultTable(rows: ReadonlyMap<string, GroupRow>): string[] {
  const lines = [formatRow('group', 'cases', 'passed', 'failed', 'skipped', 'reason')];
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, { passed, failed, skipped }] of [...rows].sort(([a], [b]) => (a < b ? -1 : 1))) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped.length;
    const reasons = [...new Set(skipped)].join('; ');
    lines.push(formatRow(name, passed + failed + skipped.length, passed, failed, skipped.length, reasons));
  }
  lines.push(formatRow('all', sum.passed + sum.failed + sum.skipped, sum.passed, sum.failed, sum.skipped, ''));
  return lines;
}

function formatRow(name: string, ...cells: (string | number)[]): string {
  const reason = cells.at(-1) ?? '';
  const numbers = cells.slice(0, -1).map((cell) => String(cell).padStart(8));
  return `${name.padEnd(6)}${numbers.join('')}  ${reason}`.trimEnd();
}
