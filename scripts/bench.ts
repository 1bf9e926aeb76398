// npm run bench: what a boot costs, every row in a fresh guest, rows in turn, ratios per round, held against the project's bars
// (performance.md). Options: --rounds N (default 9), --cold-rounds N (default 3; 0 leaves the cold table out), --json, --nics-only (what
// each of 64 NICs costs, and nothing else), --large-only (what large documents cost, and nothing else).
// Exit code 1 when a bar is missed. It never runs anything on this machine's own root.
import { parseArgs } from 'node:util';
import { bars, compareRounds, takeMedian } from '../test/bench/bars.ts';
import { measureLargeDocuments } from '../test/bench/large-documents.ts';
import { type ManyNics, measureManyNics, mostMsPerNic, nicCount } from '../test/bench/many-nics.ts';
import {
  allRows,
  cloudInitRow,
  type Measurement,
  minimalRow,
  nodeRow,
  type Row,
  runRow,
  typicalRow,
} from '../test/bench/rows.ts';
import { assertNothingLeft } from '../test/support/leftovers.ts';
import { explainMissingRoots } from '../test/support/roots.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    'cold-rounds': { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    'nics-only': { type: 'boolean', default: false },
    'large-only': { type: 'boolean', default: false },
  },
});

const missing = explainMissingRoots();
if (missing !== undefined) {
  console.error(`bench: ${missing}`);
  process.exit(1);
}
const coldRows: readonly Row[] = [nodeRow, minimalRow, typicalRow, cloudInitRow];
const rounds = Number(options.rounds);
if (options['nics-only']) process.exitCode = await benchNics(rounds);
else if (options['large-only']) process.exitCode = await benchLargeDocuments(rounds);
else process.exitCode = await main(rounds, Number(options['cold-rounds']));

async function benchLargeDocuments(rounds: number): Promise<number> {
  const found = await measureLargeDocuments(rounds);
  await assertNothingLeft();
  if (options.json) console.log(JSON.stringify({ rounds, largeDocuments: found }, null, 1));
  else printBars(found);
  return found.every(({ met }) => met) ? 0 : 1;
}

async function benchNics(rounds: number): Promise<number> {
  const found = await measureManyNics(rounds);
  await assertNothingLeft();
  if (options.json) console.log(JSON.stringify({ rounds, manyNics: found }, null, 1));
  else printManyNics(found);
  return found.wallMsPerNic <= mostMsPerNic ? 0 : 1;
}

async function main(rounds: number, coldRounds: number): Promise<number> {
  // One round to warm the page cache; its figures are thrown away.
  await runRounds(allRows, 1);
  const warm = await runRounds(allRows, rounds);
  const sampled = await runRounds(allRows, 3, { sample: true });
  const cold = coldRounds > 0 ? await runRounds(coldRows, coldRounds, { cold: true }) : undefined;
  const manyNics = await measureManyNics(rounds);
  const large = await measureLargeDocuments(rounds);
  await assertNothingLeft();
  const measured = bars.map((bar) => {
    const pick = (row: Row): number[] => (warm.get(row) ?? []).map((found) => found[bar.quantity]);
    const ratio = compareRounds(pick(bar.row), pick(bar.against));
    return {
      row: bar.row.name,
      against: bar.against.name,
      quantity: bar.quantity,
      most: bar.most,
      ...ratio,
      met: ratio.median <= bar.most,
    };
  });
  const verdicts = [...measured, ...large];
  if (options.json)
    console.log(
      JSON.stringify(
        { rounds, warm: toTable(warm, sampled), cold: cold && toTable(cold), bars: verdicts, manyNics },
        null,
        1,
      ),
    );
  else {
    printTable(`warm page cache, ${rounds} rounds, medians`, toTable(warm, sampled));
    if (cold)
      printTable(
        `cold page cache (root and binary on a disk mounted anew for each run), ${coldRounds} rounds, medians`,
        toTable(cold),
      );
    printBars(verdicts);
    printManyNics(manyNics);
  }
  return verdicts.every((verdict) => verdict.met) && manyNics.wallMsPerNic <= mostMsPerNic ? 0 : 1;
}

async function runRounds(
  rows: readonly Row[],
  rounds: number,
  how: { sample?: boolean; cold?: boolean } = {},
): Promise<Map<Row, Measurement[]>> {
  const found = new Map<Row, Measurement[]>(rows.map((row) => [row, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const row of rows) found.get(row)?.push(await runRow(row, how));
  }
  return found;
}

type TableLine = { name: string; wallMs: number; cpuMs: number; peakMib: number; privateMib: number; readMib: number };

function toTable(found: Map<Row, Measurement[]>, sampled?: Map<Row, Measurement[]>): TableLine[] {
  return [...found].map(([row, measurements]) => {
    const median = (quantity: keyof Measurement, from = measurements): number =>
      takeMedian(from.map((one) => one[quantity]));
    return {
      name: row.name,
      wallMs: median('wallMs'),
      cpuMs: median('cpuMs'),
      peakMib: median('peakKib') / 1024,
      privateMib: median('privateKib', sampled?.get(row) ?? []) / 1024,
      readMib: median('readMib'),
    };
  });
}

function printTable(title: string, lines: readonly TableLine[]): void {
  const node = lines.find((line) => line.name === nodeRow.name);
  console.log(`\n${title}`);
  console.log(
    `${''.padEnd(26)}${['wall ms', 'x node', 'CPU ms', 'x node', 'RSS MiB', 'private', 'read MiB'].map((word) => word.padStart(10)).join('')}`,
  );
  for (const line of lines) {
    const cells = [
      line.wallMs.toFixed(1),
      (line.wallMs / (node?.wallMs ?? Number.NaN)).toFixed(2),
      line.cpuMs.toFixed(1),
      (line.cpuMs / (node?.cpuMs ?? Number.NaN)).toFixed(2),
      line.peakMib.toFixed(1),
      Number.isNaN(line.privateMib) ? '-' : line.privateMib.toFixed(1),
      line.readMib.toFixed(1),
    ];
    console.log(line.name.padEnd(26) + cells.map((cell) => cell.padStart(10)).join(''));
  }
}

function printBars(
  verdicts: readonly {
    row: string;
    against: string;
    quantity: string;
    most: number;
    median: number;
    least: number;
    greatest: number;
    met: boolean;
  }[],
): void {
  console.log('\nbars: median of the per-round ratios (least to greatest)');
  for (const { row, against, quantity, most, median, least, greatest, met } of verdicts) {
    const show = (ratio: number): string => (most < 1 ? `1/${(1 / ratio).toFixed(1)}` : ratio.toFixed(2));
    const name = `${row} : ${against}, ${quantity === 'wallMs' ? 'wall' : 'CPU'}`;
    console.log(
      `${met ? 'met   ' : 'MISSED'} ${name.padEnd(54)} ${show(median).padStart(7)}  at most ${show(most).padStart(6)}   (${show(least)} to ${show(greatest)})`,
    );
  }
}

function printManyNics({ medians, wallMsPerNic, cpuMsPerNic, wholeMsPerNic }: ManyNics): void {
  const met = wallMsPerNic <= mostMsPerNic ? 'met   ' : 'MISSED';
  const list = Object.entries(medians).map(([name, ms]) => `${name} ${ms.toFixed(1)} ms`);
  console.log(`\nstatic NICs (1 and ${nicCount}), medians: ${list.join(', ')}`);
  console.log(
    `${met} over the bare commands: ${wallMsPerNic.toFixed(2)} ms for each further NIC, at most ${mostMsPerNic} (CPU ${cpuMsPerNic.toFixed(2)} ms; start and drive included ${wholeMsPerNic.toFixed(2)} ms)`,
  );
}
