// Until when the Node that is embedded gets security fixes, by its release schedule (github.com/nodejs/Release). Major versions that
// are not listed here have none that we know of.

const ends: Readonly<Record<string, string>> = {
  '20': '2026-04-30',
  '22': '2027-04-30',
  '24': '2028-04-30',
  '26': '2029-04-30',
};

/** `YYYY-MM-DD`, the last day; undefined for a version without a known end. */
export function findEndOfLife(nodeVersion: string): string | undefined {
  return ends[nodeVersion.replace(/^v/, '').split('.')[0] ?? ''];
}

/** `fixes until 2028-04-30`, `no fixes since 2028-04-30`. `now`: milliseconds since 1970. */
export function describeSupport(nodeVersion: string, now: number): string | undefined {
  const end = findEndOfLife(nodeVersion);
  if (end === undefined) return undefined;
  return `${daysLeft(end, now) >= 0 ? 'fixes until' : 'no fixes since'} ${end}`;
}

/** Whole days until the end of that day, negative when it is over. */
export function daysLeft(end: string, now: number): number {
  return Math.floor((Date.parse(`${end}T23:59:59Z`) - now) / 86_400_000);
}
