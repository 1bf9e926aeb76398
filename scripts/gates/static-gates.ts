// The gates that need no test run: format and lint, types, generated files, dead code, and rules found by reading text.
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface Gate {
  name: string;
  /** Returns what is wrong, for people; empty when nothing is. */
  run(root: string): string;
}

export const staticGates: readonly Gate[] = [
  {
    name: 'biome',
    run: (root) =>
      runTool(root, [
        'node_modules/@biomejs/biome/bin/biome',
        'ci',
        '--error-on-warnings',
        '--diagnostic-level=warn',
        '--colors=off',
        '.',
      ]),
  },
  { name: 'tsc', run: (root) => runTool(root, ['node_modules/typescript/bin/tsc', '--noEmit', '--pretty', 'false']) },
  { name: 'gen', run: (root) => runTool(root, ['scripts/gen.ts', '--check']) },
  { name: 'knip', run: (root) => runTool(root, ['node_modules/knip/bin/knip.js', '--no-progress']) },
  { name: 'text', run: (root) => findForbiddenText(root).join('\n') },
];

function runTool(root: string, args: string[]): string {
  const result = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (result.error) return result.error.message;
  if (result.status === 0) return '';
  return `${result.stdout}${result.stderr}`.trim() || `exit code ${result.status ?? result.signal}`;
}

interface TextRule {
  /** Which files, by path relative to the root. */
  applies: RegExp;
  pattern: RegExp;
  message: string;
}

const textRules: readonly TextRule[] = [
  {
    applies: /^src\//,
    pattern: /\bMath\.random\b/,
    message: 'Math.random is neither reproducible nor secret: take the random source as an argument',
  },
  {
    applies: /./,
    pattern: /(?:\/\/|\*|^\s*#).*\b(?:TODO|FIXME|XXX)\b(?!\s*\(#\d+\))/,
    message: 'an open end needs an issue: TODO(#123)',
  },
  {
    applies: /\.test\.ts$/,
    pattern: /\b(?:test|it|describe|suite)\.only\b|\bonly:\s*true\b/,
    message: 'a focused test hides the others',
  },
];

const forbiddenName = /^(?:utils?|helpers?|common|misc|types)(?:\..+)?$/;

/** `path:line message` for every breach of the text rules and of the file-name rule. */
export function findForbiddenText(root: string): string[] {
  const found: string[] = [];
  for (const file of globSync('{src,scripts,test}/**/*.{ts,mjs}', { cwd: root }).sort()) {
    for (const part of file.split('/')) {
      if (forbiddenName.test(part)) found.push(`${file} "${part}" says nothing: name it after what it holds`);
    }
    const rules = textRules.filter((rule) => rule.applies.test(file));
    // This file has to spell out what it looks for.
    if (basename(file).startsWith('static-gates.')) continue;
    const lines = readFileSync(join(root, file), 'utf8').split('\n');
    lines.forEach((line, index) => {
      for (const rule of rules) if (rule.pattern.test(line)) found.push(`${file}:${index + 1} ${rule.message}`);
    });
  }
  return found;
}
