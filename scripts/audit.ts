// npm run audit: known weaknesses in the packages of the program and of its build, and the registry's signatures of them. A finding is
// exit 1, unless .ci/waivers.json says until when it is one that does no harm. A registry that does not answer is a skip, and counted.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Judgement, judgeAudit, judgeSignatures, type Waiver } from './audit/judge.ts';

const root = dirname(import.meta.dirname);
const waivers = JSON.parse(readFileSync(join(root, '.ci/waivers.json'), 'utf8')) as Waiver[];
const today = new Date().toISOString().slice(0, 10);

const judgements: [name: string, judgement: Judgement][] = [
  ['npm audit', judgeAudit(ask('audit', '--audit-level=low'), waivers, today)],
  ['npm audit signatures', judgeSignatures(ask('audit', 'signatures'))],
];
for (const [name, { findings, skipped }] of judgements) {
  for (const finding of findings) console.log(`${name}: ${finding}`);
  if (skipped !== undefined) console.log(`${name}: skipped: ${skipped}`);
}
const failed = judgements.filter(([, { findings }]) => findings.length > 0).length;
const skipped = judgements.filter(([, judgement]) => judgement.skipped !== undefined).length;
console.log(`${judgements.length - failed - skipped} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 ? 1 : 0;

function ask(...words: string[]): string {
  const { stdout } = spawnSync('npm', [...words, '--json', '--fetch-retries=1'], {
    cwd: root,
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 64 * 1024 ** 2,
  });
  return stdout ?? '';
}
