// Every network scenario as cloud-init's converter writes it, against ours, by what the files come to: test/differential/. Each difference
// has a cause in network-differences.json, or the test fails; so does a cause that is met no more, or otherwise often. UPDATE_GOLDEN=1
// writes the counts and docs/compared-with-cloud-init.md; read the difference before keeping it.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { asState } from '../differential/as-state.ts';
import { compareNetworks, type EffectiveNetwork } from '../differential/effective-network.ts';
import {
  type Count,
  type Found,
  findCause,
  findRefusal,
  readTable,
  renderPage,
  type Totals,
  tableFile,
} from '../differential/explain.ts';
import { type Pair, preparePairs } from '../differential/sides.ts';
import { repositoryRoot } from '../support/built-program.ts';
import { loadNetworkScenarios } from '../support/network-scenarios.ts';
import { compareStates, expectedState } from '../support/network-state.ts';
import { explainMissingRoots } from '../support/roots.ts';
import { withSandbox } from '../support/sandbox.ts';

const isUpdate = process.env['UPDATE_GOLDEN'] === '1';
const page = join(repositoryRoot, 'docs', 'compared-with-cloud-init.md');
/** Those of old Nova's text are interfaces(5) already. */
const scenarios = loadNetworkScenarios().filter(({ folder }) => !existsSync(join(folder, 'interfaces')));

/** What the network scripts cannot have; the renderer reports each. */
const knownLosses: readonly string[] = [
  '34-dns-per-network sysconfig: not all name servers are there',
  '35-dns-per-route sysconfig: not all name servers are there',
  '36-dns-many sysconfig: not all name servers are there',
  '47-dhcp4-and-static-v4 sysconfig: eth0: address 192.168.77.15/24 is missing',
  '49-all-methods-on-one-link sysconfig: eth0: address 192.168.77.15/24 is missing',
];

type Compared = { readonly pair: Pair; readonly found: readonly Found[] };

function isConverted(pair: Pair): pair is Pair & { theirs: EffectiveNetwork } {
  return !('error' in pair.theirs);
}

function compare(pair: Pair): Compared {
  if (!isConverted(pair)) return { pair, found: [] };
  const { scenario, format } = pair;
  return { pair, found: compareNetworks(pair.ours, pair.theirs).map((one) => ({ scenario, format, ...one })) };
}

function describeFound({ scenario, format, link, what, key, ours, theirs }: Found): string {
  const words = [scenario, format, link, what, key].filter((word) => word !== '');
  return `${words.join(', ')}: ours ${ours ?? 'none'}, theirs ${theirs ?? 'none'}`;
}

describe("what cloud-init's converter makes of the same drives", { skip: explainMissingRoots() ?? false }, () => {
  const table = readTable();
  let compared: readonly Compared[] = [];
  before(async () => {
    const pairs = await withSandbox({ root: 'bookworm-network', links: [] }, (box) => preparePairs(box, scenarios));
    compared = pairs.map(compare);
  });

  it('both sides are read for every scenario and service', () => {
    assert.equal(compared.length, scenarios.length * 5);
    const refused = compared.filter(({ pair }) => pair.ours.refused !== undefined);
    assert.deepEqual(
      refused.map(({ pair }) => `${pair.scenario} ${pair.format}: ${pair.ours.refused}`),
      [],
    );
  });

  it('ours is read as the model has it: a reader that overlooks something would find both sides equal', () => {
    const sentences = compared.flatMap(({ pair }) => {
      const network = scenarios.find(({ name }) => name === pair.scenario)?.resolution.network ?? { links: [] };
      const servers = [...new Set(network.links.flatMap(({ dns }) => dns))];
      const lost = servers.filter((server) => !pair.ours.servers.includes(server));
      return [
        ...compareStates(expectedState(network), asState(pair.ours)),
        ...(lost.length === 0 ? [] : ['not all name servers are there']),
      ].map((sentence) => `${pair.scenario} ${pair.format}: ${sentence}`);
    });
    assert.deepEqual(sentences, knownLosses);
  });

  it('each difference has a cause', () => {
    const unexplained = compared.flatMap(({ found }) => found.filter((one) => findCause(one, table) === undefined));
    assert.deepEqual(unexplained.map(describeFound), []);
  });

  it('each drive that cloud-init cannot convert has a cause', () => {
    const unexplained = compared.flatMap(({ pair: { scenario, format, theirs } }) =>
      'error' in theirs && findRefusal(theirs, table) === undefined
        ? [`${scenario} ${format}: ${theirs.error}: ${theirs.message}`]
        : [],
    );
    assert.deepEqual(unexplained, []);
  });

  it('each cause is met, by each of its patterns', () => {
    const met = new Set(compared.flatMap(({ found }) => found.map((one) => findCause(one, table)?.match)));
    const idle = table.causes.flatMap(({ id, matches }) =>
      matches.filter((match) => !met.has(match)).map((match) => `${id}: ${JSON.stringify(match)}`),
    );
    assert.deepEqual(idle, []);
    const names = [...table.causes, ...table.notConvertible].map(({ id }) => id);
    assert.equal(new Set(names).size, names.length, 'two causes of one name');
  });

  it('as often as the table says, and the page says the same', () => {
    const counted = count(compared);
    if (isUpdate) {
      writeFileSync(tableFile, `${JSON.stringify(counted, null, 2)}\n`);
      writeFileSync(page, renderPage(counted, scenarios.length));
      return;
    }
    assert.deepEqual(table, counted);
    assert.equal(readFileSync(page, 'utf8'), renderPage(table, scenarios.length));
  });

  it('and a difference is seen', () => {
    const [first] = compared.filter(({ pair, found }) => isConverted(pair) && found.length === 0);
    assert.ok(first !== undefined);
    const { ours } = first.pair;
    const [name = '', link] = Object.entries(ours.links)[0] ?? [];
    assert.ok(link !== undefined);
    const changed: EffectiveNetwork = {
      ...ours,
      links: { ...ours.links, [name]: { ...link, addresses: ['192.0.2.99/24'], mtu: 1234 } },
      routes: [...ours.routes, { link: name, destination: '198.51.100.0/24', via: '203.0.113.1', how: 'add' }],
      servers: [...ours.servers, '192.0.2.53'],
    };
    const found = compareNetworks(ours, changed).map(({ what, theirs }) => `${what} ${theirs}`);
    for (const text of ['MTU 1234', 'address 24', 'route refused: no way to the gateway'])
      assert.ok(found.includes(text), found.join('; '));
    assert.ok(found.some((text) => text.startsWith('name servers') && text.endsWith('192.0.2.53')));
  });

  function count(all: readonly Compared[]): typeof table {
    const causes = table.causes.map((cause) => ({ ...cause, count: countCause(cause.id, all) }));
    const notConvertible = table.notConvertible.map((refusal) => {
      const met = all.filter(({ pair: { theirs } }) => 'error' in theirs && findRefusal(theirs, table) === refusal);
      return { ...refusal, count: { pairs: met.length } };
    });
    return { ...table, causes, notConvertible, totals: countTotals(all) };
  }

  function countCause(id: string, all: readonly Compared[]): Count {
    const own = all.map(({ found }) => found.filter((one) => findCause(one, table)?.cause.id === id).length);
    return { differences: own.reduce((sum, one) => sum + one, 0), pairs: own.filter((one) => one > 0).length };
  }

  function countTotals(all: readonly Compared[]): Totals {
    const converted = all.filter(({ pair }) => isConverted(pair));
    const equal = converted.filter(({ found }) => found.length === 0);
    const inEffect = converted.filter(
      ({ found }) =>
        found.length > 0 && found.every((one) => findCause(one, table)?.cause.verdict === 'equal in effect'),
    );
    return {
      pairs: all.length,
      equal: equal.length,
      equalInEffect: inEffect.length,
      explained: converted.length - equal.length - inEffect.length,
      notConvertible: all.length - converted.length,
    };
  }
});
