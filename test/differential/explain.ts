// Why cloud-init's network comes to something else: the causes in network-differences.json, matched against what was found, and the page
// that says so.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Difference } from './effective-network.ts';
import type { Format } from './sides.ts';

/** A sentence in the page for each. */
const verdicts = {
  'ours better': 'both bring up a network; ours is nearer to what the drive says, or safer',
  'equal in effect': 'told apart here, the same to whoever uses the guest',
  'theirs wrong': "the drive's word is lost, or something else is set up",
  'ours stricter': 'guest-init says what is wrong and leaves it out',
} as const;

/** All that are there must hold. Patterns are of the whole value; null: that side has no such thing. */
type Match = {
  readonly formats?: readonly Format[];
  /** First parts of names: the numbers. */
  readonly scenarios?: readonly string[];
  readonly link?: string;
  readonly what: string;
  readonly key?: string;
  readonly ours?: string | null;
  readonly theirs?: string | null;
};

/** How often a cause was met: each explained difference, and the pairs of scenario and back end that they are in. */
export type Count = { differences: number; pairs: number };

type Cause = {
  readonly id: string;
  readonly verdict: keyof typeof verdicts;
  /** What is otherwise, and why; for people. */
  readonly reason: string;
  readonly upstream?: string;
  readonly matches: readonly Match[];
  /** Written by a run with UPDATE_GOLDEN=1. */
  readonly count?: Count;
};

type Refusal = {
  readonly id: string;
  /** Type of the exception, and a pattern of its message. */
  readonly error: string;
  readonly message: string;
  readonly reason: string;
  readonly upstream?: string;
  readonly count?: { pairs: number };
};

export type Totals = {
  readonly pairs: number;
  readonly equal: number;
  /** All differences of the pair are equal in effect. */
  readonly equalInEffect: number;
  readonly explained: number;
  readonly notConvertible: number;
};

export type DifferenceTable = {
  readonly version: string;
  readonly causes: readonly Cause[];
  readonly notConvertible: readonly Refusal[];
  readonly totals?: Totals;
};

export const tableFile = join(import.meta.dirname, 'network-differences.json');

export function readTable(): DifferenceTable {
  return JSON.parse(readFileSync(tableFile, 'utf8')) as DifferenceTable;
}

export type Found = Difference & { readonly scenario: string; readonly format: Format };

/** The first cause that a difference has, and which of its matches. */
export function findCause(found: Found, { causes }: DifferenceTable): { cause: Cause; match: Match } | undefined {
  for (const cause of causes) {
    const match = cause.matches.find((candidate) => isMatch(candidate, found));
    if (match !== undefined) return { cause, match };
  }
  return undefined;
}

function isMatch(match: Match, found: Found): boolean {
  const { formats, scenarios } = match;
  return (
    match.what === found.what &&
    (formats === undefined || formats.includes(found.format)) &&
    (scenarios === undefined || scenarios.includes(found.scenario.split('-')[0] ?? '')) &&
    isLike(match.link, found.link) &&
    isLike(match.key, found.key) &&
    isLike(match.ours, found.ours) &&
    isLike(match.theirs, found.theirs)
  );
}

function isLike(pattern: string | null | undefined, value: string | undefined): boolean {
  if (pattern === undefined) return true;
  if (pattern === null || value === undefined) return pattern === null && value === undefined;
  return new RegExp(`^(?:${pattern})$`).test(value);
}

/** The reason why the converter raised. */
export function findRefusal(
  { error, message }: { readonly error: string; readonly message: string },
  { notConvertible }: DifferenceTable,
): Refusal | undefined {
  return notConvertible.find((refusal) => refusal.error === error && isLike(refusal.message, message));
}

/** docs/compared-with-cloud-init.md. */
export function renderPage({ version, causes, notConvertible, totals }: DifferenceTable, scenarios: number): string {
  const numbers = totals ?? { pairs: 0, equal: 0, equalInEffect: 0, explained: 0, notConvertible: 0 };
  const link = (upstream: string | undefined): string => (upstream === undefined ? '' : ` ([upstream](${upstream}))`);
  const rows = (verdict: string): string[] =>
    causes
      .filter((cause) => cause.verdict === verdict)
      .sort((a, b) => (b.count?.pairs ?? 0) - (a.count?.pairs ?? 0))
      .map(({ id, reason, upstream, count, matches }) => {
        const formats = new Set<string>(matches.flatMap((match): readonly string[] => match.formats ?? ['all']));
        const where = formats.has('all') ? 'all' : [...formats].sort().join(', ');
        return `| ${id} | ${where} | ${count?.pairs ?? 0} | ${reason}${link(upstream)} |`;
      });
  const lines = [
    '# Compared with cloud-init: the network',
    '',
    '<!-- Written by UPDATE_GOLDEN=1 of test/sandbox/network-differential.test.ts from test/differential/network-differences.json. -->',
    '',
    `What guest-init writes for a network_data.json, and what \`cloud-init devel net-convert\` ${version} (Debian 12) writes for the same`,
    `file: ${scenarios} drives, five network services. Not the texts are compared but what they come to: links, addresses, routes with metrics`,
    'and gateways, MTU, MAC addresses, bonds with members and options, VLANs, DHCP and router advertisements, name servers, search domains.',
    'Both sides go through the same reader: `netplan generate`, `nmcli --offline`, `ifup --no-act` and `ifquery` themselves where Debian has',
    'them; files of systemd-networkd by systemd.network(5), of sysconfig by the network scripts of the Red Hat family, as cloud-init keeps',
    'NetworkManager away from them. A model of the routing table says which routes the kernel would refuse (`test/sandbox/route-table.test.ts`',
    "compares the two); how services treat them was seen with systemd-networkd 252 and NetworkManager 1.42. Packages that cloud-init's files need and Debian's images",
    'lack (net-tools, ifenslave) are taken to be there. Not compared: the interfaces text that old Nova injects instead of a network_data.json.',
    '',
    'cloud-init has no renderer for wicked (it writes sysconfig files without routes on SUSE: ' +
      "[upstream](https://github.com/canonical/cloud-init/issues/3313)), and writes Debian's file for Alpine: neither is compared.",
    '',
    '| of | pairs of drive and service |',
    '|---|---|',
    `| all | ${numbers.pairs} |`,
    `| equal | ${numbers.equal} |`,
    `| different, equal in effect | ${numbers.equalInEffect} |`,
    `| different | ${numbers.explained} |`,
    `| not convertible by cloud-init | ${numbers.notConvertible} |`,
    '',
    'A test (`test/sandbox/network-differential.test.ts`) fails on a difference that no row explains, and on a row that explains nothing',
    'or another number of pairs. A pair may have several causes.',
    ...Object.entries(verdicts).flatMap(([verdict, meaning]) => [
      '',
      `## ${verdict.slice(0, 1).toUpperCase()}${verdict.slice(1)}`,
      '',
      `${meaning.slice(0, 1).toUpperCase()}${meaning.slice(1)}.`,
      '',
      '| cause | services | pairs | what and why |',
      '|---|---|---|---|',
      ...rows(verdict),
    ]),
    '',
    '## Not convertible by cloud-init',
    '',
    'The guest gets no network from the drive: the converter raises, or has nothing to read. guest-init brings up what it can, and says what',
    'is wrong with the rest.',
    '',
    '| cause | error | pairs | what and why |',
    '|---|---|---|---|',
    ...notConvertible.map(
      ({ id, error, reason, upstream, count }) =>
        `| ${id} | ${error} | ${count?.pairs ?? 0} | ${reason}${link(upstream)} |`,
    ),
    '',
  ];
  return lines.join('\n');
}
