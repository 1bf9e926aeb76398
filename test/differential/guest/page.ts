// docs/compared-with-cloud-init-guest.md: the causes, and how many documents each was met in.

import type { Cause } from './causes.ts';

/** Markdown; the same for the same run of the same documents. */
export function renderPage(
  causes: readonly Cause[],
  met: ReadonlyMap<Cause, ReadonlySet<string>>,
  totals: { readonly documents: number; readonly equal: number },
): string {
  const rows = causes.map((cause) => {
    const upstream = cause.upstream === undefined ? '' : ` ([upstream](${cause.upstream}))`;
    return `| ${cause.id} | ${met.get(cause)?.size ?? 0} | ${cause.verdict} | ${cause.reason}${upstream} |`;
  });
  return [
    '# A guest after guest-init and after cloud-init',
    '',
    `${totals.documents} cloud-config documents, each on the same drive to Debian 12's cloud-init 22.4.2 and to guest-init, in two guests of one`,
    'image (test/sandbox/guest-differential.test.ts): accounts, groups, shadow fields, sudo rules, keys, files with modes and owners, names.',
    'Every difference has one of these causes; a difference without one fails the test.',
    '',
    '| cause | documents | | what is otherwise, and why |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
