// What npm says about the installed packages, as findings or as a reason why it says nothing. Pure.

/** A finding that was looked at: why it does no harm, and until when that is taken as an answer. */
export interface Waiver {
  /** `GHSA-xxxx-xxxx-xxxx`. */
  advisory: string;
  /** `YYYY-MM-DD`, the last day. */
  until: string;
  reason: string;
}

export interface Judgement {
  findings: string[];
  /** Why nothing could be learnt; a skip is counted, never silent. */
  skipped?: string;
}

interface Advisory {
  title?: string;
  url?: string;
  severity?: string;
}

/** Of `npm audit --json`; `today` is `YYYY-MM-DD`. */
export function judgeAudit(output: string, waivers: readonly Waiver[], today: string): Judgement {
  const report = parse(output);
  if (report === undefined || report['vulnerabilities'] === undefined)
    return { findings: [], skipped: explain(report) };
  const packages = Object.entries(report['vulnerabilities'] as Record<string, { via?: (string | Advisory)[] }>);
  const findings = packages.flatMap(([name, { via = [] }]) =>
    via
      // A name stands for the package that brings the finding, which has an entry of its own.
      .filter((entry) => typeof entry !== 'string')
      .filter(({ url = '' }) => !waivers.some((waiver) => url.endsWith(`/${waiver.advisory}`) && waiver.until >= today))
      .map(({ severity, title, url }) => `${name}: ${severity}: ${title} (${url})`),
  );
  return { findings: [...new Set(findings)] };
}

/** Of `npm audit signatures --json`. */
export function judgeSignatures(output: string): Judgement {
  const report = parse(output);
  if (!Array.isArray(report?.['invalid']) || !Array.isArray(report['missing']))
    return { findings: [], skipped: explain(report) };
  const name = (entry: { name?: string; version?: string }): string => `${entry.name}@${entry.version}`;
  return {
    findings: [
      ...report['invalid'].map((entry) => `${name(entry)}: the registry's signature is wrong`),
      ...report['missing'].map((entry) => `${name(entry)}: the registry's signature is missing`),
    ],
  };
}

function parse(output: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(output) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function explain(report: Record<string, unknown> | undefined): string {
  const error = report?.['error'] as { summary?: string } | undefined;
  const words = [report?.['message'], error?.summary].find((word) => typeof word === 'string' && word !== '');
  return typeof words === 'string' ? (words.split('\n')[0] ?? '') : 'the registry gives no answer';
}
