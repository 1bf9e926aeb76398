// When a line of the log was written.

const dayMs = 86_400_000;

/**
 * `ms` since 1970 as RFC 3339 has it, in UTC, as Date's toISOString writes it. That reads the guest's time zone, at the first use in a
 * process, from disk.
 */
export function formatTime(ms: number): string {
  const days = Math.floor(ms / dayMs);
  const { year, month, day } = toCivilDate(days);
  const rest = ms - days * dayMs;
  const part = (unit: number, limit: number, width = 2): string => pad(Math.floor(rest / unit) % limit, width);
  const time = `${part(3_600_000, 24)}:${part(60_000, 60)}:${part(1000, 60)}.${part(1, 1000, 3)}`;
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${time}Z`;
}

/** Gregorian date of the day that many days after 1970-01-01. Years begin in March, so that the leap day is the last one. */
function toCivilDate(days: number): { year: number; month: number; day: number } {
  const fromEra = days + 719_468;
  const era = Math.floor(fromEra / 146_097);
  const dayOfEra = fromEra - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
